from django.db import migrations

from metrics import marks


class Migration(migrations.Migration):
    dependencies = [("metrics", "0007_look_back_index"), ("crm", "0020_history_of_values")]

    operations = [migrations.RunSQL(marks.DESCRIBED, marks.DROP_DESCRIBED)]
