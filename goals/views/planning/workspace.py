"""The sheet of a version: teams and people × months, with totals, locks, over-assignment and estimates."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from goals.approval_policies import turn
from goals.models import PlanLine, PlanStep, PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import (
    Sheet,
    SheetCell,
    SheetLine,
    access_version,
    last_step,
    lines_in_sight,
    sheet_of,
)
from goals.services.planning.findings import finding_words
from goals.views.planning.pieces import (
    line_name,
    month_words,
    number_words,
    shown_digits,
    version_crumbs,
    version_name,
    version_status,
    version_tabs,
)
from kernel.issue import Issue
from kernel.row_id import row_id
from people import formats
from people.components import Action, Callout
from people.components.figures import Stat
from people.viewer import Viewer
from people.views.page import viewer_of
from people.views.words import days_words

Kind = PlanLine.Kind
State = PlanVersion.State
ALL_AT_ONCE = 150  # lines up to which the whole tree is shown


@dataclass(frozen=True)
class GridCell:
    """A number of the sheet as the page shows it; `value` is what an editor begins with."""

    cell: SheetCell
    month: str
    text: str
    value: str
    label: str


@dataclass(frozen=True)
class GridRow:
    """A line of the sheet as the page shows it."""

    line: SheetLine
    name: str
    detail: str
    href: str
    inner_href: str
    cells: list[GridCell]
    total: str
    over: str
    estimate: str
    estimate_gap: str


@require_GET
def plan_version_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id)
    sheet = sheet_of(version, lines_in_sight(viewer, version))
    may_change = quota_plans.can(viewer, "change") and version.state == State.DRAFT
    chosen = _chosen(sheet, request.GET.get("line", ""))
    lines = _shown(sheet, chosen)
    digits = shown_digits(sheet)
    context = {
        "title": version_name(version),
        "version": version,
        "crumbs": version_crumbs(version),
        "tabs": version_tabs(viewer, version, "plan_version"),
        "status": version_status(version),
        "days": days_words(version.plan.starts_on, version.plan.ends_before),
        "stats": _stats(viewer, sheet),
        "callouts": _callouts(viewer, version, sheet),
        "months": [month_words(month) for month in sheet.months],
        "rows": rows_of(sheet, lines, digits, may_change),
        "is_whole": len(lines) == len(sheet.lines),
        "whole_href": request.path if chosen else "",
        "may_change": may_change,
        "cell_href": reverse("goals:plan_cell", args=[version.pk]) if may_change else "",
        "digits": digits,
        "actions": _actions(viewer, version),
        "more": _more_actions(viewer, version),
        "step": _step_words(last_step(version)) if may_change else "",
        "undo_href": reverse("goals:plan_undo", args=[version.pk]),
    }
    return render(request, "goals/plan_version.html", context)


def _chosen(sheet: Sheet, text: str) -> SheetLine | None:
    line = sheet.by_id.get(row_id(text) or 0)
    return line if line is not None and line.kind != Kind.PERSON else None


def _shown(sheet: Sheet, chosen: SheetLine | None) -> list[SheetLine]:
    """The whole tree where it is small; of a large one its teams, or one of them with those in it."""
    if chosen is not None:
        above = list(reversed(sheet.above(chosen.id)))
        below = sheet.below(chosen.id)
        if len(below) > ALL_AT_ONCE:
            below = [line for line in below if line.kind != Kind.PERSON or line.parent_id == chosen.id]
        return [*above, *below]
    if len(sheet.lines) <= ALL_AT_ONCE:
        return sheet.lines
    return [line for line in sheet.lines if line.kind != Kind.PERSON]


def rows_of(sheet: Sheet, lines: list[SheetLine], digits: int, may_change: bool) -> list[GridRow]:
    """Rows of the grid."""
    estimates = sheet.estimates()
    labels = [month_words(month) for month in sheet.months]
    return [_row(sheet, line, digits, estimates.get(line.id), labels, may_change) for line in lines]


def _row(
    sheet: Sheet, line: SheetLine, digits: int, estimate: int | None, labels: list[str], may_change: bool
) -> GridRow:
    name = line_name(line)
    cells = [
        GridCell(
            cell,
            month.starts_on.isoformat(),
            number_words(sheet, cell.amount, digits),
            f"{sheet.money(cell.amount):f}",
            f"{name}, {label}",
        )
        for cell, month, label in zip(line.cells, sheet.months, labels, strict=True)
    ]
    over = sum(sheet.gaps.get(line.key, []))
    whole = line.days.starts_on == sheet.months[0].starts_on and line.days.ends_before == sheet.months[-1].ends_before
    version_id = sheet.version.pk
    is_person = line.kind == Kind.PERSON
    return GridRow(
        line=line,
        name=name,
        detail="" if whole else days_words(line.days.starts_on, line.days.ends_before),
        href=reverse("goals:plan_line", args=[version_id, line.id]) if may_change else "",
        inner_href="" if is_person else f"{reverse('goals:plan_version', args=[version_id])}?line={line.id}",
        cells=cells,
        total=number_words(sheet, line.total, digits),
        over="" if is_person or not line.total else over_words(over, line.total),
        estimate=formats.UNDEFINED if estimate is None else number_words(sheet, estimate, digits),
        estimate_gap=_gap_words(sheet, line, estimate, digits),
    )


def _gap_words(sheet: Sheet, line: SheetLine, estimate: int | None, digits: int) -> str:
    if estimate is None:
        return ""
    gap = estimate - line.total
    return formats.signed(number_words(sheet, gap, digits), gap)


def over_words(over: int, total: int) -> str:
    """+5.0% where those below have more than the line itself."""
    ratio = formats.rounded(Decimal(over) / total * 100, 1)
    if not over:
        return ""
    return formats.signed(formats.percent(ratio / 100), over) if ratio else "≠"


def _stats(viewer: Viewer, sheet: Sheet) -> list[Stat]:
    currency = sheet.version.plan.currency
    company = sheet.lines[0]
    people = [line for line in sheet.lines if line.kind == Kind.PERSON]
    given = sum(line.total for line in people)
    estimate = sheet.estimates().get(company.id)
    stats = [Stat(_("People"), len({line.person_id for line in people}), "count")]
    if quota_plans.is_whole(viewer, sheet.version):
        stats.insert(0, Stat(_("Company number"), sheet.version.amount, "money", currency))
        over = given - sheet.minor(sheet.version.amount)
        stats.append(Stat(_("Beyond the company number"), sheet.money(over), "money", currency, key="plan-over"))
    stats.insert(-1, Stat(_("Given to people"), sheet.money(given), "money", currency, key="plan-given"))
    stats.append(
        Stat(_("Estimated from below"), None if estimate is None else sheet.money(estimate), "money", currency)
    )
    locked = sum(1 for line in people if line.is_locked)
    stats.append(Stat(_("Locked people"), locked, "count", key="plan-locked"))
    return stats


def _callouts(viewer: Viewer, version: PlanVersion, sheet: Sheet) -> list[Callout]:
    names = {line.key: line_name(line) for line in sheet.lines}
    found = []
    if version.state == State.DRAFT and version.decision_note:
        found.append(Callout(_("This version was sent back"), version.decision_note, "warn"))
    issues = [Issue(**issue) for issue in version.issues if not issue["field"] or issue["field"] in names]
    if issues:
        words = " ".join(finding_words(issue, names) for issue in issues[:8])
        rest = len(issues) - 8
        more = " " + _("And %(count)s more.") % {"count": rest} if rest > 0 else ""
        found.append(Callout(_("When the number was divided"), words + more))
    if version.state == State.REVIEW and turn(viewer, version).may_decide:
        decide = Action(_("Decide"), reverse("goals:plan_approval", args=[version.pk]), kind="primary")
        found.append(Callout(_("This version waits for your decision"), "", "warn", [decide]))
    return found


def _step_words(step: PlanStep | None) -> str:
    if step is None:
        return ""
    who = step.done_by.name if step.done_by else _("Command line")
    return f"{step.get_kind_display()} · {who} · {formats.moment(step.done_at)}"


def _actions(viewer: Viewer, version: PlanVersion) -> list[Action]:
    """What can be done next, the likeliest last."""

    def to(name: str) -> str:
        return reverse(f"goals:{name}", args=[version.pk])

    may_change = quota_plans.can(viewer, "change")
    actions = []
    if may_change and version.state == State.DRAFT:
        words = _(
            "It takes the steps of approval and cannot be edited meanwhile. With the last approval it is in force."
        )
        actions += [
            Action(_("Hand in"), to("plan_submit"), "check", "secondary", "post", words),
            Action(_("Divide"), to("plan_divide"), "stages", "primary"),
        ]
    return actions


def _more_actions(viewer: Viewer, version: PlanVersion) -> list[Action]:
    """What is done more rarely: files, copies, reading people anew, throwing away."""

    def to(name: str) -> str:
        return reverse(f"goals:{name}", args=[version.pk])

    actions = [
        Action(_("Download for Excel"), to("plan_xlsx"), "export", "quiet"),
        Action(_("Download as CSV"), to("plan_csv"), "export", "quiet"),
    ]
    if not quota_plans.can(viewer, "change"):
        return actions
    if version.state == State.DRAFT:
        actions.append(Action(_("Upload a changed file"), to("plan_import"), "import", "quiet"))
    actions.append(Action(_("Copy to a new version"), to("plan_copy"), "plus", "quiet", "post"))
    if version.state == State.DRAFT:
        gone = _("This version and all its numbers are thrown away.")
        read = _("Newcomers get a line, who has left loses theirs, everybody else keeps their numbers.")
        actions += [
            Action(_("Read people anew"), to("plan_refresh"), "refresh", "quiet", "post", read),
            Action(_("Throw away"), to("plan_delete"), "trash", "quiet", "post", gone),
        ]
    return actions


def grid_answer(sheet: Sheet, line: SheetLine) -> dict[str, Any]:
    """What the page shows anew after a number of a line was changed."""
    digits = shown_digits(sheet)
    rows = rows_of(sheet, [line, *sheet.above(line.id)], digits, True)
    people = [each for each in sheet.lines if each.kind == Kind.PERSON]
    given = sum(each.total for each in people)
    over = given - sheet.minor(sheet.version.amount)
    currency = sheet.version.plan.currency
    return {
        "rows": [
            {
                "line": row.line.id,
                "total": row.total,
                "over": row.over,
                "estimate_gap": row.estimate_gap,
                "cells": [
                    {
                        "month": cell.month,
                        "text": cell.text,
                        "value": cell.value,
                        "is_locked": cell.cell.is_locked,
                        "revision": cell.cell.revision,
                    }
                    for cell in row.cells
                ],
            }
            for row in rows
        ],
        "stats": {
            "plan-given": formats.money(sheet.money(given), currency),
            "plan-over": formats.money(sheet.money(over), currency),
            "plan-locked": formats.number(sum(1 for each in people if each.is_locked)),
        },
    }
