"""Many goals at once: those that ended and may go on, and those whose targets may be changed together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from goals.models import BulkRevision, Goal, GoalTemplate
from goals.policies import KEEPERS, goals, templates
from goals.selectors.sight import goal_states_for
from goals.selectors.states import State
from people.models import Person, SeatHolding, Team
from people.viewer import Viewer

LOOK_BACK = timedelta(days=366)


@dataclass(frozen=True)
class Ended:
    """A goal whose days are over, and how it ended."""

    goal: Any
    state: State


def ended_rows(viewer: Viewer) -> QuerySet[Goal]:
    """Goals that ended in the last year, were neither withdrawn nor carried over, and whose owner's goals the viewer sets."""
    held = Q(person__in=goals.persons(viewer)) | Q(team__in=goals.teams(viewer))
    over = Q(ends_before__lte=viewer.on, ends_before__gt=viewer.on - LOOK_BACK, withdrawn_at=None)
    carried = Goal.objects.filter(carried_from=OuterRef("pk"), withdrawn_at=None)
    rows = goals.visible(viewer).filter(held & over & ~Exists(carried)).select_related("person", "team")
    return rows.order_by("-ends_before", "person__name", "name", "pk")


def ended_listed(viewer: Viewer, rows: Sequence[Goal]) -> list[Ended]:
    """Some of them with their states. Queries as of `goal_states`."""
    states = goal_states_for(viewer, rows)
    return [Ended(row, states[row.pk]) for row in rows]


def may_revise_many(viewer: Viewer) -> bool:
    """Whether they look after goals of others: managers, operations and administrators."""
    reach = viewer.reach(KEEPERS)
    return reach is None or bool(reach) or viewer.is_manager


def revisable_rows(viewer: Viewer) -> QuerySet[Goal]:
    """Goals that are not over and that the viewer may revise."""
    rows = goals.visible(viewer, "change").filter(ends_before__gt=viewer.on, withdrawn_at=None)
    return rows.select_related("person", "team").order_by("person__name", "team__name", "name", "pk")


def bulks_listed(viewer: Viewer) -> list[BulkRevision]:
    """The latest bulk revisions in sight, newest first. One query."""
    return list(_bulks(viewer).order_by("-at", "-pk")[:20])


def access_bulk(viewer: Viewer, bulk_id: int) -> BulkRevision:
    """A bulk revision: whoever made it, operations and administrators. Raises: Http404. One query."""
    found = _bulks(viewer).filter(pk=bulk_id).first()
    if found is None:
        raise Http404
    return found


def _bulks(viewer: Viewer) -> QuerySet[BulkRevision]:
    rows: QuerySet[BulkRevision] = BulkRevision.objects.select_related("by", "undone_by")
    return rows if viewer.reach(KEEPERS) is None else rows.filter(by=viewer.person)


def people_in(team: Team, on: date) -> list[Person]:
    """Whoever sits in a team on a day, by name. One query."""
    seated = SeatHolding.objects.on(on).filter(seat__team=team).values("person")
    return list(Person.objects.filter(pk__in=seated).order_by("name", "pk"))


def access_template(viewer: Viewer, template_id: int, action: str = "view") -> GoalTemplate:
    """The template of the library. Raises: Http404, PermissionDenied. One query."""
    found = templates.visible(viewer).filter(pk=template_id).first()
    if found is None:
        raise Http404
    templates.require(viewer, action, found)
    return found
