import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0011_stage_marks")]

    operations = [
        migrations.AddField("dataversion", "since", models.UUIDField(default=uuid.uuid4)),
        migrations.AddField("dataversion", "months", models.JSONField(default=dict)),
    ]
