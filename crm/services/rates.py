"""Exchange rates: a change converts the amounts concerned anew, and nothing else."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from crm.intake.worth import worth_of_currencies
from crm.models import ExchangeRate
from crm.policies import rates
from kernel.period import Grain
from people.audit import audit
from people.fiscal import calendar_of
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def rate_save(
    *,
    viewer: Viewer,
    at: datetime,
    from_currency: str,
    to_currency: str,
    starts_on: date,
    rate: Decimal,
    is_plan: bool = False,
    ends_before: date | None = None,
) -> ExchangeRate:
    """The rate from a day on; one of the same day is replaced. A plan rate without an end holds for its fiscal year.

    Raises: PermissionDenied, ValidationError.
    """
    rates.require(viewer, "change")
    with refusals():
        row, _created = ExchangeRate.objects.update_or_create(
            from_currency=from_currency,
            to_currency=to_currency,
            is_plan=is_plan,
            starts_on=starts_on,
            defaults={
                "rate": rate,
                "ends_before": (ends_before or _year_end(viewer, starts_on)) if is_plan else None,
                "source": "",
            },
        )
    _follow(viewer, at, "rate_save", row)
    return row


@transaction.atomic
def rate_delete(*, viewer: Viewer, row: ExchangeRate, at: datetime) -> None:
    """Take a rate away; the one before holds on, without a plan rate the dated one. Raises: PermissionDenied."""
    rates.require(viewer, "delete")
    ExchangeRate.objects.filter(pk=row.pk).delete()
    _follow(viewer, at, "rate_delete", row)


def _year_end(viewer: Viewer, day: date) -> date:
    return calendar_of(viewer.organization).period_of(Grain.YEAR, day).ends_before


def _follow(viewer: Viewer, at: datetime, action: str, row: ExchangeRate) -> None:
    changed = worth_of_currencies([row.from_currency])
    audit(action, actor=viewer, at=at, subject=row, detail={"rate": str(row), "amounts": changed})
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
