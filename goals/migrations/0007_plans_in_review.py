from django.db import migrations

WAITS_FOR_OPERATIONS = """
UPDATE goals_planversion SET state = 'review', round = 1, steps = '[["operations", null]]'
WHERE state IN ('review', 'approved')
"""


class Migration(migrations.Migration):
    """Versions that waited for one decision, or to be put in force, wait for operations: the last step of every chain."""

    dependencies = [("goals", "0006_plans_take_steps")]

    operations = [migrations.RunSQL(WAITS_FOR_OPERATIONS, migrations.RunSQL.noop)]
