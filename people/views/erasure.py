"""Erase a person, in two steps: read what goes and what stays, then write the name and one's own password."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from people.components import Action, Callout, Crumb
from people.forms.erasure import EraseForm
from people.models import Person
from people.selectors.person import access_person
from people.services.erasure import erasable_require, erasure_last, person_erase_ask
from people.views.page import FormPage, form_page, viewer_of
from people.views.person import people_crumb, person_crumb
from people.views.record import job_progress


@require_GET
def person_erase(request: HttpRequest, person_id: int) -> HttpResponse:
    """The first step, and afterwards how far it is."""
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "erase")
    here = reverse("people:person_erase", args=[person.pk])
    job = erasure_last(person)
    refusal = ""
    try:
        erasable_require(person, viewer)
    except ValidationError as error:
        refusal = " ".join(error.messages)
    context = {
        "person": person,
        "crumbs": [people_crumb(), person_crumb(person), Crumb(_("Erase"))],
        "job": job_progress(job, _("Erasing"), here) if job else None,
        "refusal": Callout(refusal, "", "warn") if refusal and job is None else None,
        "next": _next(person) if not refusal and (job is None or job.is_over) else None,
        "back": person_crumb(person).href,
        "record": Action(_("Everything kept"), reverse("people:person_record", args=[person.pk]), "export"),
    }
    response = render(request, "people/person_erase.html", context)
    if job is not None and job.is_over and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


def _next(person: Person) -> Action:
    return Action(_("Go on to the last step"), reverse("people:person_erase_confirm", args=[person.pk]), kind="danger")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def person_erase_confirm(request: HttpRequest, person_id: int) -> HttpResponse:
    """The second step."""
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "erase")
    form = EraseForm(request.POST or None, viewer=viewer, request=request)
    back = reverse("people:person_erase", args=[person.pk])
    page = FormPage(
        _("Erase %(name)s for good") % {"name": person.name},
        [people_crumb(), person_crumb(person), Crumb(_("Erase"), back), Crumb(_("Last step"))],
        back,
        _("Erase for good"),
        submit_kind="danger",
        callout=Callout(
            _("This cannot be undone"),
            _("Nobody can bring the name back afterwards: no administrator, no import, and not we."),
            "bad",
        ),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: person_erase_ask(viewer=viewer, person=person, name=values["name"], at=timezone.now()),
        lambda _job: back,
        _("The person is being erased."),
    )
