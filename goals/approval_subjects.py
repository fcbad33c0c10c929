"""What takes steps of approval, a change of a quota or a version of a plan: whose quotas, who drew it up, what is decided."""

from collections.abc import Iterable
from datetime import date

from goals.engine.approval import MANAGERS, ApprovalStep, steps_waiting
from goals.models import PlanVersion, QuotaDecision, QuotaRequest
from people.models import AuditEntry, SeatHolding, TeamClosure
from people.viewer import led_seats

Subject = QuotaRequest | PlanVersion
DRAWING = (
    "plan_create", "plan_copy", "plan_change", "plan_allocate", "plan_undo", "plan_cells_change", "plan_lock",
    "plan_estimates_take", "plan_import", "plan_structure_refresh",
)  # fmt: skip


def is_open(subject: Subject) -> bool:
    """Whether a step of it waits."""
    if isinstance(subject, PlanVersion):
        return subject.state == PlanVersion.State.REVIEW
    return subject.state == QuotaRequest.State.OPEN


def steps_of(subject: Subject) -> list[ApprovalStep]:
    return [ApprovalStep(kind, team_id) for kind, team_id in subject.steps]


def decisions_of(subject: Subject) -> list[QuotaDecision]:
    """Those of this time that it was handed in, by step. One query, or none where they are read already."""
    round_ = subject.round if isinstance(subject, PlanVersion) else 0
    return sorted((each for each in subject.decisions.all() if each.round == round_), key=lambda each: each.number)


def waiting(subject: Subject) -> list[int]:
    """The numbers of the steps that wait now. One query at most."""
    if not is_open(subject):
        return []
    return steps_waiting(steps_of(subject), {each.number for each in decisions_of(subject)})


def authors_of(subject: Subject) -> set[int]:
    """Who asked for it; of a plan who handed it in, or drew it up or what it was copied from. Two queries at most."""
    if isinstance(subject, QuotaRequest):
        return {subject.asked_by_id}
    copied = dict(PlanVersion.objects.filter(plan=subject.plan_id).values_list("pk", "copied_from"))
    origins, key = [], subject.pk
    while key:
        origins.append(key)
        key = copied.pop(key, None)
    drew = AuditEntry.objects.filter(subject="planversion", subject_id__in=origins, action__in=DRAWING)
    found = {subject.created_by_id, subject.submitted_by_id, *drew.values_list("actor", flat=True)}
    return {each for each in found if each}


def persons_of(subject: Subject, step: ApprovalStep, on: date) -> set[int]:
    """Whose quotas a step decides about: of a plan a manager's are the people below their team, a role's are those of everybody
    and of whoever leads a team with a number. Three queries at most.
    """
    if isinstance(subject, QuotaRequest):
        return {subject.person_id}
    planned = subject.lines.filter(person__isnull=False)
    if step.kind in MANAGERS:
        below = TeamClosure.objects.on(on).filter(ancestor=step.team_id or 0).values("descendant")
        seated = SeatHolding.objects.on(on).filter(seat__team__in=below).values("person")
        return set(planned.filter(person__in=seated).values_list("person", flat=True))
    teams = subject.lines.filter(person__isnull=True, team__isnull=False).values("team")
    leaders = led_seats(on).filter(seat__team__in=teams).values_list("person", flat=True)
    return {*planned.values_list("person", flat=True), *leaders}


def superiors_of(person_ids: Iterable[int], on: date) -> dict[int, set[int]]:
    """Who leads a team that each of these people sits in or below. Three queries."""
    teams = dict(SeatHolding.objects.on(on).filter(person__in=list(person_ids)).values_list("person", "seat__team"))
    above: dict[int, set[int]] = {}
    for team, ancestor in (
        TeamClosure.objects.on(on).filter(descendant__in=teams.values()).values_list("descendant", "ancestor")
    ):
        above.setdefault(team, set()).add(ancestor)
    wanted = {team for teams_above in above.values() for team in teams_above}
    leaders: dict[int, set[int]] = {}
    for team, person in led_seats(on).filter(seat__team__in=wanted).values_list("seat__team", "person"):
        leaders.setdefault(team, set()).add(person)
    return {
        person: {leader for each in above.get(team, ()) for leader in leaders.get(each, ())} - {person}
        for person, team in teams.items()
    }
