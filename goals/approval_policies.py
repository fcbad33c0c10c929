"""Who sees, asks for and decides about changes of single quotas.

Asked for by the person, whoever leads them, and who keeps quotas. A step is taken by whom it falls to: leaders of its team
(stand-ins and acting managers too) or holders of its role, everywhere or in the person's team. Nobody decides about their own
quota, a superior's, what they have asked for, or twice; nor in the place of somebody who may not.
"""

from dataclasses import dataclass

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from crm.models import Quota
from goals.engine.approval import MANAGERS, refusal_code
from goals.models import QuotaRequest
from people.models import SeatHolding, TeamClosure
from people.policies import Policy
from people.viewer import Viewer, led_seats

KEEPERS = frozenset({"administrator", "operations"})
ROLES = {"operations": KEEPERS, "finance": frozenset({"finance"}), "executive": frozenset({"executive"})}


@dataclass(frozen=True)
class Turn:
    """Whether the waiting step is somebody's: `refusal` says why not, `for_id` in whose place they would decide."""

    is_theirs: bool
    refusal: str = ""
    for_id: int | None = None

    @property
    def may_decide(self) -> bool:
        return self.is_theirs and not self.refusal


class RequestPolicy(Policy):
    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None:
            return True
        if action == "chain":
            return viewer.reach(KEEPERS) is None
        if action == "ask":
            return obj is None or self.quotas(viewer).filter(pk=obj.pk).exists()
        return obj is not None and self.visible(viewer, action).filter(pk=obj.pk).exists()

    def quotas(self, viewer: Viewer) -> QuerySet[Quota]:
        """Quotas of people for which the viewer may ask for another amount."""
        found: QuerySet[Quota] = Quota.objects.filter(person__isnull=False)
        reach = viewer.reach(KEEPERS)
        if reach is None:
            return found
        below = _seated(viewer, viewer.managed_team_ids | reach, "person")
        return found.filter(Q(person=viewer.person) | Q(Exists(below)))

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[QuotaRequest]:
        requests: QuerySet[QuotaRequest] = QuotaRequest.objects.all()
        own = Q(asked_by=viewer.person)
        if action == "withdraw":
            return requests.filter(own)
        reach = viewer.reach(KEEPERS)
        if reach is None:
            return requests
        seen = own | (Q(Exists(_seated(viewer, viewer.managed_team_ids | reach, "person"))) & ~Q(person=viewer.person))
        for kind, roles in ROLES.items():
            if viewer.roles & roles:
                seen |= Q(steps__contains=[[kind, None]])
        return requests.filter(seen)

    def turn(self, viewer: Viewer, request: QuotaRequest) -> Turn:
        """Whether the viewer decides the step that waits. Four queries at most."""
        if request.state != QuotaRequest.State.OPEN:
            return Turn(False)
        kind, team_id = request.steps[request.step]
        for_id = None
        if kind in MANAGERS:
            charge = next((each for each in viewer.charges if each.is_leading and each.team_id == team_id), None)
            if charge is None:
                return Turn(False)
            for_id = charge.for_id
        elif not self._holds(viewer, kind, request.person_id):
            return Turn(False)
        code = refusal_code(
            viewer_id=viewer.person.pk,
            person_id=request.person_id,
            asked_by_id=request.asked_by_id,
            decided_by=set(request.decisions.values_list("by", flat=True)),
            superior_ids=_superiors(viewer),
            stands_in_for=[for_id] if for_id else [],
        )
        return Turn(True, refusal_words(code), for_id)

    def _holds(self, viewer: Viewer, kind: str, person_id: int) -> bool:
        reach = viewer.reach(ROLES[kind])
        if reach is None:
            return True
        return SeatHolding.objects.on(viewer.on).filter(person=person_id, seat__team__in=reach).exists()


def refusal_words(code: str) -> str:
    """Why somebody may not decide, in words; empty where they may."""
    words = {
        "own": _("This is your own quota, or that of whom you stand in for. Somebody else decides."),
        "superior": _("This is the quota of somebody above you. Somebody else decides."),
        "asked": _("You, or whom you stand in for, have asked for this. Somebody else decides."),
        "decided": _("You have decided an earlier step. Somebody else decides this one."),
    }
    return words.get(code, "")


def _superiors(viewer: Viewer) -> set[int]:
    """Who leads a team that the viewer sits in or below. One query."""
    above = TeamClosure.objects.on(viewer.on).filter(descendant=viewer.team_id or 0).values("ancestor")
    found = led_seats(viewer.on).filter(seat__team__in=above).exclude(person=viewer.person)
    return set(found.values_list("person", flat=True))


def _seated(viewer: Viewer, team_ids: frozenset[int], person: str) -> QuerySet[SeatHolding]:
    found: QuerySet[SeatHolding] = SeatHolding.objects.on(viewer.on).filter(
        person=OuterRef(person), seat__team__in=team_ids
    )
    return found


quota_requests = RequestPolicy()
