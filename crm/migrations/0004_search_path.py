"""The search runs with its owner's rights: a temporary table of the caller's must never stand in for a real one.

Without `pg_temp` at the end of the path Postgres looks there first.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_facts_without_a_key")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION crm_deal_search(text) SET search_path = public, pg_temp",
            "ALTER FUNCTION crm_deal_search(text) SET search_path = public",
        )
    ]
