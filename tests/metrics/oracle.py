"""The metrics a second time, from their definitions and not from the code: plain Python over rows, one at a time."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crm.models import Opportunity
from people.models import Organization, SeatHolding, TeamPlacement

DUE = {"pipeline_open", "pipeline_weighted", "open_count"}
CREATED = {"created_count", "pipeline_created"}


@dataclass(frozen=True)
class Deal:
    outcome: str
    owner: str | None
    owner_id: int | None
    product: str | None
    amount: Decimal | None
    chance: Decimal | None
    start: date | None
    created_on: date | None
    closed_on: date | None
    account: str | None
    region: str | None
    industry: str | None
    source: str | None

    @property
    def days(self) -> int | None:
        if self.start is None or self.closed_on is None or self.start > self.closed_on:
            return None
        return (self.closed_on - self.start).days


def read(organization: Organization) -> list[Deal]:
    rows = Opportunity.objects.filter(is_deleted=False).select_related("owner", "product", "stage", "account")
    return [deal_of(row, organization) for row in rows]


def deal_of(row: Opportunity, organization: Organization) -> Deal:
    """What a row says; a stage of None has no probability."""
    first = ["engaged_on", "created_on"] if organization.cycle_start == "engaged" else ["created_on", "engaged_on"]
    stage_chance = row.stage.probability if row.stage_id else None
    return Deal(
        row.outcome,
        row.owner.name if row.owner else None,
        row.owner_id,
        row.product.name if row.product else None,
        row.converted_amount,
        stage_chance if row.probability is None else row.probability,
        getattr(row, first[0]) or getattr(row, first[1]),
        row.created_on,
        row.closed_on,
        row.account.name if row.account else None,
        row.account.region or None if row.account else None,
        row.account.industry or None if row.account else None,
        row.lead_source or None,
    )


class Structure:
    """Who sat where and which team stood below which, read once."""

    def __init__(self) -> None:
        self.holdings = list(SeatHolding.objects.select_related("seat__team"))
        self.placements = list(TeamPlacement.objects.select_related("team", "parent"))

    def teams_of(self, deal: Deal, day: date) -> list[str]:
        """The team of the seat held on the day, and every team above it on that day."""
        found = [h.seat.team.name for h in self.holdings if h.person_id == deal.owner_id and _holds(h, day)]
        while found and (above := [p for p in self.placements if p.team.name == found[-1] and _holds(p, day)]):
            found.append(above[0].parent.name)
        return found


def _holds(row: Any, day: date) -> bool:
    return bool(row.starts_on <= day < row.ends_before)


def period_of(grain: str, day: date) -> str:
    if grain == "month":
        return f"{day:%Y-%m}"
    if grain == "quarter":
        return f"{day.year}Q{(day.month + 2) // 3}"
    if grain == "week":
        return (day - timedelta(day.weekday())).isoformat()
    return {"day": day.isoformat(), "year": f"{day.year}"}[grain]


def groups(metric: str, by: str, deal: Deal, on: date, structure: Structure) -> list[tuple[str | None, ...]]:
    """Every group a deal belongs to."""
    day = deal.created_on if metric in CREATED else deal.closed_on
    found: list[tuple[str | None, ...]] = [()]
    for each in filter(None, by.split(",")):
        names: list[str | None]
        if each == "person":
            names = [deal.owner]
        elif each in ("product", "account", "region", "industry", "source"):
            names = [getattr(deal, each)]
        elif each == "team":
            then = on if metric in DUE else (day or date(9999, 12, 30))
            names = list(structure.teams_of(deal, then))
        else:
            names = [period_of(each, day)] if day else []
        found = [(*group, name) for group in found for name in names]
    return found


def counted(metric: str, deals: list[Deal]) -> list[Deal]:
    """The deals a metric looks at at all."""
    if metric in DUE:
        return [deal for deal in deals if deal.outcome == "open"]
    if metric in CREATED:
        return [deal for deal in deals if deal.created_on]
    return [deal for deal in deals if deal.outcome != "open"]


def value(metric: str, deals: list[Deal]) -> str | None:
    """The figure of some deals as the command prints it."""
    won = [deal for deal in deals if deal.outcome == "won"]
    lost = [deal for deal in deals if deal.outcome == "lost"]
    worth = sorted(deal.amount for deal in won if deal.amount is not None)
    days = sorted(deal.days for deal in won if deal.days is not None)
    exact: Any = {
        "revenue": lambda: None if won and not worth else sum(worth),
        "won_count": lambda: len(won),
        "lost_count": lambda: len(lost),
        "decided_count": lambda: len(won) + len(lost),
        "win_rate": lambda: _divide(len(won), len(won) + len(lost)),
        "win_rate_by_value": lambda: _by_value(won, lost),
        "cycle_days_mean": lambda: _divide(sum(days), len(days)),
        "cycle_days_median": lambda: _quantile(days, Fraction(1, 2)),
        "cycle_days_p90": lambda: _quantile(days, Fraction(9, 10)),
        "deal_size_mean": lambda: _divide(sum(worth), len(worth)),
        "deal_size_median": lambda: _quantile(worth, Fraction(1, 2)),
        "pipeline_open": lambda: _added(deals),
        "pipeline_weighted": lambda: _weighted(deals),
        "open_count": lambda: len(deals),
        "created_count": lambda: len(deals),
        "pipeline_created": lambda: _added(deals),
    }[metric]()
    return None if exact is None else _rounded(Fraction(exact), DIGITS.get(metric, 0))


DIGITS = {
    "revenue": 2,
    "pipeline_open": 2,
    "pipeline_weighted": 2,
    "pipeline_created": 2,
    "win_rate": 6,
    "win_rate_by_value": 6,
    "cycle_days_mean": 4,
    "cycle_days_median": 4,
    "cycle_days_p90": 4,
    "deal_size_mean": 4,
    "deal_size_median": 4,
}


def _divide(top: Any, bottom: Any) -> Fraction | None:
    return Fraction(top) / Fraction(bottom) if bottom else None


def _by_value(won: list[Deal], lost: list[Deal]) -> Fraction | None:
    if won and all(deal.amount is None for deal in won):
        return None
    if lost and not any(deal.amount for deal in lost):
        return None
    top, bottom = (sum(Fraction(deal.amount or 0) for deal in side) for side in (won, lost))
    return _divide(top, top + bottom)


def _quantile(values: list[Any], fraction: Fraction) -> Fraction | None:
    if not values:
        return None
    at = fraction * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return Fraction(values[low]) + (Fraction(values[high]) - Fraction(values[low])) * (at - low)


def _added(deals: list[Deal]) -> Any:
    known = [deal.amount for deal in deals if deal.amount is not None]
    return None if deals and not known else sum(known)


def _weighted(deals: list[Deal]) -> Any:
    known = [deal for deal in deals if deal.amount is not None]
    if (deals and not known) or any(deal.chance is None for deal in known):
        return None
    return sum(Fraction(deal.amount or 0) * Fraction(deal.chance or 0) for deal in known)


def _rounded(exact: Fraction, digits: int) -> str:
    scaled = Decimal(abs(exact.numerator) * 10**digits * 10) / Decimal(exact.denominator)
    whole = int(scaled.to_integral_value(rounding="ROUND_FLOOR"))
    rounded = (whole + 5) // 10
    sign = "-" if exact < 0 and rounded else ""
    return sign + f"{Decimal(rounded).scaleb(-digits):.{digits}f}"
