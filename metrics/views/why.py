"""Why a figure is what it is, down to where each row comes from. In the drawer, or as pages of their own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from metrics.pages import between as between_pages
from metrics.pages import origin
from metrics.pages import why as pages
from metrics.views.answering import asked, numbers_view


@numbers_view
def why(request: HttpRequest) -> HttpResponse:
    try:
        page = pages.why(asked(request))
    except pages.NoMetric as error:
        raise Http404 from error
    return render(request, "metrics/why.html", {"page": page, "data_version": page.head.version})


@numbers_view
def between(request: HttpRequest) -> HttpResponse:
    try:
        page = between_pages.between(asked(request))
    except (pages.NoMetric, between_pages.NoSuchFigure) as error:
        raise Http404 from error
    return render(request, "metrics/why.html", {"page": page, "data_version": page.head.version})


@numbers_view
def deal_origin(request: HttpRequest, deal_id: int) -> HttpResponse:
    return render(request, "metrics/origin.html", {"page": origin.deal_origin(asked(request), deal_id)})


@numbers_view
def lead_origin(request: HttpRequest, lead_id: int) -> HttpResponse:
    return render(request, "metrics/origin.html", {"page": origin.lead_origin(asked(request), lead_id)})


@numbers_view
def activity_origin(request: HttpRequest, activity_id: int) -> HttpResponse:
    return render(request, "metrics/origin.html", {"page": origin.activity_origin(asked(request), activity_id)})
