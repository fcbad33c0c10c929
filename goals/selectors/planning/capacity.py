"""What people on board and planned hires can bring, month by month."""

from fractions import Fraction

from goals.engine.capacity import CapacityMonth, Heads, Hires, capacity
from goals.engine.proration import Basis
from goals.engine.ramp import Ramp
from goals.models import PlanLine, PlannedHire
from goals.selectors.planning.sheet import Sheet
from people.selectors.holiday import holiday_days


def capacity_of(sheet: Sheet, hires: list[PlannedHire]) -> list[CapacityMonth]:
    """The capacity plan of a version, from its sheet; hires follow the season of the company's number. One query."""
    version = sheet.version
    people = [line for line in sheet.lines if line.kind == PlanLine.Kind.PERSON]
    company = sheet.lines[0].amounts
    counts = [
        sum(1 for line in people if line.days.starts_on < month.ends_before <= line.days.ends_before)
        for month in sheet.months
    ]
    quotas = [sum(line.amounts[place] for line in people) for place in range(len(sheet.months))]
    season = [Fraction(amount) for amount in company] if any(company) else [Fraction(1)] * len(company)
    planned = [
        Hires(
            str(hire.pk),
            hire.starts_on,
            hire.count,
            sheet.minor(hire.yearly_amount),
            Ramp(tuple(Fraction(ratio) for ratio in hire.ramp_ratios)),
        )
        for hire in hires
    ]
    return capacity(
        sheet.months,
        company,
        Heads(counts, quotas),
        planned,
        attainment=Fraction(version.attainment_ratio),
        season=season,
        basis=Basis(version.days),
        holidays=holiday_days(),
    )
