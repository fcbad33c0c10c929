"""The rows behind a figure, page by page, each leading to where it comes from."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.models import Activity, Lead, Outcome
from crm.selectors.deals import deals_in_sight
from kernel.period import Period
from metrics.engine.definitions import Metric, families_of
from metrics.engine.parts import Basis, Family, Part
from metrics.pages import links
from metrics.pages.deals import TONES, day_cell, deal_detail, deal_name
from metrics.pages.frame import Asked
from metrics.selectors.behind import Counted, DealsCounted, deals_counted, is_credited, measured
from metrics.selectors.happenings import activities_counted, counts_customers, days_within, leads_counted
from metrics.selectors.quotas_behind import QuotaCounted, counts_quotas, is_of_due, quotas_counted
from metrics.selectors.subject import Subject
from people import formats
from people.components import Cell, Column, Empty, Pages, Row, Status, Table

ROWS = 10


def rows_behind(
    asked: Asked, metric: Metric, subject: Subject, period: Period | None, as_of: date | None = None
) -> Table:
    """One page of the facts a figure counts, now or as they stood on a past day. Eight queries at most."""
    if Family.LEADS in families_of(metric):
        return _leads(asked, metric, subject, leads_counted(metric, subject, period, as_of), as_of)
    if Family.ACTIVITIES in families_of(metric):
        return _activities(asked, subject, activities_counted(subject, period, as_of))
    if counts_quotas(metric):
        return _quotas(asked, metric, quotas_counted(metric, subject, period, asked.viewer.on, as_of))
    organization = asked.viewer.organization
    found = deals_counted(organization, metric, subject, period, on=asked.viewer.on, as_of=as_of)
    return _deals(asked, metric, subject, found)


def _page(asked: Asked, found: Any) -> Page[Any]:
    return Paginator(found, ROWS).get_page(asked.query.get("page"))


def _table(
    asked: Asked, caption: str, columns: Sequence[Column], page: Page[Any], rows: Sequence[Row], empty: str
) -> Table:
    return Table(
        "why-rows",
        caption,
        columns,
        rows,
        pages=Pages(page, asked.query, asked.path, has_history=False) if page.paginator.num_pages > 1 else None,
        empty=Empty(empty, _("Choose other days, or look at the definition."), "table"),
        is_stacked_on_phone=True,
    )


def _origin(asked: Asked, name: str, key: int) -> str:
    return links.page(name, key, **{**asked.query, "page": None})


def _deals(asked: Asked, metric: Metric, subject: Subject, found: DealsCounted) -> Table:
    has_owner, is_created = subject.person_id is None, metric.basis is Basis.CREATED
    currency, page = asked.viewer.organization.currency, _page(asked, found)
    counted: list[Counted] = list(page.object_list)
    in_sight = deals_in_sight(asked.viewer, [each.deal.pk for each in counted])

    def row(each: Counted) -> Row:
        outcome = Outcome(each.outcome)
        href = _origin(asked, "metrics:deal_origin", each.deal.pk) if each.deal.pk in in_sight else ""
        return Row(
            [
                Cell(text=deal_name(each.deal), detail=deal_detail(each.deal), href=href, is_drawer=True),
                *([Cell(text=_whose(each))] if has_owner else []),
                Cell(status=Status(str(outcome.label).capitalize(), TONES[outcome])),
                *([_measured_cell(each, metric)] if measured(metric) else []),
                _counted_cell(each, currency, metric),
                day_cell(each.created_on if is_created else each.closed_on),
            ]
        )

    columns = [
        Column("deal", _("Deal")),
        *([Column("owner", _("Person") if is_credited(metric) else _("Owner"))] if has_owner else []),
        Column("outcome", _("Outcome")),
        *_measured_column(metric),
        Column("amount", _("Amount"), "money", currency),
        Column("day", _("Created") if is_created else _("Closes")),
    ]
    caption = _("The deals it counts, the largest first")
    if measured(metric):
        is_days = measured(metric) is not Part.TOUCH_COUNT
        caption = _("The deals it counts, the longest first") if is_days else _("The deals it counts, the most first")
    return _table(asked, caption, columns, page, [row(each) for each in counted], _("No deal counts here"))


def _measured_column(metric: Metric) -> list[Column]:
    """What a figure adds up of each deal, where that is no amount."""
    match measured(metric):
        case None:
            return []
        case Part.TOUCH_COUNT:
            return [Column("measure", _("Activities"), "count")]
        case _:
            return [Column("measure", _("Days"), "number")]


def _measured_cell(each: Counted, metric: Metric) -> Cell:
    if each.measure is None:
        return Cell(reason=_("Left out: its start is unknown or after its close"))
    if measured(metric) is Part.CYCLE_DAYS and each.closed_on:
        start = each.closed_on - timedelta(days=each.measure)
        return Cell(each.measure, detail=_("since %(day)s") % {"day": formats.day(start)})
    return Cell(each.measure)


def _whose(each: Counted) -> str:
    if each.person is not None:
        return each.person.name
    return each.deal.owner_text if each.share is None and each.deal.owner_text else _("Nobody")


def _counted_cell(each: Counted, currency: str, metric: Metric) -> Cell:
    """What counts, of how much it is a share, and against a quota at which exchange rate."""
    if each.amount is None:
        return Cell(reason=_("Without amount"))
    details = []
    if each.share is not None and each.share != 1:
        words = {"share": formats.percent(each.share), "whole": formats.money(each.whole, currency)}
        details.append(_("%(share)s of %(whole)s") % words)
    if metric.basis is Basis.CREDITED and each.deal.currency != currency:
        amount = {"amount": formats.money(each.deal.amount, each.deal.currency)}
        at_plan = _("%(amount)s at the plan rate") % amount
        details.append(at_plan if each.is_at_plan else _("%(amount)s at the rate of the day: no plan rate") % amount)
    return Cell(each.amount, detail=" · ".join(details))


def _quotas(asked: Asked, metric: Metric, found: Sequence[QuotaCounted]) -> Table:
    page, currency = _page(asked, found), asked.viewer.organization.currency

    def row(each: QuotaCounted) -> Row:
        quota = each.quota
        href = links.page("crm:quota_detail", quota.pk) if each.is_there else ""
        whole = Cell(text=formats.money(quota.amount, quota.currency), href=href)
        days = f"{formats.day(each.starts_on)} – {formats.day(each.ends_before - timedelta(days=1))}"
        due = [Cell(each.due)] if is_of_due(metric) else []
        return Row([Cell(text=str(quota.person or quota.team or "")), Cell(text=days), whole, Cell(each.amount), *due])

    columns = [
        Column("who", _("Whose")),
        Column("days", _("Days")),
        Column("quota", _("Quota"), "number"),
        Column("amount", _("In these days"), "money", currency),
        *([Column("due", _("To be reached by now"), "money", currency)] if is_of_due(metric) else []),
    ]
    rows = [row(each) for each in page.object_list]
    return _table(asked, _("The quotas it counts, the earliest first"), columns, page, rows, _("No quota counts here"))


def _leads(asked: Asked, metric: Metric, subject: Subject, found: QuerySet[Lead], as_of: date | None) -> Table:
    has_owner, page = subject.person_id is None, _page(asked, found)

    def row(lead: Lead) -> Row:
        href = _origin(asked, "metrics:lead_origin", lead.pk)
        is_later = as_of is not None and lead.converted_on is not None and lead.converted_on > as_of
        is_customer = lead.is_converted and not is_later
        return Row(
            [
                Cell(text=lead.name or lead.external_id, detail=lead.lead_source, href=href, is_drawer=True),
                *([Cell(text=str(lead.owner or lead.owner_text or _("Nobody")))] if has_owner else []),
                day_cell(lead.created_on),
                _customer_cell(lead, metric, is_customer=is_customer),
                day_cell(lead.converted_on if is_customer else None),
                *([Cell(text=_counted_as(lead))] if counts_customers(metric) else []),
            ]
        )

    columns = [
        Column("lead", _("Lead")),
        *_owner_column(has_owner),
        Column("created", _("Created")),
        Column("customer", _("Customer")),
        Column("converted", _("Since")),
        *([Column("counted", _("Counts as"))] if counts_customers(metric) else []),
    ]
    caption = _("The leads it counts, the latest first")
    return _table(asked, caption, columns, page, [row(each) for each in page.object_list], _("No lead counts here"))


def _customer_cell(lead: Lead, metric: Metric, *, is_customer: bool) -> Cell:
    """Whether it became a customer, and for a figure of so many days whether in time."""
    if not is_customer:
        return Cell(status=Status(_("Not yet"), "neutral"))
    within, created, became = days_within(metric), lead.created_on, lead.converted_on
    if within is None:
        return Cell(status=Status(_("Customer"), "good"))
    if created is None or became is None:
        return Cell(status=Status(_("Customer, the day is unknown"), "neutral"))
    days = (became - created).days
    words = {"days": formats.days(days)}
    if days > within:
        return Cell(status=Status(_("Later, after %(days)s") % words, "neutral"))
    return Cell(status=Status(_("Customer after %(days)s") % words, "good"))


def _counted_as(lead: Any) -> str:
    """In which of the two counts of a period a lead stands."""
    if lead.came_in and lead.became:
        return _("came in, became a customer")
    return _("came in") if lead.came_in else _("became a customer")


def _activities(asked: Asked, subject: Subject, found: QuerySet[Activity]) -> Table:
    has_owner, page = subject.person_id is None, _page(asked, found)

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
    return _table(asked, caption, columns, page, [row(each) for each in page.object_list], _("No activity counts here"))


def _owner_column(has_owner: bool) -> list[Column]:
    return [Column("owner", _("Owner"))] if has_owner else []
