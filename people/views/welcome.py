"""Where the link of an invitation leads: choose a password, and be signed in. Open to everybody who has the link."""

from typing import Any

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people.forms.base import refuse
from people.forms.invitation import WelcomeForm
from people.models import Invitation, User
from people.services.invitation import Key, invitation_accept, invitation_key, invitation_open
from people.wall import tenant


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The organization stands in the signed link; nothing is read before the signature was checked."""
    limited: HttpResponse | None = (
        ratelimit.consume_or_429(request, action="signup") if request.method == "POST" else None
    )
    if limited is not None:
        return limited
    key = invitation_key(token)
    if key is None:
        return _over(request)
    if isinstance(request.user, User):
        return render(request, "people/welcome_signed_in.html", {"email": request.user.email}, status=409)
    with tenant(key.organization_id):
        invitation: Any = invitation_open(key, timezone.now())
        if invitation is None:
            return _over(request)
        with translation.override(invitation.organization.locale):
            user, answer = _answer(request, key, invitation)
    return answer if user is None else _sign_in(request, user)


def _answer(request: HttpRequest, key: Key, invitation: Invitation) -> tuple[User | None, HttpResponse]:
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitation_accept(key=key, password=form.cleaned_data["password"], at=timezone.now())
        except ValidationError as error:
            refuse(form, error)
        else:
            return user, _over(request)
    context = {"form": form, "invitation": invitation, "organization": invitation.organization}
    return None, render(request, "people/welcome.html", context, status=422 if form.is_bound else 200)


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """As after a password: a new session, and the second factor where one is asked for."""
    answer: HttpResponse = perform_login(request, user, email_verification="none", redirect_url="/")
    return answer


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "people/welcome_over.html", status=410)
