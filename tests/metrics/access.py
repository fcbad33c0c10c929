"""What the addresses of this app need: a lead and an activity of Alice."""

from datetime import date
from typing import Any

from crm.models import Activity, Lead
from people.wall import tenant
from tests.cast import NOW, Cast


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        lead = Lead.objects.create(source="files", external_id="L-why", owner=cast.alice, created_on=date(2026, 5, 1))
        activity = Activity.objects.create(
            source="files", external_id="A-why", person=cast.alice, type="call", occurred_at=NOW, occurred_on=NOW.date()
        )
        return {"alices_lead": lead.pk, "alices_activity": activity.pk}
