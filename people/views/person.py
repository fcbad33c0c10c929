"""The directory and the page of a person."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, Event, Pages, PersonChip, Row, Status, Table
from people.forms.person import PersonAddForm, PersonFilter, PersonForm
from people.frame import Frame, role_words
from people.meanwhile import last_seen
from people.models import Person, Seat, SeatHolding
from people.policies import persons
from people.selectors import person as read
from people.selectors.absence import absences
from people.services import person as service
from people.services.second_factor import has_second_factor
from people.viewer import Viewer
from people.views.absence_pieces import absence_actions, away_status, leave_table, stand_in_table
from people.views.page import FormPage, form_page, viewer_of
from people.views.words import away_words, days_words, within_cell
from people.words import action_words

PAGE_SIZE = 50
SIGN_IN_STATES = {
    "none": ("neutral", "minus"),
    "left": ("neutral", "minus"),
    "invited": ("accent", "clock"),
    "active": ("good", ""),
    "disabled": ("warn", ""),
}


def people_crumb() -> Crumb:
    return Crumb(_("People"), reverse("people:person_list"))


def person_crumb(person: Person) -> Crumb:
    return Crumb(person.name, reverse("people:person_detail", args=[person.pk]))


@require_GET
def person_list(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    form = PersonFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    sort = request.GET.get("sort", "name")
    found = read.person_list(
        viewer,
        search=chosen.get("q") or "",
        team_id=chosen["team"].pk if chosen.get("team") else None,
        role=chosen.get("role") or "",
        sign_in=chosen.get("sign_in") or "",
        state=chosen.get("state") or "",
        sort=sort,
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    may_change = persons.can(viewer, "create")
    away = absences(viewer, [person.pk for person in page.object_list], viewer.on)
    table = Table(
        "people",
        _("People"),
        [
            Column("name", _("Name"), is_sortable=True),
            Column("team", _("Team"), is_sortable=True),
            Column("role", _("Role"), is_sortable=True),
            Column("hired_on", _("Hired on"), "day", is_sortable=True),
            Column("sign_in", _("Sign-in")),
        ],
        [_person_row(person, away.get(person.pk)) for person in page.object_list],
        sort=sort,
        query=request.GET,
        pages=Pages(page, request.GET),
        empty=_nobody(any(chosen.values()), may_change),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    context = {"table": table, "form": form, "actions": _list_actions() if may_change else []}
    return render(request, "people/person_list.html", context)


def _list_actions() -> list[Action]:
    return [
        Action(_("Roles"), reverse("people:grant_list"), "lock"),
        Action(_("Joiners, movers, leavers"), reverse("people:move_list"), "swap"),
        Action(_("Invitations"), reverse("people:invitation_list"), "mail"),
        Action(_("Add a person"), reverse("people:person_add"), "plus", "primary"),
    ]


def _nobody(is_filtered: bool, may_change: bool) -> Empty:
    if is_filtered:
        clear = Action(_("Clear the filters"), reverse("people:person_list"))
        return Empty(_("Nobody fits these filters"), _("Take one of them away."), "person", [clear])
    return Empty(
        _("Nobody here yet"),
        _("Add people, or import them from a file."),
        "person",
        _list_actions()[-1:] if may_change else [],
    )


def _person_row(person: Any, away_before: date | None) -> Row:
    roles = [person.seat_role, *person.granted]
    return Row(
        [
            Cell(
                person=PersonChip(
                    person.name, person.email, reverse("people:person_detail", args=[person.pk]), is_small=True
                ),
                detail=away_words(away_before) if away_before else "",
            ),
            Cell(
                person.team_name,
                href=reverse("people:team_detail", args=[person.team_id]) if person.team_id else "",
            ),
            Cell(", ".join(role_words(role) for role in roles if role)),
            Cell(person.hired_on),
            Cell(status=sign_in_status(person.sign_in_state)),
        ]
    )


def sign_in_status(state: str) -> Status:
    words = {
        "none": _("None"),
        "left": _("Ended with leaving"),
        "invited": _("Invited"),
        "active": _("Can sign in"),
        "disabled": _("Switched off"),
    }
    tone, icon = SIGN_IN_STATES[state]
    return Status(words[state], tone, icon)  # type: ignore[arg-type]


@require_GET
def person_detail(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person: Any = read.access_person(viewer, person_id)
    may_change = persons.can(viewer, "change", person)
    roles = [role for role in [person.seat_role, *person.granted] if role]
    pairs = [
        (_("Team"), person.team_name, reverse("people:team_detail", args=[person.team_id]) if person.team_id else ""),
        (_("Role"), ", ".join(role_words(role) for role in roles)),
        (_("Title"), person.seat_title),
        (_("E-mail"), person.email),
        (_("Hired on"), formats.day(person.hired_on)),
    ]
    if person.left_on:
        pairs.append((_("Left on"), formats.day(person.left_on)))
    if may_change:
        pairs.append((_("Sign-in"), person.user.email if person.user else ""))
    is_leader = person.seat_role == Seat.Role.MANAGER
    actions = _numbers_actions(request, person)
    if person.erased_at is None:
        actions += absence_actions(viewer, person, is_leader=is_leader)
        actions += _set_up_actions(viewer, person)
    context = {
        "person": person,
        "chip": PersonChip(person.name, ", ".join(role_words(role) for role in roles)),
        "crumbs": [people_crumb(), Crumb(person.name)],
        "pairs": pairs,
        "sign_in": sign_in_status(person.sign_in_state) if may_change else None,
        "sign_in_actions": _sign_in_actions(person, viewer.on) if may_change and person != viewer.person else [],
        "away": away_status(viewer, person),
        "seats": _seats_table(read.person_seats(person)),
        "leave": leave_table(viewer, person),
        "stand_ins": stand_in_table(viewer, person, is_leader=is_leader),
        "grants": _grants_table(person, viewer.on) if may_change else None,
        "keys": _keys_table(person) if may_change else None,
        "events": [_event(entry) for entry in read.person_changes(viewer, person)],
        "actions": actions,
        "kept_actions": _kept_actions(viewer, person),
    }
    return render(request, "people/person_detail.html", context)


def _set_up_actions(viewer: Viewer, person: Any) -> list[Action]:
    """Looking as the person, a role, other days; somebody who has left gets no role any more."""
    actions = []
    if persons.can(viewer, "look_as", person):
        actions.append(Action(_("Look as"), reverse("people:look_begin", args=[person.pk]), "person"))
    if persons.can(viewer, "change", person) and not person.has_left(viewer.on):
        actions.append(Action(_("Give a role"), f"{reverse('people:grant_give')}?person={person.pk}", "lock"))
    if persons.can(viewer, "change", person):
        actions.append(Action(_("Change"), reverse("people:person_change", args=[person.pk]), "edit"))
    return actions


def _numbers_actions(request: HttpRequest, person: Any) -> list[Action]:
    """The way to the figures of the person, for whoever may see them."""
    name = Frame(request).navigation.person_numbers
    if not name or not persons.can(viewer_of(request), "view_numbers", person):
        return []
    return [Action(_("Figures"), reverse(name, kwargs={"person_id": person.pk}), "number")]


def _kept_actions(viewer: Viewer, person: Any) -> list[Action]:
    """What can be done with everything that is kept about the person."""
    if person.erased_at is not None or not persons.can(viewer, "export", person):
        return []
    export = Action(_("Everything kept"), reverse("people:person_record", args=[person.pk]), "export")
    erase = Action(_("Erase"), reverse("people:person_erase", args=[person.pk]), "trash")
    return [export, erase] if persons.can(viewer, "erase", person) and person != viewer.person else [export]


def _sign_in_actions(person: Any, on: date) -> list[Action]:
    if person.erased_at is not None or person.has_left(on):
        return []
    if person.sign_in_state == "none":
        return [Action(_("Give a sign-in"), reverse("people:person_invite", args=[person.pk]), "plus", "primary")]
    if person.sign_in_state == "invited":
        return [Action(_("Invitations"), reverse("people:invitation_list"), "mail")]
    if person.sign_in_state == "disabled":
        return [Action(_("Switch the sign-in on"), reverse("people:sign_in_enable", args=[person.pk]), method="post")]
    words = _("%(name)s will be signed out and cannot sign in any more. Deals and figures stay.")
    reset = Action(
        _("Take the second factor away"),
        reverse("people:second_factor_reset", args=[person.pk]),
        "lock",
        method="post",
        confirm=_(
            "%(name)s is signed out everywhere, told by mail, and signs in with the password alone until a new one is set up."
        )
        % {"name": person.name},
    )
    return [
        *([reset] if has_second_factor(person.user) else []),
        Action(_("Make a new link"), reverse("people:sign_in_link", args=[person.pk]), "mail", method="post"),
        Action(
            _("Switch the sign-in off"),
            reverse("people:sign_in_disable", args=[person.pk]),
            kind="danger",
            method="post",
            confirm=words % {"name": person.name},
        ),
    ]


def _seats_table(holdings: list[SeatHolding]) -> Table:
    return Table(
        "seats",
        _("Seats held"),
        [Column("team", _("Team")), Column("role", _("Role")), Column("title", _("Title")), Column("days", _("When"))],
        [
            Row(
                [
                    Cell(holding.seat.team.name, href=reverse("people:team_detail", args=[holding.seat.team_id])),
                    Cell(role_words(holding.seat.role)),
                    Cell(holding.seat.title),
                    Cell(days_words(holding.starts_on, holding.ends_before)),
                ]
            )
            for holding in holdings
        ],
        empty=Empty(_("No seat yet"), _("A seat in a team is given on the page of the team."), "team"),
        is_stacked_on_phone=True,
    )


def _grants_table(person: Person, on: Any) -> Table:
    return Table(
        "grants",
        _("Granted roles"),
        [Column("role", _("Role")), Column("team", _("Within")), Column("days", _("When"))],
        [
            Row(
                [Cell(role_words(grant.role)), within_cell(grant), Cell(days_words(grant.starts_on, grant.ends_before))]
            )
            for grant in read.person_grants(person, on)
        ],
        empty=Empty(_("No granted role"), _("A rep or manager needs none: the seat says what they see."), "lock"),
    )


def _keys_table(person: Person) -> Table:
    return Table(
        "keys",
        _("Known to sources as"),
        [Column("source", _("Source")), Column("external_id", _("Id"))],
        [Row([Cell(key.source), Cell(key.external_id)]) for key in read.person_keys(person)],
        empty=Empty(_("No source knows this person"), _("Imported files add the ids that they use."), "import"),
    )


def _event(entry: Any) -> Event:
    actor = entry.actor.name if entry.actor else _("Command line")
    if entry.for_name:
        actor = _("%(actor)s for %(name)s") % {"actor": actor, "name": entry.for_name}
    return Event(entry.at, action_words(entry.action), actor=actor)


@require_http_methods(["GET", "POST"])
def person_add(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    persons.require(viewer, "create")
    form = PersonAddForm(request.POST or None, viewer=viewer)
    page = FormPage(
        _("Add a person"),
        [people_crumb(), Crumb(_("Add"))],
        reverse("people:person_list"),
        _("Add"),
        _("A sign-in and a seat in a team can be given afterwards."),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.person_create(viewer=viewer, at=timezone.now(), **values),
        lambda person: reverse("people:person_detail", args=[person.pk]),
        _("The person is added."),
    )


@require_http_methods(["GET", "POST"])
def person_change(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person = read.access_person(viewer, person_id, "change")
    crumb = person_crumb(person)
    form = PersonForm(request.POST or None, instance=person, initial={"seen": last_seen()}, viewer=viewer)
    page = FormPage(
        _("Change %(name)s") % {"name": crumb.label}, [people_crumb(), crumb, Crumb(_("Change"))], crumb.href
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.person_change(viewer=viewer, person=person, at=timezone.now(), **values),
        lambda _result: crumb.href,
        _("The changes are saved."),
    )
