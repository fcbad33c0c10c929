"""My number, and somebody's numbers."""

from django.http import HttpRequest, HttpResponse

from metrics.pages import person
from metrics.views.answering import asked, numbers_view, show


@numbers_view
def my_number(request: HttpRequest) -> HttpResponse:
    return show(request, "metrics/person.html", person.my_number(asked(request)))


@numbers_view
def person_numbers(request: HttpRequest, person_id: int) -> HttpResponse:
    return show(request, "metrics/person.html", person.person_numbers(asked(request), person_id))
