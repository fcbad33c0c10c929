"""Changes of quotas that are asked for, the chain they take, and to whom a step falls."""

from datetime import date

from django.db.models import QuerySet
from django.http import Http404

from goals.approval_policies import ROLES, quota_requests
from goals.engine.approval import MANAGERS, ApprovalStep, approval_steps
from goals.models import ApprovalChain, ApprovalKind, QuotaRequest
from people.models import ActingManager, Delegation, Grant, SeatHolding, TeamClosure
from people.viewer import Viewer, led_seats

STANDARD = [str(ApprovalKind.MANAGER), str(ApprovalKind.MANAGER_ABOVE)]


def chain_kinds() -> list[str]:
    """The steps before operations, which is always the last: it keeps quotas. One query."""
    found = ApprovalChain.objects.order_by("-pk").values_list("steps", flat=True).first()
    return STANDARD if found is None else list(found)


def steps_for(person_id: int, on: date) -> list[ApprovalStep]:
    """The steps that a change of a person's quota takes from a day on. Four queries."""
    team_id = SeatHolding.objects.on(on).filter(person=person_id).values_list("seat__team", flat=True).first()
    above = TeamClosure.objects.on(on).filter(descendant=team_id or 0).order_by("depth")
    teams = list(above.values_list("ancestor", flat=True))
    leaders: dict[int, set[int]] = {}
    for team, person in led_seats(on).filter(seat__team__in=teams).values_list("seat__team", "person"):
        leaders.setdefault(team, set()).add(person)
    return approval_steps([*chain_kinds(), str(ApprovalKind.OPERATIONS)], teams, leaders, person_id)


def deciders(request: QuotaRequest, on: date) -> set[int]:
    """Whom the waiting step concerns, to be told of it. Three queries at most."""
    kind, team_id = request.steps[request.step]
    if kind not in MANAGERS:
        granted = Grant.objects.on(on).filter(role__in=ROLES[kind], team=None)
        found = set(granted.values_list("person", flat=True))
    else:
        found = set(led_seats(on).filter(seat__team=team_id).values_list("person", flat=True))
        standing_in = Delegation.objects.on(on).filter(manager__in=found).values_list("delegate", flat=True)
        acting = ActingManager.objects.on(on).filter(team=team_id).values_list("person", flat=True)
        found |= set(standing_in) | set(acting)
    return found - {request.person_id, request.asked_by_id}


def request_rows(viewer: Viewer) -> "QuerySet[QuotaRequest]":
    """Requests in sight, those that wait first."""
    found = (
        quota_requests.visible(viewer).select_related("person", "asked_by", "quota").prefetch_related("decisions__by")
    )
    return found.order_by("closed_at", "-pk")


def access_request(viewer: Viewer, request_id: int) -> QuotaRequest:
    """The request, where it is in sight. Raises: Http404. Two queries."""
    found = request_rows(viewer).filter(pk=request_id).first()
    if found is None:
        raise Http404
    return found
