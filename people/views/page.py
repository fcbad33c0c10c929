"""What the views of forms have in common: show, check, make one domain call, show what it refused, go on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from people.components import Callout, Crumb, Tab
from people.viewer import Viewer


@dataclass(frozen=True)
class FormPage:
    """A page with one form: its words, the way up, and where it leads when it is given up."""

    title: str
    crumbs: Sequence[Crumb]
    cancel_href: str
    submit_label: str = ""
    subtitle: str = ""
    submit_kind: str = "primary"
    callout: Callout | None = None
    tabs: Sequence[Tab] = ()
    template: str = "people/form_page.html"
    extra: Mapping[str, Any] = field(default_factory=dict)  # what else the template shows


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks; the middleware lets nobody without a viewer through."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def form_page(
    request: HttpRequest,
    page: FormPage,
    form: Any,
    submit: Callable[[dict[str, Any]], Any],
    done: Callable[[Any], str],
    done_words: str = "",
) -> HttpResponse:
    """GET shows the form; POST hands its values to `submit` and goes to `done(result)`, or shows what was refused."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                result = submit(form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            if done_words:
                messages.success(request, done_words)
            return HttpResponseRedirect(done(result))
    status = 422 if form.is_bound else 200
    return render(
        request, page.template, {"page": page, "form": form, "crumbs": page.crumbs, **page.extra}, status=status
    )


def act(
    request: HttpRequest, done_href: str, done_words: str | Callable[[Any], str], call: Callable[[], Any]
) -> HttpResponse:
    """A button without a form: do all of it, or say why not and do nothing, then go on."""
    try:
        with transaction.atomic():
            result = call()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done_words if isinstance(done_words, str) else done_words(result))
    return HttpResponseRedirect(done_href)
