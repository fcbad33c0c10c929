"""Functions and triggers that work out the shares of deals that changed owner, or whose owner left a seat."""

from django.db import migrations

from crm.models import sharing


class Migration(migrations.Migration):
    dependencies = [("crm", "0013_hand_overs")]

    operations = [migrations.RunSQL(list(sharing.ALL), sharing.DROP)]
