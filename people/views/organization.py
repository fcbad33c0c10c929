"""Settings of the organization, and who may do what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from people.components import Action, Cell, Column, Crumb, Empty, PersonChip, Row, Table
from people.forms.organization import OrganizationForm
from people.forms.person import GrantForm
from people.frame import role_words
from people.models import Grant
from people.policies import grants, organizations
from people.selectors.organization import has_facts
from people.selectors.team import access_grant
from people.selectors.team import grant_list as read_grants
from people.services.grant import grant_give as give
from people.services.grant import grant_withdraw as withdraw
from people.services.organization import organization_change
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.words import days_words, within_cell


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    organizations.require(viewer, "change", viewer.organization)
    is_locked = has_facts()
    organization = organizations.visible(viewer, "change").get()
    form = OrganizationForm(request.POST or None, instance=organization, is_currency_locked=is_locked)
    page = FormPage(
        _("Settings"),
        [],
        "/",
        subtitle=_("They hold for everybody in %(name)s.") % {"name": viewer.organization.name},
    )
    return form_page(
        request,
        page,
        form,
        lambda values: organization_change(
            viewer=viewer, organization=organization, at=timezone.now(), has_facts=is_locked, **values
        ),
        lambda _result: reverse("people:settings"),
        _("The settings are saved."),
    )


@require_GET
def grant_list(request: HttpRequest) -> HttpResponse:
    """Who may do what, beyond what a seat says."""
    viewer = viewer_of(request)
    grants.require(viewer, "view")
    give_action = Action(_("Give a role"), reverse("people:grant_give"), "plus", "primary")
    table = Table(
        "grants",
        _("Granted roles"),
        [
            Column("person", _("Person")),
            Column("role", _("Role")),
            Column("team", _("Within")),
            Column("days", _("When")),
            Column("action", _("Action"), is_label_hidden=True),
        ],
        [_grant_row(grant) for grant in read_grants(viewer)],
        empty=Empty(_("Nobody has a granted role"), "", "lock", [give_action]),
        is_stacked_on_phone=True,
    )
    context = {"table": table, "roles": role_table(), "actions": [give_action]}
    return render(request, "people/grant_list.html", context)


def _grant_row(grant: Grant) -> Row:
    person = grant.person
    withdraw_action = Action(
        _("Withdraw"),
        reverse("people:grant_withdraw", args=[grant.pk]),
        kind="quiet",
        method="post",
        confirm=_("%(name)s loses the role “%(role)s” today.") % {"name": person.name, "role": role_words(grant.role)},
    )
    return Row(
        [
            Cell(person=PersonChip(person.name, person.email, reverse("people:person_detail", args=[person.pk]), True)),
            Cell(role_words(grant.role)),
            within_cell(grant),
            Cell(days_words(grant.starts_on, grant.ends_before)),
            Cell(action=withdraw_action),
        ]
    )


def role_table() -> Table:
    """What each role sees and does, in words."""
    words = {
        "rep": _("Sees their own figures and deals. Comes with a seat."),
        "manager": _("Sees the figures and deals of everybody below them. Comes with a manager seat."),
        "operations": _("Sees all figures and deals; imports and mends data."),
        "finance": _("Will see pay, once plans are paid here."),
        "hr": _("Will see corrective action, reviews and hiring, once they are kept here."),
        "executive": _("Sees all figures and deals."),
        "administrator": _("Sees all figures and deals, and changes people, teams and settings."),
    }
    return Table(
        "roles",
        _("What the roles mean"),
        [Column("role", _("Role")), Column("words", _("What they may do"))],
        [Row([Cell(role_words(role)), Cell(text)]) for role, text in words.items()],
        is_stacked_on_phone=True,
    )


@require_http_methods(["GET", "POST"])
def grant_give(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    grants.require(viewer, "give")
    form = GrantForm(request.POST or None, initial={"starts_on": viewer.on, **request.GET.dict()}, viewer=viewer)
    back = reverse("people:grant_list")
    page = FormPage(_("Give a role"), [Crumb(_("Roles"), back), Crumb(_("Give"))], back, _("Give"))
    return form_page(
        request,
        page,
        form,
        lambda values: give(viewer=viewer, at=timezone.now(), **values),
        lambda _grant: back,
        _("The role is given."),
    )


@require_POST
def grant_withdraw(request: HttpRequest, grant_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    grant = access_grant(viewer, grant_id, "withdraw")
    return act(
        request,
        reverse("people:grant_list"),
        _("The role is withdrawn."),
        lambda: withdraw(viewer=viewer, grant=grant, at=timezone.now(), on=viewer.on),
    )
