"""The list of activities."""

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.forms.facts import ActivityFilter
from crm.models import BY_HAND, Activity, ActivityType
from crm.policies import activities
from crm.selectors.activities import DEFAULT_ORDER, activities_found, activity_counts, activity_page, activity_rows
from crm.selectors.deals import deals_in_sight
from crm.views.lists import CountedPaginator, csv_answer, download, is_filtered, named, nothing_here, with_reasons
from people import formats
from people.components import Action, Cell, Column, Pages, PersonChip, Row, Stat, Table
from people.viewer import Viewer
from people.views.page import viewer_of


@require_GET
def activity_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    chosen = ActivityFilter(request.GET, activities_found(viewer), request=request)
    found = chosen.qs if chosen.is_valid() else activities_found(viewer).none()
    sort = request.GET.get("sort") or DEFAULT_ORDER
    counts = activity_counts(found)
    total = sum(counts.values())
    page = CountedPaginator(total).get_page(request.GET.get("page"))
    rows = activity_page(found, sort, max(page.start_index() - 1, 0))
    open_deals = deals_in_sight(viewer, {row.opportunity_id for row in rows if row.opportunity_id})
    may_change = activities.changeable(viewer, rows)
    table = Table(
        id="activities",
        caption=_("Activities"),
        columns=[
            Column("subject", _("Activity")),
            Column("type", _("Type")),
            Column("person", _("Person")),
            Column("deal", _("Deal")),
            Column("account", _("Account")),
            Column("when", _("When"), is_sortable=True),
        ],
        rows=[_row(activity, open_deals, may_change) for activity in rows],
        sort=sort,
        query=request.GET,
        pages=Pages(page, request.GET) if total else None,
        empty=nothing_here(
            request, viewer, here="crm:activity_list", icon="clock", none=_("No activities yet"),
            how=_("Your calls, e-mails and meetings appear here as soon as they are imported."),
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )  # fmt: skip
    context = {
        "filter": chosen,
        "table": table,
        "stats": with_reasons(totals_stats(counts), request, "crm:activity_totals"),
        "title": _("Activities"),
        "here": reverse("crm:activity_list"),
        "actions": [
            *([download(request, _("Download CSV"), "crm:activity_rows")] if total else []),
            *log_actions(viewer),
        ],
        "is_filtered": is_filtered(request),
    }
    return render(request, "crm/fact_list.html", context)


@require_GET
def activity_rows_view(request: HttpRequest) -> StreamingHttpResponse:
    """The activities of the list as CSV."""
    viewer = viewer_of(request)
    chosen = ActivityFilter(request.GET, activities_found(viewer), request=request)
    found = chosen.qs if chosen.is_valid() else activities_found(viewer).none()
    headings = [_("Id"), _("Activity"), _("Type"), _("Person"), _("Deal"), _("Account"), _("When")]
    return csv_answer("activities", headings, activity_rows(found, request.GET.get("sort") or DEFAULT_ORDER), _cells)


def _cells(activity: Activity) -> list[object]:
    deal = activity.opportunity.external_id if activity.opportunity else activity.opportunity_text
    return [
        activity.external_id, activity.subject, activity.type, named(activity.person, activity.person_text), deal,
        named(activity.account, activity.account_text), activity.occurred_at.isoformat(),
    ]  # fmt: skip


def log_actions(viewer: Viewer, deal_id: int | None = None) -> list[Action]:
    """The way to enter an activity, of a deal where one is named."""
    if not activities.can(viewer, "create"):
        return []
    query = f"?deal={deal_id}" if deal_id else ""
    return [
        Action(_("Log an activity"), reverse("crm:activity_add") + query, "plus", "secondary" if deal_id else "primary")
    ]


def _row(activity: Activity, open_deals: Collection[int], may_change: Collection[int]) -> Row:
    person = activity.person
    deal = activity.opportunity
    href = reverse("crm:deal_detail", args=[deal.pk]) if deal and deal.pk in open_deals else ""
    return Row(
        [
            Cell(
                activity.subject or activity.get_type_display(),
                detail=activity.external_id if activity.source != BY_HAND else _("entered by hand"),
                href=reverse("crm:activity_change", args=[activity.pk]) if activity.pk in may_change else "",
            ),
            Cell(activity.get_type_display()),
            Cell(person=PersonChip(person.name, is_small=True)) if person else Cell(activity.person_text),
            Cell(named(deal, activity.opportunity_text), href=href),
            Cell(named(activity.account, activity.account_text)),
            Cell(formats.moment(activity.occurred_at)),
        ]
    )


def totals_stats(counts: dict[str, int]) -> list[Stat]:
    by_type = [
        Stat(str(label).capitalize(), counts[value], "count", key=value)
        for value, label in ActivityType.choices
        if counts.get(value)
    ]
    return [Stat(_("Activities"), sum(counts.values()), "count", key="activities"), *by_type]
