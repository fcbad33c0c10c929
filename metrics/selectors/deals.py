"""The deals a page names: decided lately, pressing, behind a figure. One query each, with what they are called."""

from datetime import date

from django.db.models import Q, QuerySet

from crm.models import Opportunity, Outcome
from crm.selectors.custom import with_text
from kernel.period import Period
from metrics.selectors.own import OwnDimension
from metrics.selectors.question import Dimension, Member, Scope
from people.models import SeatHolding, TeamClosure

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


FIELDS = {
    Dimension.PRODUCT: "product",
    Dimension.ACCOUNT: "account",
    Dimension.REGION: "account__region",
    Dimension.INDUSTRY: "account__industry",
    Dimension.SOURCE: "lead_source",
    Dimension.STAGE: "stage",
    Dimension.TYPE: "type",  # of an activity
    Dimension.LOSS_REASON: "loss_reason",
}


def having(dimension: Dimension, value: Member) -> Q:
    """Facts with a value; without one: nothing to refer to, or an empty word."""
    if isinstance(dimension, OwnDimension):
        return with_text(dimension.field, str(value))
    field = FIELDS[dimension]
    if value:
        return Q(**{field: value})
    return Q(**{f"{field}__isnull": True}) | (Q() if value == 0 else Q(**{field: ""}))


def _of(scope: Scope, on: date) -> QuerySet[Opportunity]:
    """Deals that count, of the people in the scope: those who sit in the team, or below it, on the day."""
    found = Opportunity.objects.filter(is_deleted=False).select_related(*RELATED)
    if scope.person_ids is not None:
        owners = Q(owner__in=scope.person_ids)
        found = found.filter(owners | Q(owner=None) if 0 in scope.person_ids else owners)
    if scope.team_id is not None:
        below = TeamClosure.objects.on(on).filter(ancestor_id=scope.team_id).values("descendant_id")
        held = SeatHolding.objects.on(on).filter(seat__team_id__in=below)
        found = found.filter(owner__in=held.values("person_id"))
    return found
