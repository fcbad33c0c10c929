"""Joiners, movers and leavers: the list of sheets, a sheet as a grid with what it would do, and its way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.row_id import row_id
from people import formats
from people.components import Action, Callout, Cell, Column, Crumb, Empty, Event, Pages, PersonChip, Row, Status, Table
from people.engine.moves import MOST, Line
from people.forms.moves import CHOICES, FRESH, LineForm, SheetStartForm, iso
from people.models import Move, MoveSheet, Person
from people.policies import moves
from people.selectors import moves as read
from people.selectors.person import persons_here
from people.selectors.team import team_names
from people.services import moves as service
from people.services.moves import Outcome, Preview
from people.services.moves.sheet import lines_of
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.person import people_crumb

STATES = {"draft": "neutral", "applied": "good", "undone": "warn"}


def sheets_crumb() -> Crumb:
    return Crumb(_("Joiners, movers, leavers"), reverse("people:move_list"))


def _href(sheet: MoveSheet) -> str:
    return reverse("people:move_sheet", args=[sheet.pk])


def _title(sheet: MoveSheet) -> str:
    return sheet.title or _("Sheet of %(day)s") % {"day": formats.plain(timezone.localtime(sheet.created_at).date())}


def state_status(sheet: MoveSheet) -> Status:
    words = {"draft": _("Draft"), "applied": _("Applied"), "undone": _("Undone")}
    return Status(words[sheet.state], STATES[sheet.state])  # type: ignore[arg-type]


@require_GET
def move_list(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    moves.require(viewer, "view")
    page = Paginator(read.sheet_list(viewer), 50).get_page(request.GET.get("page"))
    new = Action(_("New sheet"), reverse("people:move_add"), "plus", "primary")
    table = Table(
        "sheets",
        _("Sheets"),
        [
            Column("title", _("Sheet")),
            Column("state", _("State")),
            Column("lines", _("Lines"), "count"),
            Column("who", _("By")),
            Column("at", _("Last changed")),
        ],
        [_sheet_row(sheet) for sheet in page.object_list],
        query=request.GET,
        pages=Pages(page, request.GET),
        empty=Empty(
            _("No sheet yet"),
            _("Enter who joins, moves and leaves on one sheet, see what will happen, and apply it in one go."),
            "team",
            [new],
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    context = {"table": table, "actions": [new], "crumbs": [people_crumb(), Crumb(_("Joiners, movers, leavers"))]}
    return render(request, "people/move_list.html", context)


def _sheet_row(sheet: Any) -> Row:
    who = sheet.changed_by
    return Row(
        [
            Cell(_title(sheet)),
            Cell(status=state_status(sheet)),
            Cell(sheet.line_count),
            Cell(person=PersonChip(who.name, is_small=True)) if who else Cell(_("Command line")),
            Cell(formats.moment(sheet.changed_at)),
        ],
        href=_href(sheet),
    )


@require_http_methods(["GET", "POST"])
def move_add(request: HttpRequest) -> HttpResponse:
    """A new sheet: pasted, uploaded, or empty to be filled in by hand."""
    viewer = viewer_of(request)
    moves.require(viewer, "create")
    form = SheetStartForm(request.POST or None, request.FILES or None, viewer=viewer)
    page = FormPage(
        _("New sheet"),
        [people_crumb(), sheets_crumb(), Crumb(_("New"))],
        sheets_crumb().href,
        _("Go on"),
        _("Nothing happens yet: first you see line by line what would happen."),
    )

    def submit(values: dict[str, Any]) -> MoveSheet:
        return service.sheet_create(viewer=viewer, lines=values["lines"], at=timezone.now(), title=values["title"])

    return form_page(request, page, form, submit, _href)


@dataclass(frozen=True)
class GridLine:
    """A line of the grid: its cells and what it would do."""

    number: int
    form: LineForm
    outcome: Outcome | None = None


@require_http_methods(["GET", "POST"])
def move_sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    sheet = read.access_sheet(viewer, sheet_id, "change" if request.method == "POST" else "view")
    if sheet.state != MoveSheet.State.DRAFT:
        if request.method == "POST":
            return _applied_meanwhile(request, sheet)
        return _applied_page(request, viewer, sheet)
    if request.method == "POST":
        return _sheet_post(request, viewer, sheet)
    forms = [LineForm(initial=iso(line), prefix=f"line-{place}") for place, line in enumerate(lines_of(sheet))]
    return _draft_page(request, viewer, sheet, forms, service.sheet_preview(sheet=sheet))


def _applied_meanwhile(request: HttpRequest, sheet: MoveSheet) -> HttpResponse:
    messages.info(request, _("This sheet is applied already. Start a new one."))
    return HttpResponseRedirect(_href(sheet))


def _sheet_post(request: HttpRequest, viewer: Viewer, sheet: MoveSheet) -> HttpResponse:
    """Save what stands in the grid; then show what it would do, or do it."""
    forms = _posted(request.POST)
    valid = [form.is_valid() for form in forms]  # every line says its own errors
    if not all(valid):
        return _draft_page(request, viewer, sheet, forms, None, status=422)
    lines = [form.line(0) for form in forms]
    lines = [Line(number, *line.cells()) for number, line in enumerate((li for li in lines if not li.is_blank), 1)]
    try:
        with transaction.atomic():
            version = row_id(request.POST.get("version", "")) or 0
            service.sheet_save(viewer=viewer, sheet=sheet, version=version, lines=lines, at=timezone.now())
    except ValidationError as error:
        other = Callout(" ".join(error.messages), _others_words(sheet), "bad")
        sheet = read.access_sheet(viewer, sheet.pk, "change")
        if sheet.state != MoveSheet.State.DRAFT:  # a second click, or somebody else was faster
            return _applied_meanwhile(request, sheet)
        return _draft_page(request, viewer, sheet, forms, None, callout=other, status=422)
    if request.POST.get("do") == "apply":
        return act(
            request,
            _href(sheet),
            _("The sheet is applied."),
            lambda: service.sheet_apply(
                viewer=viewer, sheet=sheet, at=timezone.now(), on=viewer.on, digest=request.POST.get("digest", "")
            ),
        )
    more = "?more=8#lines" if request.POST.get("do") == "more" else "#lines"
    return HttpResponseRedirect(_href(sheet) + more)


def _posted(data: Mapping[str, Any]) -> list[LineForm]:
    count = min(row_id(data.get("count", "")) or 0, MOST + 8)
    dropped = row_id(data.get("drop", ""))
    return [LineForm(data, prefix=f"line-{place}") for place in range(count) if place + 1 != dropped]


def _others_words(sheet: MoveSheet) -> str:
    """What somebody else saved meanwhile."""
    words = [" ".join(cell for cell in line.cells() if cell) for line in lines_of(sheet)[:10]]
    return _("Saved meanwhile: %(lines)s") % {"lines": "; ".join(words) or _("an empty sheet")}


def _draft_page(
    request: HttpRequest,
    viewer: Viewer,
    sheet: MoveSheet,
    forms: Sequence[LineForm],
    preview: Preview | None,
    *,
    callout: Callout | None = None,
    status: int = 200,
) -> HttpResponse:
    outcomes = preview.outcomes if preview else {}
    grid = [GridLine(number, form, outcomes.get(number)) for number, form in enumerate(forms, 1)]
    if preview is not None:
        wanted = 8 if request.GET.get("more") else FRESH
        fresh = range(len(forms), min(len(forms) + wanted, MOST + 8))
        grid += [GridLine(place + 1, LineForm(prefix=f"line-{place}")) for place in fresh]
    discard = Action(
        _("Discard"),
        reverse("people:move_discard", args=[sheet.pk]),
        "trash",
        "quiet",
        "post",
        confirm=_("The sheet and its lines are thrown away. Nothing of it holds yet."),
    )
    context = {
        "sheet": sheet,
        "title": _title(sheet),
        "crumbs": [people_crumb(), sheets_crumb(), Crumb(_title(sheet))],
        "status": state_status(sheet),
        "grid": grid,
        "labels": [field.label for field in LineForm()],
        "count": len(grid),
        "preview": preview,
        "summary": _summary(preview) if preview and outcomes else None,
        "callout": callout,
        "persons": _person_choices(viewer),
        "teams": team_names(),
        "choices": CHOICES,
        "actions": [discard],
    }
    return render(request, "people/move_sheet.html", context, status=status)


def _summary(preview: Preview) -> Callout:
    count, lines = preview.problem_count, len(preview.outcomes)
    values = {"n": formats.number(count), "all": formats.number(lines)}
    if count:
        words = ngettext(
            "The line cannot be applied yet. Below it stands why.",
            "%(n)s of %(all)s lines cannot be applied. Nothing is applied while one of them stands so.",
            lines,
        )
        return Callout(_("Some lines have problems"), words % values, "bad")
    words = ngettext(
        "The line can be applied. Read below it what will happen, then apply.",
        "All %(all)s lines can be applied. Read below each line what will happen, then apply.",
        lines,
    )
    return Callout(_("Ready to apply"), words % values, "good")


def _person_choices(viewer: Viewer) -> list[str]:
    """Names for the pickers; where two share one, with the address or the id that tells them apart."""
    found: list[Person] = list(persons_here(viewer.on))
    names = [person.name.casefold() for person in found]
    return [
        person.name
        if names.count(person.name.casefold()) == 1
        else (f"{person.name} <{person.email}>" if person.email else f"id:{person.pk}")
        for person in found
    ]


def _applied_page(request: HttpRequest, viewer: Viewer, sheet: MoveSheet) -> HttpResponse:
    undo = Action(
        _("Undo"),
        reverse("people:move_undo", args=[sheet.pk]),
        "undo",
        "danger",
        "post",
        confirm=_("Everything this sheet did is taken back: seats, teams, dates and deals."),
    )
    columns = [
        Column("person", _("Person")),
        Column("what", _("What")),
        Column("on", _("On day"), "day"),
        Column("team", _("Team")),
        Column("role", _("Role")),
        Column("manager", _("Manager")),
        Column("heir", _("Deals go to")),
        Column("rule", _("Credit of deals")),
        Column("note", _("Note")),
    ]
    who = sheet.changed_by.name if sheet.changed_by else _("Command line")
    words = {"applied": _("Applied"), "undone": _("Undone")}
    context = {
        "title": _title(sheet),
        "crumbs": [people_crumb(), sheets_crumb(), Crumb(_title(sheet))],
        "status": state_status(sheet),
        "table": Table(
            "lines",
            _("Lines"),
            columns,
            [_move_row(move, sheet) for move in read.sheet_moves(sheet)],
            is_caption_hidden=True,
            is_stacked_on_phone=True,
        ),
        "events": [Event(sheet.changed_at, words[sheet.state], actor=who)],
        "actions": [undo] if sheet.state == MoveSheet.State.APPLIED else [],
    }
    return render(request, "people/move_done.html", context)


def _move_row(move: Move, sheet: MoveSheet) -> Row:
    roles = {str(key): str(label) for key, label in CHOICES["role"] if key}
    whats = {str(key): str(label) for key, label in CHOICES["what"] if key}
    person = move.person
    chip = Cell(person=_chip(person)) if person else Cell(move.person_text or "–")
    return Row(
        [
            chip,
            Cell(whats.get(move.what_text, move.what_text)),
            Cell(move.on),
            Cell(move.team_text),
            Cell(roles.get(move.role_text, move.role_text)),
            Cell(move.manager.name if move.manager else move.manager_text),
            Cell(move.heir.name if move.heir else move.heir_text, detail=_heir_words(move, sheet)),
            Cell(move.rule_text),
            Cell(move.note),
        ]
    )


def _chip(person: Person) -> PersonChip:
    return PersonChip(person.name, href=reverse("people:person_detail", args=[person.pk]), is_small=True)


def _heir_words(move: Move, sheet: MoveSheet) -> str:
    if move.heir is None or sheet.state != MoveSheet.State.APPLIED or move.on is None:
        return ""
    if move.handed_over_at is None:
        return _("on %(day)s") % {"day": formats.plain(move.on)}
    return _("%(n)s deals handed over") % {"n": formats.number(len(move.handed_ids))}


@require_POST
def move_discard(request: HttpRequest, sheet_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    sheet = read.access_sheet(viewer, sheet_id, "change")
    return act(
        request,
        reverse("people:move_list"),
        _("The sheet is thrown away."),
        lambda: service.sheet_discard(viewer=viewer, sheet=sheet, at=timezone.now()),
    )


@require_POST
def move_undo(request: HttpRequest, sheet_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    sheet = read.access_sheet(viewer, sheet_id, "undo")
    return act(
        request,
        _href(sheet),
        _("Everything is as it was before the sheet."),
        lambda: service.sheet_undo(viewer=viewer, sheet=sheet, at=timezone.now()),
    )
