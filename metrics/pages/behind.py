"""The rows behind a figure, page by page, each leading to where it comes from."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.models import Activity, Lead, Opportunity, Outcome
from kernel.period import Period
from metrics.engine.definitions import Metric, families_of
from metrics.engine.parts import Basis, Family
from metrics.pages import links
from metrics.pages.deals import TONES, amount_cell, day_cell, deal_detail, deal_name, owner_cells
from metrics.pages.frame import Asked
from metrics.selectors.deals import deals_counted
from metrics.selectors.happenings import activities_counted, leads_counted
from metrics.selectors.subject import Subject
from metrics.selectors.why import deals_behind
from people.components import Cell, Column, Empty, Pages, Row, Status, Table

ROWS = 10


def rows_behind(asked: Asked, metric: Metric, subject: Subject, period: Period | None) -> Table:
    """One page of the facts a figure counts. Three queries."""
    if Family.LEADS in families_of(metric):
        return _leads(asked, subject, leads_counted(metric, subject, period))
    if Family.ACTIVITIES in families_of(metric):
        return _activities(asked, subject, activities_counted(subject, period))
    return _deals(asked, metric, subject, deals_counted(deals_behind(metric, subject, period), on=asked.viewer.on))


def rows_then() -> Table:
    """What stands in place of the rows of a look back: they are known as they are today only."""
    words = _("The figure is read from the history; take the past day away to see the rows as they stand today.")
    return Table("why-rows", _("Rows"), [Column("row", _("Row"))], [], empty=Empty(_("A look back"), words, "clock"))


def _table(
    asked: Asked, caption: str, columns: Sequence[Column], found: QuerySet[Any], row: Callable[[Any], Row], empty: str
) -> Table:
    paginator = Paginator(found, ROWS)
    page = paginator.get_page(asked.query.get("page"))
    return Table(
        "why-rows",
        caption,
        columns,
        [row(fact) for fact in page.object_list],
        pages=Pages(page, asked.query, asked.path, has_history=False) if paginator.num_pages > 1 else None,
        empty=Empty(empty, _("Choose other days, or look at the definition."), "table"),
        is_stacked_on_phone=True,
    )


def _origin(asked: Asked, name: str, key: int) -> str:
    return links.page(name, key, **{**asked.query, "page": None})


def _deals(asked: Asked, metric: Metric, subject: Subject, found: QuerySet[Opportunity]) -> Table:
    has_owner = subject.person_id is None
    is_created = metric.basis is Basis.CREATED

    def row(deal: Opportunity) -> Row:
        outcome = Outcome(deal.outcome)
        href = _origin(asked, "metrics:deal_origin", deal.pk)
        return Row(
            [
                Cell(text=deal_name(deal), detail=deal_detail(deal), href=href, is_drawer=True),
                *owner_cells(deal, has_owner),
                Cell(status=Status(str(outcome.label).capitalize(), TONES[outcome])),
                amount_cell(deal),
                day_cell(deal.created_on if is_created else deal.closed_on),
            ]
        )

    columns = [
        Column("deal", _("Deal")),
        *_owner_column(has_owner),
        Column("outcome", _("Outcome")),
        Column("amount", _("Amount"), "money", asked.viewer.organization.currency),
        Column("day", _("Created") if is_created else _("Closes")),
    ]
    return _table(asked, _("The deals it counts, the largest first"), columns, found, row, _("No deal counts here"))


def _leads(asked: Asked, subject: Subject, found: QuerySet[Lead]) -> Table:
    has_owner = subject.person_id is None

    def row(lead: Lead) -> Row:
        href = _origin(asked, "metrics:lead_origin", lead.pk)
        customer = Status(_("Customer"), "good") if lead.is_converted else Status(_("Not yet"), "neutral")
        return Row(
            [
                Cell(text=lead.name or lead.external_id, detail=lead.lead_source, href=href, is_drawer=True),
                *([Cell(text=str(lead.owner or lead.owner_text or _("Nobody")))] if has_owner else []),
                day_cell(lead.created_on),
                Cell(status=customer),
                day_cell(lead.converted_on),
            ]
        )

    columns = [
        Column("lead", _("Lead")),
        *_owner_column(has_owner),
        Column("created", _("Created")),
        Column("customer", _("Customer")),
        Column("converted", _("Since")),
    ]
    return _table(asked, _("The leads it counts, the latest first"), columns, found, row, _("No lead counts here"))


def _activities(asked: Asked, subject: Subject, found: QuerySet[Activity]) -> Table:
    has_owner = subject.person_id is None

    def row(activity: Activity) -> Row:
        href = _origin(asked, "metrics:activity_origin", activity.pk)
        words = activity.subject or str(activity.get_type_display()).capitalize()
        return Row(
            [
                Cell(text=words, detail=str(activity.opportunity or activity.account or ""), href=href, is_drawer=True),
                *([Cell(text=str(activity.person or activity.person_text or _("Nobody")))] if has_owner else []),
                Cell(text=str(activity.get_type_display()).capitalize()),
                day_cell(activity.occurred_on),
            ]
        )

    columns = [
        Column("activity", _("Activity")),
        *_owner_column(has_owner),
        Column("type", _("Type")),
        Column("day", _("Day")),
    ]
    caption = _("The activities it counts, the latest first")
    return _table(asked, caption, columns, found, row, _("No activity counts here"))


def _owner_column(has_owner: bool) -> list[Column]:
    return [Column("owner", _("Owner"))] if has_owner else []
