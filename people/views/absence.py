"""Leave, delegates and acting managers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from people.components import Callout, Crumb
from people.forms.absence import ActingForm, DelegationForm, LeaveForm, last_day
from people.models import Person
from people.policies import acting_managers, delegations, leaves
from people.selectors.absence import access_acting, access_delegation, access_leave
from people.selectors.person import access_person
from people.selectors.team import access_team
from people.services import leave as leave_service
from people.services import standing_in
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.person import people_crumb, person_crumb
from people.views.team import team_crumb, teams_crumb


def _person_page(person: Person, title: str, crumb: str, **more: Any) -> FormPage:
    above = person_crumb(person)
    return FormPage(title % {"name": person.name}, [people_crumb(), above, Crumb(crumb)], above.href, **more)


@require_http_methods(["GET", "POST"])
def leave_add(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person = access_person(viewer, person_id)
    leaves.require(viewer, "change", person)
    form = LeaveForm(request.POST or None, initial={"starts_on": viewer.on}, viewer=viewer)
    page = _person_page(person, _("%(name)s is away"), _("Leave"), submit_label=_("Add"), subtitle=_only_days())
    return form_page(
        request,
        page,
        form,
        lambda values: leave_service.leave_add(viewer=viewer, person=person, at=timezone.now(), **values),
        lambda _leave: person_crumb(person).href,
        _("The leave is added."),
    )


def _only_days() -> str:
    return _("Only the days are kept, never why. Colleagues see until when somebody is away.")


@require_http_methods(["GET", "POST"])
def leave_change(request: HttpRequest, leave_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    leave = access_leave(viewer, leave_id)
    now = {"starts_on": leave.starts_on, "last_day": last_day(leave.ends_before)}
    form = LeaveForm(request.POST or None, initial=now, viewer=viewer)
    page = _person_page(leave.person, _("Change the leave of %(name)s"), _("Leave"), subtitle=_only_days())
    return form_page(
        request,
        page,
        form,
        lambda values: leave_service.leave_change(viewer=viewer, leave=leave, at=timezone.now(), **values),
        lambda _leave: person_crumb(leave.person).href,
        _("The changes are saved."),
    )


@require_POST
def leave_remove(request: HttpRequest, leave_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    leave = access_leave(viewer, leave_id)
    return act(
        request,
        person_crumb(leave.person).href,
        _("The leave is removed."),
        lambda: leave_service.leave_remove(viewer=viewer, leave=leave, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def delegation_add(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    manager = access_person(viewer, person_id)
    delegations.require(viewer, "create", manager)
    form = DelegationForm(request.POST or None, initial={"starts_on": viewer.on}, viewer=viewer, manager=manager)
    words = _(
        "On these days the person sees the teams that %(name)s leads, and does there what %(name)s may do. It ends by "
        "itself and cannot be passed on; what is done so is kept as done for %(name)s."
    )
    page = _person_page(
        manager,
        _("Somebody stands in for %(name)s"),
        _("Stand-in"),
        callout=Callout(_("What a stand-in may do"), words % {"name": manager.name}),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: standing_in.delegation_add(viewer=viewer, manager=manager, at=timezone.now(), **values),
        lambda _made: person_crumb(manager).href,
        _("The stand-in is named."),
    )


@require_POST
def delegation_end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    delegation = access_delegation(viewer, delegation_id)
    return act(
        request,
        person_crumb(delegation.manager).href,
        _("%(name)s does not stand in any more.") % {"name": delegation.delegate.name},
        lambda: standing_in.delegation_end(viewer=viewer, delegation=delegation, at=timezone.now(), on=viewer.on),
    )


@require_http_methods(["GET", "POST"])
def acting_add(request: HttpRequest, team_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    team = access_team(viewer, team_id)
    acting_managers.require(viewer, "create", team)
    crumb = team_crumb(team)
    form = ActingForm(request.POST or None, initial={"starts_on": viewer.on}, viewer=viewer)
    page = FormPage(
        _("Somebody leads %(name)s for a while") % {"name": team.name},
        [teams_crumb(), crumb, Crumb(_("Acting manager"))],
        crumb.href,
        subtitle=_("An acting manager sees and does what the team's manager may. The manager seat stays as it is."),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: standing_in.acting_add(viewer=viewer, team=team, at=timezone.now(), **values),
        lambda _made: crumb.href,
        _("The acting manager is named."),
    )


@require_POST
def acting_end(request: HttpRequest, acting_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    acting = access_acting(viewer, acting_id)
    return act(
        request,
        team_crumb(acting.team).href,
        _("%(name)s does not lead the team any more.") % {"name": acting.person.name},
        lambda: standing_in.acting_end(viewer=viewer, acting=acting, at=timezone.now(), on=viewer.on),
    )
