"""Sign-ins of people, and one's own profile."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people.components import Crumb
from people.models import User
from people.selectors.person import access_person
from people.services import person as service
from people.services.second_factor import second_factor_reset as take_away
from people.views.page import FormPage, act, viewer_of
from people.views.person import people_crumb, person_crumb


def _link(request: HttpRequest, user: User) -> str:
    """The address at which the person sets a password; it works until one is set."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=key))


@require_POST
def sign_in_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """A new link for somebody who has a sign-in and lost the way in."""
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "invite")
    crumb = person_crumb(person)
    page = FormPage(
        _("A new link for %(name)s") % {"name": person.name}, [people_crumb(), crumb, Crumb(_("Sign-in"))], crumb.href
    )
    try:
        user = service.sign_in_link_make(viewer=viewer, person=person, at=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(crumb.href)
    return render(request, "people/sign_in_link.html", {"page": page, "link": _link(request, user), "person": person})


@require_POST
def sign_in_disable(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "invite")
    return act(
        request,
        person_crumb(person).href,
        _("%(name)s cannot sign in any more.") % {"name": person.name},
        lambda: service.sign_in_disable(viewer=viewer, person=person, at=timezone.now()),
    )


@require_POST
def sign_in_enable(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "invite")
    return act(
        request,
        person_crumb(person).href,
        _("%(name)s can sign in again.") % {"name": person.name},
        lambda: service.sign_in_enable(viewer=viewer, person=person, at=timezone.now()),
    )


@require_POST
def second_factor_reset(request: HttpRequest, person_id: int) -> HttpResponse:
    """For somebody who lost the device and the recovery codes."""
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "invite")
    return act(
        request,
        person_crumb(person).href,
        _("%(name)s signs in with the password alone until a new second factor is set up.") % {"name": person.name},
        lambda: take_away(viewer=viewer, person=person, at=timezone.now()),
    )
