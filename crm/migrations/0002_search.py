"""Search of deals by their name or id, their account or their owner.

LIKE reaches no index behind a row-level policy, so this function looks past the policy and keeps the wall itself: the
organization of the transaction, and an error where there is none. At most 20,000 deals are found.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

FUNCTION = """
CREATE FUNCTION crm_deal_search(pattern text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT id FROM (
        SELECT o.id FROM crm_opportunity o
        WHERE o.organization_id = current_setting('app.organization')::bigint
            AND (o.name || ' ' || o.external_id) ILIKE pattern
        UNION
        SELECT o.id FROM crm_account a
        JOIN crm_opportunity o ON o.organization_id = a.organization_id AND o.account_id = a.id
        WHERE a.organization_id = current_setting('app.organization')::bigint AND a.name ILIKE pattern
        UNION
        SELECT o.id FROM people_person p
        JOIN crm_opportunity o ON o.organization_id = p.organization_id AND o.owner_id = p.id AND NOT o.is_deleted
        WHERE p.organization_id = current_setting('app.organization')::bigint AND p.name ILIKE pattern
    ) found LIMIT 20000
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            "CREATE INDEX crm_opportunity_words ON crm_opportunity USING gin ((name || ' ' || external_id) gin_trgm_ops)",
            "DROP INDEX crm_opportunity_words",
        ),
        migrations.RunSQL(
            "CREATE INDEX crm_account_words ON crm_account USING gin (name gin_trgm_ops)",
            "DROP INDEX crm_account_words",
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION crm_deal_search(text)"),
    ]
