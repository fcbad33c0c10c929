from django.db import migrations

from metrics import marks


class Migration(migrations.Migration):
    dependencies = [("metrics", "0010_plan_rates"), ("crm", "0026_assignments_wait")]

    operations = [migrations.RunSQL(marks.STAGES, marks.DROP_STAGES)]
