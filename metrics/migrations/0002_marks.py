from django.db import migrations

from metrics import marks


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial"), ("crm", "0001_initial"), ("people", "0001_initial")]

    operations = [migrations.RunSQL(marks.ALL, marks.DROP)]
