"""Functions and triggers that cut the quotas of seats into those of their holders."""

from django.db import migrations

from crm.models import seat_quota


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_seat_quotas")]

    operations = [migrations.RunSQL(list(seat_quota.ALL), seat_quota.DROP)]
