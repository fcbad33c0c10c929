"""My number, and somebody's numbers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from metrics.pages import person
from metrics.views.answering import asked, numbers_view, remember_home, show


@numbers_view
def my_number(request: HttpRequest) -> HttpResponse:
    what = asked(request)
    if not what.viewer.roles & {"rep", "manager"}:
        return redirect("home")  # which says why there is no number of their own
    page = person.my_number(what)
    remember_home(request, "metrics:my_number")
    return show(request, "metrics/person.html", page)


@numbers_view
def person_numbers(request: HttpRequest, person_id: int) -> HttpResponse:
    return show(request, "metrics/person.html", person.person_numbers(asked(request), person_id))
