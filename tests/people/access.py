"""What the addresses of this app need: leave of Alice, a stand-in of Bob, an acting manager of North."""

from datetime import date
from typing import Any

from people.models import ActingManager, Delegation, Leave
from people.wall import tenant
from tests.cast import Cast


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        leave = Leave.objects.create(person=cast.alice, starts_on=date(2026, 1, 5), ends_before=date(2026, 1, 12))
        acting = ActingManager.objects.create(
            team=cast.north, person=cast.alice, starts_on=date(2026, 1, 5), ends_before=date(2026, 1, 12)
        )
        return {
            "alices_leave": leave.pk,
            "bobs_stand_in": Delegation.objects.get(manager=cast.bob).pk,
            "norths_acting": acting.pk,
        }
