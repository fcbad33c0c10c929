"""The chain of approval, the steps that quotas take by it, and who can take each of them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from goals.approval_policies import ROLES
from goals.approval_subjects import Subject, authors_of, persons_of, steps_of, superiors_of
from goals.engine.approval import (
    MANAGERS,
    ApprovalStep,
    approval_steps,
    refusal_code,
    steps_kept,
    steps_together,
)
from goals.models import ApprovalChain, ApprovalKind, PlanCell, PlanVersion, QuotaRequest
from people.models import ActingManager, Delegation, Grant, Person, SeatHolding, Team, TeamClosure
from people.viewer import led_seats

STANDARD = [str(ApprovalKind.MANAGER), str(ApprovalKind.MANAGER_ABOVE)]


def chain_kinds() -> list[str]:
    """The steps before operations, which is always the last: it keeps quotas. One query."""
    found = ApprovalChain.objects.order_by("-pk").values_list("steps", flat=True).first()
    return STANDARD if found is None else list(found)


def steps_for(subject: Subject, on: date) -> list[ApprovalStep]:
    """The steps that a change or a version handed in on a day takes: those of the chain that somebody can take."""
    if isinstance(subject, QuotaRequest):
        person_ids = [subject.person_id]
    else:
        person_ids = list(subject.lines.filter(person__isnull=False).values_list("person", flat=True).distinct())
    wanted = [*chain_kinds(), str(ApprovalKind.OPERATIONS)]
    steps = steps_together(wanted, _ways(wanted, person_ids, on))
    return steps_kept(steps, able(subject, steps, on))


def _ways(wanted: Sequence[str], person_ids: Sequence[int], on: date) -> list[list[ApprovalStep]]:
    """The steps of each person's quota by the team tree of a day. Three queries."""
    seats = SeatHolding.objects.on(on).filter(person__in=person_ids)
    team_of = dict(seats.values_list("person", "seat__team"))
    above: dict[int, list[int]] = {}
    closure = TeamClosure.objects.on(on).filter(descendant__in=set(team_of.values())).order_by("depth")
    for team, ancestor in closure.values_list("descendant", "ancestor"):
        above.setdefault(team, []).append(ancestor)
    leaders: dict[int, set[int]] = {}
    teams = {team for each in above.values() for team in each}
    for team, person in led_seats(on).filter(seat__team__in=teams).values_list("seat__team", "person"):
        leaders.setdefault(team, set()).add(person)
    return [approval_steps(wanted, above.get(team_of.get(each, 0), []), leaders, each) for each in person_ids]


def able(subject: Subject, steps: Sequence[ApprovalStep], on: date) -> list[set[int]]:
    """Who can take each of these steps: whom it falls to, but nobody about their own quota, a superior's, or what they drew
    up. A constant number of queries, and those of `persons_of` for each step.
    """
    candidates = _candidates(subject, steps, on)
    everybody = {person for each in candidates for person, _place in each}
    superiors, authors = superiors_of(everybody, on), authors_of(subject)
    gone = {person.pk for person in Person.objects.filter(pk__in=everybody) if person.has_left(on)}
    found = []
    for step, places in zip(steps, candidates, strict=True):
        persons = persons_of(subject, step, on)
        found.append(
            {
                person
                for person, place in places
                if person not in gone
                and not refusal_code(
                    viewer_id=person,
                    person_ids=persons,
                    author_ids=authors,
                    decided_by=(),
                    superior_ids=superiors.get(person, ()),
                    stands_in_for=[place] if place else [],
                )
            }
        )
    return found


def deciders(subject: Subject, numbers: Iterable[int], on: date) -> set[int]:
    """Whom steps concern, to be told of them."""
    steps = steps_of(subject)
    return set().union(*able(subject, [steps[number] for number in numbers], on))


def step_places(version: PlanVersion, on: date) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Names of the teams of its steps, and of who leads them. Two queries."""
    wanted = [step.team_id for step in steps_of(version) if step.team_id is not None]
    teams = dict(Team.objects.filter(pk__in=wanted).values_list("pk", "name"))
    leaders: dict[int, list[str]] = {}
    led = led_seats(on).filter(seat__team__in=wanted).order_by("person__name")
    for team, name in led.values_list("seat__team", "person__name"):
        leaders.setdefault(team, []).append(name)
    return teams, leaders


def planned_by(version: PlanVersion, steps: Sequence[ApprovalStep], on: date) -> tuple[int, Decimal]:
    """About how many people these steps decide, and what they are to reach together. Two queries for each step, and one."""
    persons: set[int] = set().union(*(persons_of(version, step, on) for step in steps))
    cells = PlanCell.objects.filter(line__version=version, line__person__in=persons)
    found = cells.aggregate(people=Count("line__person", distinct=True), amount=Sum("amount"))
    return found["people"], found["amount"] or Decimal(0)


def _candidates(subject: Subject, steps: Sequence[ApprovalStep], on: date) -> list[list[tuple[int, int | None]]]:
    """To whom each step falls, and in whose place. Five queries."""
    teams = {step.team_id for step in steps if step.team_id is not None}
    leading: dict[int, list[tuple[int, int | None]]] = {}
    led = list(led_seats(on).filter(seat__team__in=teams).values_list("seat__team", "person"))
    standing_in: dict[int, list[int]] = {}
    lent = Delegation.objects.on(on).filter(manager__in={person for _team, person in led})
    for manager, delegate in lent.values_list("manager", "delegate"):
        standing_in.setdefault(manager, []).append(delegate)
    for team, person in led:
        leading.setdefault(team, []).extend([(person, None), *((each, person) for each in standing_in.get(person, ()))])
    for team, person in ActingManager.objects.on(on).filter(team__in=teams).values_list("team", "person"):
        leading.setdefault(team, []).append((person, None))
    granted = _granted(subject, on)
    return [
        leading.get(step.team_id or 0, [])
        if step.kind in MANAGERS
        else [(person, None) for role, person in granted if role in ROLES[step.kind]]
        for step in steps
    ]


def _granted(subject: Subject, on: date) -> Collection[tuple[str, int]]:
    """Roles that hold everywhere; for one person's quota also those that hold in a team above. Two queries."""
    grants = Grant.objects.on(on)
    everywhere = set(grants.filter(team=None).values_list("role", "person"))
    if not isinstance(subject, QuotaRequest):
        return everywhere
    seats = SeatHolding.objects.on(on).filter(person=subject.person_id).values("seat__team")
    above = TeamClosure.objects.on(on).filter(descendant__in=seats).values("ancestor")
    return everywhere | set(grants.filter(team__in=above).values_list("role", "person"))
