from django.db import migrations


class Migration(migrations.Migration):
    """Which deals changed after a day: what a look back has to find in their history."""

    dependencies = [("metrics", "0006_leads_and_activities"), ("crm", "0009_credits")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX opportunitychange_day ON crm_opportunitychange (organization_id, happened_on)"
            " INCLUDE (opportunity_id)",
            "DROP INDEX opportunitychange_day",
        )
    ]
