"""A version beside another one of its plan, with the difference per person."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from goals.models import PlanLine, PlanVersion
from goals.selectors.planning.compare import Compared, sheets_compared
from goals.selectors.planning.sheet import Sheet, access_version, lines_in_sight, sheet_of, versions_of
from goals.views.planning.pieces import line_name, version_crumbs, version_name, version_tabs
from kernel.row_id import row_id
from people import formats
from people.components import Cell, Column, Empty, Row, Tab, Table
from people.viewer import Viewer
from people.views.page import viewer_of

DEEPEST = 8


@require_GET
def plan_compare_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id)
    others = [each for each in versions_of(viewer, version.plan) if each.pk != version.pk]
    wanted = row_id(request.GET.get("with", "")) or version.copied_from_id
    other = next((each for each in others if each.pk == wanted), others[0] if others else None)
    context = {
        "title": version_name(version),
        "crumbs": version_crumbs(version, _("Compare")),
        "tabs": version_tabs(viewer, version, "plan_compare"),
        "table": _table(viewer, version, other),
        "others": [
            Tab(
                _("with version %(number)s (%(state)s)") % {"number": each.number, "state": each.get_state_display()},
                f"{reverse('goals:plan_compare', args=[version.pk])}?with={each.pk}",
                each == other,
            )
            for each in others
        ],
    }
    return render(request, "goals/plan_compare.html", context)


def _table(viewer: Viewer, version: PlanVersion, other: PlanVersion | None) -> Table:
    columns, rows = [Column("line", _("Whose"))], []
    if other is not None:
        other.plan = version.plan
        sheet = sheet_of(version, lines_in_sight(viewer, version))
        before = sheet_of(other, lines_in_sight(viewer, other))
        columns += [
            Column("before", _("Version %(number)s") % {"number": other.number}, "number"),
            Column("after", _("Version %(number)s") % {"number": version.number}, "number"),
            Column("difference", _("Difference"), "number"),
            Column("ratio", _("In %"), "number"),
        ]
        rows = [_row(sheet, each) for each in sheets_compared(before, sheet)]
    return Table(
        "compared",
        _("Differences"),
        columns,
        rows,
        empty=Empty(_("There is one version only"), _("Copy it, change the copy, and come back."), "table"),
        is_caption_hidden=True,
    )


def _row(sheet: Sheet, each: Compared) -> Row:
    line = each.line
    currency = sheet.version.plan.currency

    def money(minor: int | None) -> str:
        return formats.money_exact(None if minor is None else sheet.money(minor), currency)

    ratio = formats.rounded(Decimal(each.difference) / each.before, 4) if each.before else None
    detail = line.team_name if line.kind == PlanLine.Kind.PERSON else ""
    return Row(
        [
            Cell(text=line_name(line), detail=detail, depth=min(line.depth, DEEPEST)),
            Cell(text=money(each.before)),
            Cell(text=money(each.after)),
            Cell(text=formats.signed(money(each.difference), each.difference)),
            Cell(text=formats.signed(formats.percent(ratio), ratio) if ratio is not None else formats.UNDEFINED),
        ],
        tone="" if each.difference else "quiet",
    )
