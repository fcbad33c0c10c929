"""Invite people, see what became of it, take it back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from people.components import Action, Callout, Cell, Column, Crumb, Empty, Pages, PersonChip, Row, Status, Table
from people.engine.addresses import addresses_read
from people.forms.invitation import InviteForm, InviteManyForm
from people.mail import is_mail_sent
from people.models import Invitation
from people.policies import persons
from people.selectors import invitation as read
from people.selectors.person import access_person
from people.services import invitation as service
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.person import people_crumb, person_crumb

PAGE_SIZE = 50
MOST_TOLD = 20  # refused addresses with their reason
TONES = {
    "open": ("accent", "clock"),
    "accepted": ("good", ""),
    "expired": ("warn", ""),
    "withdrawn": ("neutral", "minus"),
}


def base_href(request: HttpRequest) -> str:
    """The address of any invitation, with TOKEN where its own part goes."""
    return request.build_absolute_uri(reverse("people:welcome", args=["TOKEN"]))


def invitation_href(request: HttpRequest, invitation: Invitation) -> str:
    return base_href(request).replace("TOKEN", service.invitation_token(invitation))


@require_GET
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Who was invited, and what became of it."""
    viewer = viewer_of(request)
    persons.require(viewer, "invite")
    at = timezone.now()
    page = Paginator(read.invitation_list(viewer), PAGE_SIZE).get_page(request.GET.get("page"))
    invite = Action(_("Invite people"), reverse("people:invitation_add"), "plus", "primary")
    table = Table(
        "invitations",
        _("Invitations"),
        [
            Column("person", _("Person")),
            Column("state", _("State")),
            Column("invited_at", _("Invited at")),
            Column("expires_at", _("Valid until")),
            Column("by", _("By")),
            Column("resend", _("Send again"), is_label_hidden=True),
            Column("withdraw", _("Withdraw"), is_label_hidden=True),
        ],
        [_row(one, one.state_at(at)) for one in page.object_list],
        pages=Pages(page, request.GET),
        empty=Empty(_("Nobody was invited yet"), _("An invitation is a link to a first password."), "mail", [invite]),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    links = Action(_("Show the links"), reverse("people:invitation_links"), "mail")
    context = {"table": table, "actions": [links, invite], "crumbs": [people_crumb(), Crumb(_("Invitations"))]}
    return render(request, "people/invitation_list.html", context)


def state_status(state: str) -> Status:
    words = {"open": _("Waiting"), "accepted": _("Accepted"), "expired": _("Expired"), "withdrawn": _("Withdrawn")}
    tone, icon = TONES[state]
    return Status(words[state], tone, icon)  # type: ignore[arg-type]


def _row(one: Invitation, state: str) -> Row:
    chip = PersonChip(one.person.name, one.email, reverse("people:person_detail", args=[one.person_id]), True)
    cells = [
        Cell(person=chip),
        Cell(status=state_status(state)),
        Cell(one.created_at),
        Cell(one.expires_at),
        Cell(one.created_by.name if one.created_by else _("Command line")),
    ]
    if state not in {"open", "expired"}:
        return Row([*cells, Cell(text=" "), Cell(text=" ")])
    resend = Action(_("Send again"), reverse("people:invitation_resend", args=[one.pk]), kind="quiet", method="post")
    withdraw = Action(
        _("Withdraw"),
        reverse("people:invitation_withdraw", args=[one.pk]),
        kind="quiet",
        method="post",
        confirm=_("The link of %(name)s stops working at once.") % {"name": one.person.name},
    )
    return Row([*cells, Cell(action=resend), Cell(action=withdraw)])


@require_http_methods(["GET", "POST"])
def invitation_add(request: HttpRequest) -> HttpResponse:
    """Invite many at once: known people and pasted addresses."""
    viewer = viewer_of(request)
    persons.require(viewer, "invite")
    form = InviteManyForm(request.POST or None, viewer=viewer)
    back = reverse("people:invitation_list")
    page = FormPage(
        _("Invite people"),
        [people_crumb(), Crumb(_("Invitations"), back), Crumb(_("Invite"))],
        back,
        _("Invite"),
        callout=_no_mail_callout(),
    )

    def invite(values: dict[str, object]) -> service.Invited:
        chosen = values.get("persons") or []
        return service.invitations_make(
            viewer=viewer,
            pasted=addresses_read(str(values.get("addresses") or "")),
            person_ids=[person.pk for person in chosen],  # type: ignore[attr-defined]
            at=timezone.now(),
            base_href=base_href(request),
        )

    invited: list[service.Invited] = []

    def done(made: service.Invited) -> str:
        invited.append(made)
        _tell(request, made)
        return back if is_mail_sent() or not made.invitations else reverse("people:invitation_links")

    answer = form_page(request, page, form, invite, done)
    if invited and invited[0].refused:
        return form_page(request, page, _form_again(viewer, invited[0]), invite, done)
    return answer


def _form_again(viewer: Viewer, invited: service.Invited) -> InviteManyForm:
    """The form with what was refused, to be corrected; the others are invited already."""
    refused = invited.refused
    form = InviteManyForm({"addresses": "\n".join(text for text, _reason in refused)}, viewer=viewer)
    if invited.invitations:
        form.error_title = _("The others are invited. Please look at these:")
    form.full_clean()
    for text, reason in refused[:MOST_TOLD]:
        form.add_error("addresses", f"{text[:100]}: {reason}")
    more = len(refused) - MOST_TOLD
    if more > 0:
        words = ngettext("%(count)s more was refused.", "%(count)s more were refused.", more)
        form.add_error("addresses", words % {"count": more})
    return form


def _no_mail_callout() -> Callout | None:
    if is_mail_sent():
        return None
    return Callout(_("No mail is sent from here"), _("You get the links to copy, and hand them on yourself."))


def _tell(request: HttpRequest, invited: service.Invited) -> None:
    count = len(invited.invitations)
    if count:
        words = ngettext("%(count)s person is invited.", "%(count)s people are invited.", count)
        messages.success(request, words % {"count": count})


@never_cache
@require_GET
def invitation_links(request: HttpRequest) -> HttpResponse:
    """The links that work now, to hand on where no mail is sent."""
    viewer = viewer_of(request)
    persons.require(viewer, "invite")
    back = reverse("people:invitation_list")
    rows = [(one, invitation_href(request, one)) for one in read.invitations_open(viewer, timezone.now())]
    context = {
        "rows": rows,
        "crumbs": [people_crumb(), Crumb(_("Invitations"), back), Crumb(_("Links"))],
        "back": back,
        "is_mail_sent": is_mail_sent(),
    }
    return render(request, "people/invitation_links.html", context)


@require_POST
def invitation_resend(request: HttpRequest, invitation_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    invitation = read.access_invitation(viewer, invitation_id)
    return act(
        request,
        reverse("people:invitation_list" if is_mail_sent() else "people:invitation_links"),
        _("%(name)s has a new link; the one before stopped working.") % {"name": invitation.person.name},
        lambda: service.invitation_resend(
            viewer=viewer, invitation=invitation, at=timezone.now(), base_href=base_href(request)
        ),
    )


@require_POST
def invitation_withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    invitation = read.access_invitation(viewer, invitation_id)
    return act(
        request,
        reverse("people:invitation_list"),
        _("The invitation of %(name)s is withdrawn.") % {"name": invitation.person.name},
        lambda: service.invitation_withdraw(viewer=viewer, invitation=invitation, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def person_invite(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give one person a sign-in: they get a link and choose the password themselves."""
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "invite")
    crumb = person_crumb(person)
    form = InviteForm(request.POST or None, initial={"email": person.email}, viewer=viewer)
    page = FormPage(
        _("Give %(name)s a sign-in") % {"name": person.name},
        [people_crumb(), crumb, Crumb(_("Sign-in"))],
        crumb.href,
        _("Invite"),
        callout=_no_mail_callout(),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.invitation_make(
            viewer=viewer, person=person, email=values["email"], at=timezone.now(), base_href=base_href(request)
        ),
        lambda _invitation: crumb.href if is_mail_sent() else reverse("people:invitation_links"),
        _("%(name)s is invited.") % {"name": person.name},
    )
