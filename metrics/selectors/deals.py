"""The deals a page names: decided lately, and open ones that need somebody. One query each, joined to what they are called."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from crm.models import Opportunity, Outcome, Stage
from kernel.period import Period
from metrics.selectors.question import Scope
from people.models import SeatHolding, TeamClosure



@dataclass(frozen=True)
class StageSum:
    """The open deals of a stage: how many, what they are worth, and by how likely they are."""

    id: int
    name: str
    count: int
    open_amount: Decimal | None
    weighted_amount: Decimal | None


RELATED = ("owner", "account", "product", "stage")


def recent_deals(scope: Scope, *, on: date, period: Period | None, limit: int) -> list[Opportunity]:
    """Decided deals of a period, the latest first. One query."""
    decided = _of(scope, on).filter(outcome__in=[Outcome.WON, Outcome.LOST])
    if period is not None:
        decided = decided.filter(closed_on__gte=period.starts_on, closed_on__lt=period.ends_before)
    return list(decided.filter(closed_on__isnull=False).order_by("-closed_on", "-id")[:limit])


def pressing_deals(scope: Scope, *, on: date, due_before: date, limit: int) -> list[Opportunity]:
    """Open deals whose close date has passed or falls before a day, the most overdue first. One query."""
    due = _of(scope, on).filter(outcome=Outcome.OPEN, closed_on__lt=due_before)
    return list(due.order_by("closed_on", "id")[:limit])


def pressing_counts(scope: Scope, *, on: date, due_before: date) -> tuple[int, int]:
    """How many open deals are past due, and how many more are due before a day. One query."""
    due = _of(scope, on).filter(outcome=Outcome.OPEN, closed_on__lt=due_before)
    counts = due.aggregate(late=Count("pk", filter=Q(closed_on__lt=on)), soon=Count("pk", filter=Q(closed_on__gte=on)))
    return counts["late"], counts["soon"]


def open_by_stage(scope: Scope, *, on: date) -> list[StageSum]:
    """Open deals per stage, in the order of the stages; empty stages too. One query for the stages, one for the deals."""
    amount, likely = F("converted_amount"), Coalesce(F("probability"), F("stage__probability"))
    sums = {
        row["stage"]: row
        for row in _of(scope, on)
        .filter(outcome=Outcome.OPEN)
        .order_by()
        .values("stage")
        .annotate(count=Count("pk"), open=Sum(amount), weighted=Sum(amount * likely))
    }
    stages = Stage.objects.filter(outcome=Outcome.OPEN).order_by("pipeline__name", "position", "id")
    return [_stage_sum(stage, sums.get(stage.pk, {})) for stage in stages]


def _stage_sum(stage: Stage, row: dict[str, Any]) -> StageSum:
    return StageSum(stage.pk, stage.name, row.get("count", 0), row.get("open"), row.get("weighted"))


def _of(scope: Scope, on: date) -> QuerySet[Opportunity]:
    """Deals that count, of the people in the scope: those who sit in the team, or below it, on the day."""
    found = Opportunity.objects.filter(is_deleted=False).select_related(*RELATED)
    if scope.person_ids is not None:
        found = found.filter(owner__in=scope.person_ids)
    if scope.team_id is not None:
        below = TeamClosure.objects.on(on).filter(ancestor_id=scope.team_id).values("descendant_id")
        held = SeatHolding.objects.on(on).filter(person_id=OuterRef("owner_id"), seat__team_id__in=below)
        found = found.filter(Q(Exists(held)))
    return found
