"""Objectives and goals of the demo: what the company wants this year, and what teams and reps contribute this quarter.

Targets are the quotas in force, so that goals, quotas and figures tell one story. Who is far behind says so in a check-in.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from crm.models import Opportunity, Outcome, Quota
from goals.models import Alignment, CheckIn, Goal, Measured, Milestone, Objective
from goals.services.values import values_fill
from kernel.period import Grain, Period
from people.fiscal import calendar_of
from people.models import Organization, Person
from spm.demo import story
from spm.demo.story import Days, Part

GROWTH, LEAST = Decimal("1.12"), 100_000  # of the bookings of the year before; what a young company wants
COMMIT, STRETCH = Decimal("0.85"), Decimal("1.2")  # of a target
LARGER = ("deal_size_mean", None, 6_000)  # metric, baseline, target
FASTER = ("cycle_days_median", 50, 30)
CONFIDENCE = CheckIn.Confidence

# place among the reps -> what they said last, and how sure they are
SAID = {
    Part.MAYA: (CONFIDENCE.HIGH, "Two renewals came early, so I have time to help with somebody else's account."),
    Part.DROPPED: (CONFIDENCE.LOW, "My two largest deals slipped into next quarter. I need help with procurement."),
    Part.SLOWED: (CONFIDENCE.MEDIUM, "Legal takes three weeks longer than in spring."),
    Part.OVERDUE: (CONFIDENCE.MEDIUM, "I am going through the deals whose date has passed."),
    Part.STAR: (CONFIDENCE.HIGH, "Ahead of plan; the pipeline of next quarter is covered as well."),
}
GROW = "Grow with the customers we have and with new ones"
STEPS = ("Watch two demos", "Give a demo to the team", "Give a demo to a customer")  # of Maya's own goal


def goals_create(organization: Organization, reps: list[Person], days: Days) -> None:
    """This year's objectives, and this quarter's goals of every team and rep with a quota."""
    calendar = calendar_of(organization)
    year, quarter = (calendar.period_of(grain, days.today) for grain in (Grain.YEAR, Grain.QUARTER))
    grow = _objectives_create(year, calendar.previous(Grain.YEAR, year))
    of_teams = _bookings_create("team", "Bookings of the quarter", quarter)
    of_people = _bookings_create("person", "My bookings", quarter)
    Alignment.objects.bulk_create(Alignment(goal=goal, parent_objective=grow) for goal in of_teams.values())
    teams = dict(
        Person.objects.filter(holdings__starts_on__lte=days.today, holdings__ends_before__gt=days.today).values_list(
            "pk", "holdings__seat__team"
        )
    )
    Alignment.objects.bulk_create(
        Alignment(goal=goal, parent_goal=of_teams[teams[person]])
        for person, goal in of_people.items()
        if teams.get(person) in of_teams
    )
    _check_ins_create(reps, of_people, quarter, days.today)
    _learning_create(reps[Part.MAYA], quarter, days.today)


def _objectives_create(year: Period, before: Period) -> Objective:
    """The first one is what all bookings contribute to."""
    sold = Opportunity.objects.filter(
        outcome=Outcome.WON, closed_on__gte=before.starts_on, closed_on__lt=before.ends_before
    ).aggregate(total=Sum("converted_amount"))["total"]
    wanted = max(LEAST, LEAST * round((sold or 0) * GROWTH / LEAST))
    owner = Person.objects.get(name=story.OFFICE[3].name)
    common: dict[str, Any] = {"owner": owner, "published_at": _morning(year.starts_on), **_days(year)}
    grow, _larger, _faster = Objective.objects.bulk_create(
        [
            _filled(Objective(name=name, description=why, metric=metric, baseline=baseline, target=target, **common))
            for name, why, metric, baseline, target in (
                (GROW, "A good eighth more than last year, from every region.", "revenue", None, wanted),
                ("Win larger deals", "A demo of the whole product, to everybody who decides.", *LARGER),
                ("Shorten the way to a signature", "Legal and procurement know us early.", *FASTER),
            )
        ]
    )
    return grow


def _bookings_create(holder: str, name: str, quarter: Period) -> dict[int, Goal]:
    """By person or team: a goal as high as the quota that runs through the whole quarter."""
    rows = Quota.objects.filter(**{f"{holder}__isnull": False}, starts_on=quarter.starts_on)
    quotas = dict(rows.values_list(f"{holder}_id", "amount"))
    made = Goal.objects.bulk_create(
        _filled(
            Goal(
                **{f"{holder}_id": key},
                name=name,
                metric="revenue",
                target=amount,
                commit_value=round(amount * COMMIT),
                stretch_value=round(amount * STRETCH),
                relevant="The year is won quarter by quarter.",
                **_days(quarter),
            )
        )
        for key, amount in quotas.items()
    )
    return {getattr(goal, f"{holder}_id"): goal for goal in made}


def _check_ins_create(reps: list[Person], goals: dict[int, Goal], quarter: Period, today: date) -> None:
    """The last one of everybody with a goal, a few days ago; nobody looked back before the quarter began."""
    CheckIn.objects.bulk_create(
        CheckIn(goal=goals[rep.pk], on=on, confidence=sure, note=note, by=rep, created_at=_morning(on))
        for place, rep in enumerate(reps)
        for sure, note in [SAID.get(place, (CONFIDENCE.HIGH if place % 3 else CONFIDENCE.MEDIUM, ""))]
        for on in [today - timedelta(days=2 + place % 9)]
        if rep.pk in goals and on >= quarter.starts_on
    )


def _learning_create(person: Person, quarter: Period, today: date) -> None:
    goal = _filled(
        Goal(
            person=person,
            name="Give the demo of the new product myself",
            kind=Measured.Kind.MILESTONES,
            achievable="Two hours a week with the solution team.",
            cadence=Goal.Cadence.MONTHLY,
            **_days(quarter),
        )
    )
    goal.save()
    Milestone.objects.bulk_create(
        Milestone(goal=goal, position=place, name=step, done_on=today if place == 0 else None)
        for place, step in enumerate(STEPS)
    )


def _filled(row: Any) -> Any:
    """With the unit and direction that its measure brings."""
    values_fill(row)
    return row


def _days(period: Period) -> dict[str, Any]:
    return {
        "starts_on": period.starts_on,
        "ends_before": period.ends_before,
        "created_at": _morning(period.starts_on),
    }


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)
