"""What the addresses of this app need: Alice's goal with all that can happen to it, the team's, and one of Carol's."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from goals.models import ChangeRequest, Revision, RevisionNotice
from people.wall import tenant
from tests.cast import NOW, Cast
from tests.goals.aligning import company_objects
from tests.goals.build import align, make_goal, make_objective

TODAY = timezone.localdate()
DAYS = {"starts_on": TODAY - timedelta(days=30), "ends_before": TODAY + timedelta(days=60)}


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        goal = make_goal(cast.alice, **DAYS)
        objective = make_objective(**DAYS)
        revision = Revision.objects.create(goal=goal, at=NOW, by=cast.bob, reason="Strategy", version=1)
        RevisionNotice.objects.create(revision=revision, person=cast.alice, is_owner=True)
        request = ChangeRequest.objects.create(
            goal=goal, by=cast.alice, at=NOW, wanted={"target": "900"}, reason="Leave"
        )
        return {
            "alices_goal": goal.pk,
            "norths_goal": make_goal(cast.north, "Bookings of the north", **DAYS).pk,
            "carols_goal": make_goal(cast.carol, **DAYS).pk,
            "objective": objective.pk,
            "alices_revision": revision.pk,
            "alices_request": request.pk,
            "alices_link": align(goal, objective).pk,
            **company_objects(cast),
        }
