"""Company objectives as pages, commands and the API read them, and who has read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404

from goals.models import CheckIn, Objective, ObjectiveRead, Revision
from goals.policies import objectives
from goals.selectors.sight import objective_states_for
from goals.selectors.states import State
from people.models import Person
from people.viewer import Viewer

RUNNING, DRAFT, PAST, ALL = "running", "draft", "past", "all"


@dataclass(frozen=True)
class Listed:
    """An objective with its state and how many have read it."""

    objective: Any
    state: State
    read_count: int
    is_read: bool  # by the viewer


@dataclass(frozen=True)
class Reader:
    """Somebody who is asked to read an objective, and when they did."""

    person_id: int
    name: str
    read_at: datetime | None


def access_objective(viewer: Viewer, objective_id: int, action: str = "view") -> Objective:
    """The only way from an id to an objective. Raises: Http404 out of sight. One query."""
    found = objectives.visible(viewer, "view").select_related("owner").filter(pk=objective_id).first()
    if found is None:
        raise Http404
    objectives.require(viewer, action, found)
    return found


def objective_rows(viewer: Viewer, which: str = RUNNING, *, search: str = "") -> QuerySet[Objective]:
    """Objectives the viewer sees: that run today or will, drafts, past ones, or all."""
    found = objectives.visible(viewer).filter(name__icontains=search).order_by("starts_on", "ends_before", "name", "pk")
    if which == DRAFT:
        return found.filter(published_at=None, withdrawn_at=None)
    if which == PAST:
        return found.filter(Q(ends_before__lte=viewer.on) | Q(withdrawn_at__isnull=False))
    if which == RUNNING:
        return found.filter(published_at__isnull=False, withdrawn_at=None, ends_before__gt=viewer.on)
    return found


def objectives_listed(viewer: Viewer, rows: Sequence[Objective]) -> list[Listed]:
    """Some objectives with their states. Three queries and those of their states."""
    here = set(people_asked(viewer.on).values_list("pk", flat=True))
    reads: dict[int, set[int]] = {}
    for objective_id, person_id in ObjectiveRead.objects.filter(objective__in=rows).values_list("objective", "person"):
        reads.setdefault(objective_id, set()).add(person_id)
    states = objective_states_for(viewer, rows)
    return [
        Listed(row, states[row.pk], len(reads.get(row.pk, set()) & here), viewer.person.pk in reads.get(row.pk, set()))
        for row in rows
    ]


def people_asked(on: date) -> QuerySet[Person]:
    """Who can read an objective: whoever is here on the day and can sign in."""
    here = (Q(left_on=None) | Q(left_on__gt=on)) & (Q(hired_on=None) | Q(hired_on__lte=on))
    return Person.objects.filter(here, user__isnull=False, user__is_active=True, erased_at=None)


def objective_readers(objective: Objective, on: date) -> list[Reader]:
    """Everybody who is asked to read it: who has, by when, then who has not. Two queries."""
    when = dict(ObjectiveRead.objects.filter(objective=objective).values_list("person", "read_at"))
    people = people_asked(on).order_by("name", "pk").values_list("pk", "name")
    found = [Reader(key, name, when.get(key)) for key, name in people]
    done = [each for each in found if each.read_at is not None]
    waiting = [each for each in found if each.read_at is None]
    return sorted(done, key=attrgetter("read_at")) + waiting


def read_counts(objective: Objective, on: date) -> tuple[int, int]:
    """How many have read it, of how many who are asked to. One query."""
    reads = ObjectiveRead.objects.filter(objective=objective, person=OuterRef("pk"))
    found = people_asked(on).aggregate(of=Count("pk"), read=Count("pk", filter=Q(Exists(reads))))
    return found["read"], found["of"]


def has_read(viewer: Viewer, objective: Objective) -> bool:
    """Whether the viewer has said that they read it. One query."""
    return ObjectiveRead.objects.filter(objective=objective, person=viewer.person).exists()


def objective_history(objective: Objective) -> list[Revision | CheckIn]:
    """Its revisions and check-ins, newest first. Two queries."""
    revisions = Revision.objects.filter(objective=objective).select_related("by").order_by("-at")
    check_ins = CheckIn.objects.filter(objective=objective).select_related("by").order_by("-created_at")
    found: list[Any] = [*revisions, *check_ins]
    return sorted(found, key=lambda each: each.at if isinstance(each, Revision) else each.created_at, reverse=True)
