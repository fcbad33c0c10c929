from django.db import migrations

from metrics import marks


class Migration(migrations.Migration):
    dependencies = [("metrics", "0004_credited_parts"), ("crm", "0009_credits")]

    operations = [migrations.RunSQL(marks.CREDITS, marks.DROP_CREDITS)]
