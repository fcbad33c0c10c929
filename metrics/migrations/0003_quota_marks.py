from django.db import migrations

from metrics import marks


class Migration(migrations.Migration):
    dependencies = [("metrics", "0002_marks"), ("crm", "0008_quotas")]

    operations = [migrations.RunSQL(marks.QUOTAS, marks.DROP_QUOTAS)]
