"""Everybody's own page: name, language, time zone, appearance, password, second factor, sessions, who looked as them."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from people.components import Cell, Column, Empty, Row, Table
from people.formats import moment
from people.forms.person import ProfileForm
from people.looking import private
from people.models import User
from people.selectors.look import looks_at
from people.services import profile as service
from people.services.second_factor import has_second_factor
from people.viewer import Viewer
from people.views.page import FormPage, form_page, viewer_of

YEAR = 365 * 24 * 3600


@private
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    user: Any = request.user
    initial = {
        "name": viewer.person.name,
        "locale": user.locale,
        "time_zone": user.time_zone,
        "theme": request.COOKIES.get("theme", ""),
    }
    form = ProfileForm(request.POST or None, initial=initial, viewer=viewer)
    page = FormPage(
        _("Your profile"),
        [],
        "/",
        subtitle=_("Signed in as %(email)s") % {"email": user.email},
        template="people/profile.html",
        extra={
            "has_second_factor": has_second_factor(user),
            "sessions": _sessions_table(request, user),
            "looks": _looks_table(viewer),
        },
    )

    def save(values: dict[str, Any]) -> None:
        chosen = {name: values[name] for name in ("name", "locale", "time_zone")}
        service.profile_change(viewer=viewer, at=timezone.now(), **chosen)

    answer = form_page(request, page, form, save, lambda _result: reverse("people:profile"))
    if answer.status_code == 302:
        with translation.override(form.cleaned_data["locale"] or viewer.organization.locale):  # the language chosen now
            messages.success(request, _("Your profile is saved."))
        theme = form.cleaned_data["theme"]
        if theme:
            answer.set_cookie("theme", theme, max_age=YEAR, samesite="Lax")
        else:
            answer.delete_cookie("theme", samesite="Lax")
    return answer


def _sessions_table(request: HttpRequest, user: User) -> Table:
    """Where the sign-in is open; one that began before this list is the one at hand."""
    found = UserSession.objects.purge_and_list(user)
    rows = [
        Row(
            [
                Cell(_("This one") if one.session_key == request.session.session_key else _browser(one.user_agent)),
                Cell(one.ip),
                Cell(one.created_at),
            ]
        )
        for one in sorted(found, key=lambda one: one.created_at, reverse=True)
    ]
    return Table(
        "sessions",
        _("Where you are signed in"),
        [Column("browser", _("Browser")), Column("ip", _("Address")), Column("since", _("Since"))],
        rows,
        empty=Empty(_("Only here"), "", "lock"),
        is_stacked_on_phone=True,
    )


def _browser(agent: str) -> str:
    """The browser in a word, as far as it tells."""
    known = [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
    name = next((name for mark, name in known if mark in agent), "")
    return name or agent[:40] or _("Unknown")


def _looks_table(viewer: Viewer) -> Table:
    return Table(
        "looks",
        _("Who looked as you"),
        [Column("who", _("Who")), Column("why", _("Why")), Column("when", _("When"))],
        [
            Row(
                [
                    Cell(one.actor.name),
                    Cell(one.reason),
                    Cell(f"{moment(one.started_at)} – {moment(one.ended_at or one.expires_at)}"),
                ]
            )
            for one in looks_at(viewer)
        ],
        empty=Empty(_("Nobody looked as you"), _("Whoever does stands here, with the reason."), "person"),
        is_stacked_on_phone=True,
    )


@private
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    user = service.sessions_end(viewer=viewer_of(request), at=timezone.now())
    update_session_auth_hash(request, user)
    UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key).delete()
    messages.success(request, _("You are signed out everywhere else."))
    return HttpResponseRedirect(reverse("people:profile"))
