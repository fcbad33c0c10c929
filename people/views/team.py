"""The tree of teams and the page of a team, as of a day."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from people.components import Action, Cell, Column, Crumb, Empty, PersonChip, Row, Status, Table
from people.forms.team import DayForm, TeamAddForm, TeamMoveForm, TeamRenameForm
from people.frame import role_words
from people.meanwhile import last_seen
from people.models import Seat, Team
from people.policies import teams
from people.selectors import team as read
from people.services import team as service
from people.viewer import Viewer
from people.views.absence_pieces import acting_action, acting_callouts, holder_words
from people.views.page import FormPage, form_page, viewer_of
from people.views.words import days_words, vacant_words

DEEPEST = 8  # what still stands further in than its parent


def teams_crumb() -> Crumb:
    return Crumb(_("Teams"), reverse("people:team_list"))


def team_crumb(team: Team) -> Crumb:
    return Crumb(team.name, reverse("people:team_detail", args=[team.pk]))


def _day_form(request: HttpRequest, today: date) -> tuple[DayForm, date]:
    form = DayForm(request.GET or None, initial={"on": today})
    chosen = form.cleaned_data["on"] if form.is_bound and form.is_valid() else None
    return form, chosen or today


@require_GET
def team_list(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    form, on = _day_form(request, viewer.on)
    may_change = teams.can(viewer, "create")
    add = [Action(_("Add a team"), reverse("people:team_add"), "plus", "primary")] if may_change else []
    table = Table(
        "teams",
        _("Teams"),
        [
            Column("team", _("Team")),
            Column("managers", _("Managers")),
            Column("people", _("People"), "count"),
            Column("below", _("With the teams below"), "count"),
            Column("vacant", _("Vacant seats"), "count"),
        ],
        [_team_row(node) for node in read.team_tree(viewer, on)],
        empty=Empty(_("No teams yet"), _("Add a team, or import people with their managers from a file."), "team", add),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    return render(request, "people/team_list.html", {"table": table, "form": form, "on": on, "actions": add})


def _team_row(node: read.TeamNode) -> Row:
    href = reverse("people:team_detail", args=[node.team.pk])
    return Row(
        [
            Cell(node.team.name, href=href, depth=min(node.depth, DEEPEST)),
            Cell(", ".join(_manager_names(node))),
            Cell(node.held),
            Cell(node.held_below),
            Cell(node.vacant),
        ]
    )


def _manager_names(node: read.TeamNode) -> list[str]:
    acting = [_("%(name)s (acting)") % {"name": each.person.name} for each in node.acting]
    return [holding.person.name for holding in node.managers] + acting


@require_GET
def team_detail(request: HttpRequest, team_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    team = read.access_team(viewer, team_id)
    form, on = _day_form(request, viewer.on)
    may_change = teams.can(viewer, "change", team)
    seats = read.team_seats(team, on)
    context = {
        "team": team,
        "on": on,
        "form": form,
        "crumbs": [teams_crumb(), Crumb(team.name)],
        "acting": acting_callouts(viewer, team, on),
        "seats": _seats_table(team, seats, _words_of(viewer, seats, on), may_change),
        "children": _children_table(read.team_children(team, on)),
        "placements": _placements_table(read.team_placements(team)),
        "actions": [*acting_action(viewer, team), *(_team_actions(team) if may_change else [])],
    }
    return render(request, "people/team_detail.html", context)


def _words_of(viewer: Viewer, seats: list[read.SeatOn], on: date) -> dict[int, str]:
    held = [each for each in seats if each.holding is not None]
    managers = [each.holding.person_id for each in held if each.seat.role == Seat.Role.MANAGER and each.holding]
    return holder_words(viewer, [each.holding.person_id for each in held if each.holding], managers, on)


def _team_actions(team: Team) -> list[Action]:
    return [
        Action(_("Rename"), reverse("people:team_rename", args=[team.pk]), "edit"),
        Action(_("Move"), reverse("people:team_move", args=[team.pk]), "swap"),
        Action(_("Add a seat"), reverse("people:seat_add", args=[team.pk]), "plus", "primary"),
    ]


def _seats_table(team: Team, seats: list[read.SeatOn], words: dict[int, str], may_change: bool) -> Table:
    columns = [
        Column("person", _("Held by")),
        Column("role", _("Role")),
        Column("title", _("Title")),
        Column("days", _("When")),
    ]
    if may_change:
        columns.append(Column("action", _("Action"), is_label_hidden=True))
    add = Action(_("Add a seat"), reverse("people:seat_add", args=[team.pk]), "plus", "primary")
    return Table(
        "seats",
        _("Seats"),
        columns,
        [_seat_row(seat, words, may_change) for seat in seats],
        empty=Empty(
            _("No seats on this day"),
            _("A person joins the team through a seat."),
            "person",
            [add] if may_change else [],
        ),
        is_stacked_on_phone=True,
    )


def _seat_row(each: read.SeatOn, about: dict[int, str], may_change: bool) -> Row:
    holding, words = each.holding, _next_words(each)
    if holding is None:
        who = Cell(status=Status(_("Vacant"), "warn", "person"), detail=words)
        days = Cell(vacant_words(each.vacant_since), detail=_former_words(each))
    else:
        href = reverse("people:person_detail", args=[holding.person_id])
        detail = " · ".join(part for part in (about.get(holding.person_id, ""), words) if part)
        who = Cell(person=PersonChip(holding.person.name, detail, href, is_small=True))
        days = Cell(days_words(holding.starts_on, holding.ends_before))
    place = " · ".join(part for part in (each.seat.territory, each.seat.legal_entity) if part)
    cells = [who, Cell(role_words(each.seat.role)), Cell(each.seat.title, detail=place), days]
    if may_change:
        cells.append(Cell(action=Action(_("Change"), reverse("people:seat_assign", args=[each.seat.pk]), kind="quiet")))
    return Row(cells)


def _next_words(each: read.SeatOn) -> str:
    following = each.next_holding
    if following is None:
        return ""
    days = days_words(following.starts_on, following.ends_before)
    return _("%(name)s comes %(days)s") % {"name": following.person.name, "days": days}


def _former_words(each: read.SeatOn) -> str:
    if each.former is None:
        return _("Nobody has held it yet; its credit goes to the house.")
    return _("Held by %(name)s until then; its credit goes to the house.") % {"name": each.former.person.name}


def _children_table(children: list[Team]) -> Table:
    return Table(
        "children",
        _("Teams directly below"),
        [Column("team", _("Team"))],
        [Row([Cell(team.name, href=reverse("people:team_detail", args=[team.pk]))]) for team in children],
        empty=Empty(_("No team stands below this one"), "", "team"),
    )


def _placements_table(placements: list[Any]) -> Table:
    return Table(
        "placements",
        _("Where the team stands"),
        [Column("parent", _("Below")), Column("days", _("When"))],
        [
            Row(
                [
                    Cell(placement.parent.name, href=reverse("people:team_detail", args=[placement.parent_id])),
                    Cell(days_words(placement.starts_on, placement.ends_before)),
                ]
            )
            for placement in placements
        ],
        empty=Empty(_("The team stands at the top"), "", "team"),
    )


@require_http_methods(["GET", "POST"])
def team_add(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    teams.require(viewer, "create")
    form = TeamAddForm(request.POST or None, viewer=viewer)
    page = FormPage(_("Add a team"), [teams_crumb(), Crumb(_("Add"))], reverse("people:team_list"), _("Add"))
    return form_page(
        request,
        page,
        form,
        lambda values: service.team_create(viewer=viewer, at=timezone.now(), **values),
        lambda team: team_crumb(team).href,
        _("The team is added."),
    )


@require_http_methods(["GET", "POST"])
def team_rename(request: HttpRequest, team_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    team = read.access_team(viewer, team_id, "change")
    crumb = team_crumb(team)
    form = TeamRenameForm(request.POST or None, instance=team, initial={"seen": last_seen()}, viewer=viewer)
    page = FormPage(
        _("Rename %(name)s") % {"name": crumb.label}, [teams_crumb(), crumb, Crumb(_("Rename"))], crumb.href
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.team_rename(viewer=viewer, team=team, at=timezone.now(), **values),
        lambda _team: crumb.href,
        _("The team has its new name."),
    )


@require_http_methods(["GET", "POST"])
def team_move(request: HttpRequest, team_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    team = read.access_team(viewer, team_id, "change")
    crumb = team_crumb(team)
    now = {"on": viewer.on, "seen": last_seen()}
    form = TeamMoveForm(request.POST or None, initial=now, team=team, viewer=viewer)
    page = FormPage(
        _("Move %(name)s") % {"name": team.name}, [teams_crumb(), crumb, Crumb(_("Move"))], crumb.href, _("Move")
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.team_move(viewer=viewer, team=team, at=timezone.now(), **values),
        lambda _result: crumb.href,
        _("The team moves on that day."),
    )
