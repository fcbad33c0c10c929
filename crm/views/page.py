"""What the views of this app share: who asks, and a button without a form."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from people.viewer import Viewer


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks; the middleware lets nobody without a viewer through."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def act(
    request: HttpRequest, done_href: str, done_words: str | Callable[[Any], str], call: Callable[[], Any]
) -> HttpResponse:
    """Do all of it, or say why not and do nothing, and go on."""
    try:
        with transaction.atomic():
            result = call()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done_words if isinstance(done_words, str) else done_words(result))
    return HttpResponseRedirect(done_href)
