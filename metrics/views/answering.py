"""What the views of numbers do alike: only for people who are signed in, out of sight is a 404."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from metrics.pages.frame import Asked
from metrics.selectors.kept import one_look
from metrics.selectors.own import SwitchedOff
from people.components import Callout

View = Callable[..., HttpResponse]


def numbers_view(view: View) -> View:
    """A view for signed-in people; what its page may not see does not exist."""

    @login_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with one_look():
                return view(request, *args, **kwargs)
        except SwitchedOff as error:
            return render(request, "metrics/switched_off.html", {"callout": _off_words(error)}, status=404)
        except ObjectDoesNotExist as error:
            raise Http404 from error

    return answer


def _off_words(error: SwitchedOff) -> Callout:
    words = _("It asks by “%(name)s”, a field that is switched off. Ask without it, or have it switched on.")
    return Callout(_("This link cannot be shown now"), words % {"name": error.name}, "warn")


def asked(request: HttpRequest) -> Asked:
    """What the request asks, without HTTP."""
    return Asked(request.viewer, request.path, request.GET.dict())  # type: ignore[attr-defined]


LAST_HOME = "home"  # of the session


def remember_home(request: HttpRequest, name: str) -> None:
    """The front page opens the home somebody chose last."""
    if request.session.get(LAST_HOME) != name:
        request.session[LAST_HOME] = name


def show(request: HttpRequest, template: str, page: Any) -> HttpResponse:
    """The page, with the version of the data it is true for."""
    return render(request, template, {"page": page, "data_version": page.head.version})
