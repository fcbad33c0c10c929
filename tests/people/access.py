"""What the addresses of this app need: leave of Alice, a stand-in of Bob, an acting manager of North."""

from datetime import date
from typing import Any

from people.engine.moves import Line
from people.models import ActingManager, Delegation, Leave
from people.services.moves import sheet_apply, sheet_create
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        leave = Leave.objects.create(person=cast.alice, starts_on=date(2026, 1, 5), ends_before=date(2026, 1, 12))
        acting = ActingManager.objects.create(
            team=cast.north, person=cast.alice, starts_on=date(2026, 1, 5), ends_before=date(2026, 1, 12)
        )
        lines = [Line(1, "Zoe Zahn", "joins", "2026-07-01", "North")]
        draft = sheet_create(viewer=None, lines=lines, at=NOW)
        applied = sheet_create(viewer=None, lines=[Line(1, "Yann Young", "joins", "2026-07-01", "North")], at=NOW)
        sheet_apply(viewer=None, sheet=applied, at=NOW, on=TODAY)
        return {
            "draft_sheet": draft.pk,
            "applied_sheet": applied.pk,
            "alices_leave": leave.pk,
            "bobs_stand_in": Delegation.objects.get(manager=cast.bob).pk,
            "norths_acting": acting.pk,
        }
