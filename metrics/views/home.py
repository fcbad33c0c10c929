"""The front page of everybody, and the start page of a new organization."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from metrics.pages import company as pages
from metrics.pages.home import home_name
from metrics.pages.start import start as start_page
from metrics.views.answering import LAST_HOME, asked, numbers_view, remember_home, show


@numbers_view
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_name(request.viewer, request.session.get(LAST_HOME, "")))  # type: ignore[attr-defined]


@numbers_view
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "metrics/start.html", {"page": start_page(asked(request))})


@numbers_view
def company(request: HttpRequest) -> HttpResponse:
    page = pages.company(asked(request))
    remember_home(request, "metrics:company")
    return show(request, "metrics/company.html", page)
