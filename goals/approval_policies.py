"""Who sees and asks for changes of single quotas, and who takes the steps of approval of these and of quota plans.

Asked for by the person, whoever leads them, and who keeps quotas. A step is taken by whom it falls to: leaders of its team
(stand-ins and acting managers too) or holders of its role, everywhere or in the person's team. Nobody decides about their own
quota, a superior's, what they have asked for or drawn up, or twice; nor in the place of somebody who may not.
"""

from dataclasses import dataclass

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from crm.models import Quota
from goals.approval_subjects import (
    Subject,
    authors_of,
    decisions_of,
    persons_of,
    steps_of,
    superiors_of,
    waiting,
)
from goals.engine.approval import MANAGERS, ApprovalStep, refusal_code
from goals.models import PlanVersion, QuotaRequest
from people.models import SeatHolding
from people.policies import Policy
from people.viewer import Viewer

KEEPERS = frozenset({"administrator", "operations"})
ROLES = {"operations": KEEPERS, "finance": frozenset({"finance"}), "executive": frozenset({"executive"})}


@dataclass(frozen=True)
class Turn:
    """Whether steps that wait are somebody's: `steps` are the numbers they may decide now, each with in whose place;
    `refusal` says why they may not decide what falls to them."""

    is_theirs: bool
    refusal: str = ""
    steps: tuple[tuple[int, int | None], ...] = ()

    @property
    def may_decide(self) -> bool:
        return bool(self.steps)

    @property
    def first(self) -> int:
        """The number by which a decision names what was looked at."""
        return self.steps[0][0] if self.steps else 0


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


def turn(viewer: Viewer, subject: Subject) -> Turn:
    """Which of the steps that wait the viewer may decide. A constant number of queries for each step that is theirs."""
    steps = steps_of(subject)
    found = [(number, place) for number in waiting(subject) for place in _places(viewer, subject, steps[number])]
    if not found:
        return Turn(False)
    refused = ""
    mine: list[tuple[int, int | None]] = []
    decided = {each.by_id for each in decisions_of(subject) if steps[each.number].kind != steps[found[0][0]].kind}
    authors, superiors = authors_of(subject), superiors_of([viewer.person.pk], viewer.on)
    for number, for_id in found:
        code = refusal_code(
            viewer_id=viewer.person.pk,
            person_ids=persons_of(subject, steps[number], viewer.on),
            author_ids=authors,
            decided_by=decided,
            superior_ids=superiors.get(viewer.person.pk, ()),
            stands_in_for=[for_id] if for_id else [],
        )
        refused = refused or refusal_words(code, subject)
        if not code:
            mine.append((number, for_id))
    return Turn(True, "" if mine else refused, tuple(mine))


def _places(viewer: Viewer, subject: Subject, step: ApprovalStep) -> list[int | None]:
    """Whether a step falls to the viewer: in whose place (None: their own), or nothing."""
    if step.kind in MANAGERS:
        charges = [each for each in viewer.charges if each.is_leading and each.team_id == step.team_id]
        return [charges[0].for_id] if charges else []
    reach = viewer.reach(ROLES[step.kind])
    if reach is None:
        return [None]
    if isinstance(subject, PlanVersion):
        return []
    within = SeatHolding.objects.on(viewer.on).filter(person=subject.person_id, seat__team__in=reach)
    return [None] if within.exists() else []


def refusal_words(code: str, subject: Subject) -> str:
    """Why somebody may not decide, in words; empty where they may."""
    if isinstance(subject, PlanVersion):
        words = {
            "own": _("Your own quota, or that of whom you stand in for, is part of this. Somebody else decides."),
            "superior": _("The quota of somebody above you is part of this. Somebody else decides."),
            "asked": _("You, or whom you stand in for, have drawn this up or handed it in. Somebody else decides."),
        }
    else:
        words = {
            "own": _("This is your own quota, or that of whom you stand in for. Somebody else decides."),
            "superior": _("This is the quota of somebody above you. Somebody else decides."),
            "asked": _("You, or whom you stand in for, have asked for this. Somebody else decides."),
        }
    return {**words, "decided": _("You have decided an earlier step. Somebody else decides this one.")}.get(code, "")


def _seated(viewer: Viewer, team_ids: frozenset[int], person: str) -> QuerySet[SeatHolding]:
    found: QuerySet[SeatHolding] = SeatHolding.objects.on(viewer.on).filter(
        person=OuterRef(person), seat__team__in=team_ids
    )
    return found


quota_requests = RequestPolicy()
