"""Targets of many goals changed together: choose, try out, apply with one reason, take back."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.many import BulkFilter, BulkForm, value_for
from goals.models import BulkRevision, Goal
from goals.pages.pieces import holder_cell, value_words
from goals.selectors.many import access_bulk, bulks_listed, may_revise_many, revisable_rows
from goals.services.bulk import Change, Undone, bulk_apply, bulk_preview, bulk_undo
from goals.views.pieces import days_words
from kernel.row_id import row_id
from people import formats
from people.components import Action, Callout, Cell, Choice, Column, Crumb, Empty, Row, Status, Table
from people.models import SeatHolding
from people.viewer import Viewer
from people.views.page import act, viewer_of

MOST_ROWS = 500


def bulk_crumb() -> Crumb:
    return Crumb(_("Change targets together"), reverse("goals:bulk"))


@require_http_methods(["GET", "POST"])
def bulk_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if not may_revise_many(viewer):
        raise PermissionDenied(_("Your role does not allow this."))
    if request.method == "POST":
        return _tried(request, viewer)
    return _choose(request, viewer, BulkForm(viewer=viewer), set())


def _choose(
    request: HttpRequest, viewer: Viewer, form: BulkForm, chosen: set[int | None], status: int = 200
) -> HttpResponse:
    filters = BulkFilter(request.GET)
    rows = list(_filtered(viewer, filters)[: MOST_ROWS + 1])
    context = {
        "crumbs": [Crumb(_("My goals"), reverse("goals:mine")), Crumb(_("Change targets together"))],
        "filters": filters,
        "form": form,
        "table": _table(viewer, rows[:MOST_ROWS], chosen),
        "shown": [row.pk for row in rows[:MOST_ROWS]],
        "is_all": "all" in request.POST,
        "has_more": len(rows) > MOST_ROWS,
        "has_rows": bool(rows),
        "past": _past(bulks_listed(viewer)),
    }
    return render(request, "goals/bulk.html", context, status=status)


def _filtered(viewer: Viewer, form: BulkFilter) -> QuerySet[Goal]:
    rows = revisable_rows(viewer).exclude(kind=Goal.Kind.MILESTONES)
    if not form.is_valid():
        return rows
    chosen = form.cleaned_data
    rows = rows.filter(name__icontains=chosen["q"].replace("\x00", ""))
    if chosen["metric"]:
        rows = rows.filter(metric=chosen["metric"])
    if chosen["team"]:
        seated = SeatHolding.objects.on(viewer.on).filter(seat__team=chosen["team"]).values("person")
        rows = rows.filter(Q(team=chosen["team"]) | Q(person__in=seated))
    if chosen["starts_on"]:
        rows = rows.filter(ends_before__gt=chosen["starts_on"])
    if chosen["ends_before"]:
        rows = rows.filter(starts_on__lt=chosen["ends_before"])
    return rows


def _table(viewer: Viewer, rows: list[Goal], chosen: set[int | None]) -> Table:
    currency = viewer.organization.currency
    return Table(
        "goals",
        _("Goals to choose from"),
        [
            Column("choose", _("Choose"), is_label_hidden=True),
            Column("goal", _("Goal")),
            Column("who", _("Whose")),
            Column("target", _("Target"), "number"),
            Column("days", _("Days")),
        ],
        [
            Row(
                [
                    Cell(
                        choice=Choice(
                            "goal", str(row.pk), _("Change “%(name)s”") % {"name": row.name}, row.pk in chosen
                        )
                    ),
                    Cell(row.name),
                    holder_cell(row),
                    Cell(text=value_words(row, row.target, currency)),
                    Cell(days_words(row)),
                ]
            )
            for row in rows
        ],
        is_caption_hidden=True,
        is_stacked_on_phone=True,
        empty=Empty(_("No goals found"), _("Goals that you may revise and that are not over appear here."), "flag"),
    )


def _past(found: list[BulkRevision]) -> Table | None:
    if not found:
        return None
    rows = [
        Row(
            [
                Cell(formats.moment(each.at)),
                Cell(each.reason),
                Cell(each.by.name if each.by else _("Command line")),
                Cell(status=Status(_("Taken back"), "neutral") if each.undone_at else Status(_("In force"), "good")),
            ],
            href=reverse("goals:bulk_detail", args=[each.pk]),
        )
        for each in found
    ]
    columns = [Column("at", _("When")), Column("why", _("Reason")), Column("by", _("By")), Column("state", _("State"))]
    return Table("past", _("Changed together before"), columns, rows, is_stacked_on_phone=True)


def _tried(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what would happen; with the second button let it happen."""
    ids = {row_id(text) for text in request.POST.getlist("shown" if "all" in request.POST else "goal")}
    form = BulkForm(request.POST, viewer=viewer)
    rows = list(revisable_rows(viewer).filter(pk__in=[key for key in ids if key]))
    if not form.is_valid():
        return _choose(request, viewer, form, ids, 422)
    values = form.cleaned_data
    value = value_for(rows, values["rule"], values["value"])
    try:
        changes = bulk_preview(viewer=viewer, rows=rows, rule=values["rule"], value=value)
        if request.POST.get("step") != "apply":
            return _preview(request, viewer, form, changes)
        with transaction.atomic():
            bulk = bulk_apply(
                viewer=viewer,
                rows=rows,
                rule=values["rule"],
                value=value,
                reason=values["reason"],
                versions=_versions(request, rows),
                at=timezone.now(),
            )
    except ValidationError as error:
        form.refuse(error)
        return _choose(request, viewer, form, ids, 422)
    return HttpResponseRedirect(reverse("goals:bulk_detail", args=[bulk.pk]))


def _versions(request: HttpRequest, rows: list[Goal]) -> dict[int, int]:
    """The versions that the preview showed."""
    return {row.pk: row_id(request.POST.get(f"version_{row.pk:d}", "")) or 0 for row in rows}


def _preview(request: HttpRequest, viewer: Viewer, form: BulkForm, changes: list[Change]) -> HttpResponse:
    refused = [each for each in changes if each.refusal]
    count = len(changes) - len(refused)
    context = {
        "crumbs": [bulk_crumb(), Crumb(_("What would happen"))],
        "title": ngettext("%(count)s target would change", "%(count)s targets would change", count) % {"count": count},
        "reason": form.cleaned_data["reason"],
        "callout": _refused(refused),
        "table": _changes_table(viewer, changes),
        "kept": [(name, form.data[name]) for name in ("rule", "value", "reason")],
        "goals": [each.goal for each in changes if not each.refusal],
        "back": reverse("goals:bulk"),
    }
    return render(request, "goals/bulk_preview.html", context)


def _refused(refused: list[Change]) -> Callout | None:
    if not refused:
        return None
    words = "; ".join(f"{each.goal.name}: {each.refusal}" for each in refused)
    return Callout(_("These stay as they are"), words, "warn")


def _changes_table(viewer: Viewer, changes: list[Change]) -> Table:
    currency = viewer.organization.currency
    rows = []
    for each in changes:
        goal = each.goal
        new = formats.UNDEFINED if each.refusal else value_words(goal, each.target, currency)
        rows.append(
            Row(
                [
                    Cell(goal.name, detail=each.refusal),
                    holder_cell(goal),
                    Cell(text=value_words(goal, goal.target, currency)),
                    Cell(text=new),
                ],
                tone="quiet" if each.refusal else "",
            )
        )
    return Table(
        "changes",
        _("What would happen"),
        [
            Column("goal", _("Goal")),
            Column("who", _("Whose")),
            Column("before", _("Target now"), "number"),
            Column("after", _("New target"), "number"),
        ],
        rows,
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


@require_GET
def bulk_detail_view(request: HttpRequest, bulk_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    bulk = access_bulk(viewer, bulk_id)
    lines = list(bulk.lines.select_related("goal", "goal__person", "goal__team", "revision").order_by("pk"))
    currency = viewer.organization.currency
    rows = [
        Row(
            [
                Cell(line.goal.name, href=reverse("goals:detail", args=[line.goal_id])),
                holder_cell(line.goal),
                Cell(text=_stored(line.goal, line.revision.before, currency)),
                Cell(text=_stored(line.goal, line.revision.after, currency)),
                Cell(text=value_words(line.goal, line.goal.target, currency)),
            ]
        )
        for line in lines
    ]
    undo = Action(
        _("Take back"),
        reverse("goals:bulk_undo", args=[bulk.pk]),
        "undo",
        "danger",
        "post",
        confirm=_("The old targets hold again, and every owner is told. What somebody changed since stays as it is."),
    )
    context = {
        "title": bulk.reason,
        "crumbs": [bulk_crumb(), Crumb(formats.moment(bulk.at))],
        "subtitle": _("%(rule)s %(value)s, by %(name)s")
        % {
            "rule": bulk.get_rule_display(),
            "value": formats.number(bulk.value, 0 if bulk.value == int(bulk.value) else 2),
            "name": bulk.by.name if bulk.by else _("Command line"),
        },
        "actions": [] if bulk.undone_at else [undo],
        "callout": _undone(bulk),
        "table": Table(
            "lines",
            _("Targets that were changed"),
            [
                Column("goal", _("Goal")),
                Column("who", _("Whose")),
                Column("before", _("Before"), "number"),
                Column("after", _("After"), "number"),
                Column("now", _("Now"), "number"),
            ],
            rows,
            is_caption_hidden=True,
            is_stacked_on_phone=True,
        ),
    }
    return render(request, "goals/table_page.html", context)


def _stored(goal: Goal, values: dict[str, Any], currency: str) -> str:
    return value_words(goal, Decimal(values["target"]), currency) if "target" in values else formats.UNDEFINED


def _undone(bulk: BulkRevision) -> Callout | None:
    if bulk.undone_at is None:
        return None
    who = bulk.undone_by.name if bulk.undone_by else _("Command line")
    return Callout(_("Taken back"), f"{who}, {formats.moment(bulk.undone_at)}", "neutral")


@require_POST
def bulk_undo_view(request: HttpRequest, bulk_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    bulk = access_bulk(viewer, bulk_id)
    here = reverse("goals:bulk_detail", args=[bulk.pk])
    return act(request, here, _undone_words, lambda: bulk_undo(viewer=viewer, bulk=bulk, at=timezone.now()))


def _undone_words(done: Undone) -> str:
    words = _("The old targets hold again.")
    if done.left:
        names = ", ".join(goal.name for goal in done.left)
        words += " " + _("Changed since and left alone: %(names)s.") % {"names": names}
    return words
