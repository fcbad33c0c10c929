"""Search of leads, activities and transactions, as that of deals: past the row-level policy by functions that keep the wall
themselves. At most 20,000 are found."""

from django.db import migrations

WORDS = {
    "lead": "name || ' ' || external_id || ' ' || account_text",
    "activity": "subject || ' ' || external_id",
    "transaction": "external_id || ' ' || opportunity_text || ' ' || account_text",
}
INDEX = "CREATE INDEX crm_{kind}_words ON crm_{kind} USING gin (({words}) gin_trgm_ops)"
FUNCTION = """
CREATE FUNCTION crm_{kind}_search(pattern text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM crm_{kind}
    WHERE organization_id = current_setting('app.organization')::bigint AND ({words}) ILIKE pattern
    LIMIT 20000
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0018_seat_quotas_follow")]

    operations = [
        step
        for kind, words in WORDS.items()
        for step in (
            migrations.RunSQL(INDEX.format(kind=kind, words=words), f"DROP INDEX crm_{kind}_words"),
            migrations.RunSQL(FUNCTION.format(kind=kind, words=words), f"DROP FUNCTION crm_{kind}_search(text)"),
        )
    ]
