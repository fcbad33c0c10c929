"""The buttons of the role bar. Outside a demo organization none of them exists."""

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people import formats
from people.models import User
from people.viewer import Viewer
from spm.demo import story
from spm.demo.bar import TOUR, address_of, has_bar
from spm.demo.live import deal_close
from spm.demo.tour import STOPS

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_POST
def look_as(request: HttpRequest, account: str) -> HttpResponse:
    """Go on as somebody else of the story, at their own home."""
    _sign_in_as(request, account)
    return HttpResponseRedirect(reverse("home"))


@require_POST
def tour(request: HttpRequest, number: int) -> HttpResponse:
    """Go to a stop of the tour; number 0 ends it."""
    _demo_viewer(request)
    if number == 0:
        request.session.pop(TOUR, None)
        return HttpResponseRedirect(reverse("home"))
    if number > len(STOPS):
        raise Http404
    stop = STOPS[number - 1]
    _sign_in_as(request, stop.who.account)
    request.session[TOUR] = number
    return HttpResponseRedirect(stop.href)


@require_POST
def deal_closes(request: HttpRequest) -> HttpResponse:
    """Maya wins a deal; the page one looks at is not loaded again: it changes by itself."""
    viewer = _demo_viewer(request)
    try:
        deal = deal_close(viewer.organization, at=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        amount = formats.money(deal.amount, deal.currency)
        words = _("%(name)s won “%(deal)s” for %(amount)s. Watch the figures.")
        messages.success(request, words % {"name": story.REP.name, "deal": deal, "amount": amount})
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "frame/toasts_only.html")
    return HttpResponseRedirect(reverse("home"))


def _demo_viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not has_bar(viewer.organization):
        raise Http404
    return viewer


def _sign_in_as(request: HttpRequest, account: str) -> None:
    viewer = _demo_viewer(request)
    if account not in {each.account for each in story.SIGN_INS}:
        raise Http404
    email = address_of(account, viewer.organization)
    user = get_object_or_404(User, email=email, organization_id=viewer.organization.pk, is_active=True)
    if user.pk != request.user.pk:
        login(request, user, backend=BACKEND)
