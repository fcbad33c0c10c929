"""What a plan is divided by: what people sold, how past years went, who was there and who was away."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from goals.engine.weights import Measured
from kernel.period import Grain, Period, add_months
from metrics.catalogue import CATALOGUE
from metrics.selectors.answer import figures_of
from metrics.selectors.question import Dimension, Question
from people.models import Leave, Organization, Seat, SeatHolding

YEARS_OF_SEASON = 3


def trailing_window(on: date) -> Period:
    """The twelve full months before the month of a day."""
    month = on.replace(day=1)
    return Period(add_months(month, -12), month)


def prior_year_window(starts_on: date, ends_before: date) -> Period:
    """The days of a plan, a year before."""
    return Period(add_months(starts_on, -12), add_months(ends_before, -12))


def sold_by_person(organization: Organization, days: Period, on: date) -> dict[int, Decimal]:
    """Credited bookings by person. Four queries at most."""
    question = Question((CATALOGUE["revenue"],), on, (Dimension.PERSON,), None, days.starts_on, days.ends_before)
    rows = figures_of(organization, question)
    return {row.ids[Dimension.PERSON]: row.figure.value for row in rows if row.figure.value is not None}


def sold_by_month(organization: Organization, on: date) -> dict[date, Decimal]:
    """The company's bookings of the full months of the last years, by first day. Four queries at most.

    Months before the first sale are unknown rather than zero.
    """
    last = on.replace(day=1)
    first = add_months(last, -12 * YEARS_OF_SEASON)
    question = Question((CATALOGUE["revenue"],), on, (), Grain.MONTH, first, last)
    rows = [row for row in figures_of(organization, question) if row.period is not None]
    amounts = {row.period.starts_on: row.figure.value or Decimal(0) for row in rows if row.period}
    known = [month for month in sorted(amounts) if amounts[month]]
    return {month: amount for month, amount in amounts.items() if known and month >= known[0]}


def presence_of(days: Period) -> dict[int, int]:
    """On how many days of a window people held a rep's seat. One query."""
    found: dict[int, int] = {}
    held = SeatHolding.objects.between(days.starts_on, days.ends_before).filter(seat__role=Seat.Role.REP)
    for person_id, starts_on, ends_before in held.values_list("person_id", "starts_on", "ends_before"):
        inside = days.intersect(Period(starts_on, ends_before))
        found[person_id] = found.get(person_id, 0) + (inside.days() if inside else 0)
    return found


def leaves_of(days: Period) -> dict[int, list[Period]]:
    """Leave of people that touches the days of a plan or lies before them, in order. One query."""
    found: dict[int, list[Period]] = {}
    rows = Leave.objects.filter(starts_on__lt=days.ends_before).order_by("starts_on")
    for person_id, starts_on, ends_before in rows.values_list("person_id", "starts_on", "ends_before"):
        found.setdefault(person_id, []).append(Period(starts_on, ends_before))
    return found


def measured_of(
    sold: dict[int, Decimal], presence: dict[int, int], teams: dict[int, str], days: Period
) -> dict[str, Measured]:
    """What is known of everybody, by the key of the engine."""
    return {
        str(person): Measured(
            sold.get(person, Decimal(0)), Fraction(min(presence.get(person, 0), days.days()), days.days()), team
        )
        for person, team in teams.items()
    }
