"""The metric catalogue, a metric's own page, and its rows as a file."""

from django.http import Http404, HttpRequest, HttpResponse

from metrics.pages import catalogue as catalogue_pages
from metrics.pages import explorer
from metrics.pages.export import csv_of
from metrics.pages.why import NoMetric
from metrics.views.answering import asked, numbers_view, show


@numbers_view
def catalogue(request: HttpRequest) -> HttpResponse:
    return show(request, "metrics/catalogue.html", catalogue_pages.catalogue(asked(request)))


@numbers_view
def metric(request: HttpRequest, name: str) -> HttpResponse:
    try:
        return show(request, "metrics/metric.html", explorer.explorer(asked(request), name))
    except NoMetric as error:
        raise Http404 from error


@numbers_view
def metric_rows(request: HttpRequest, name: str) -> HttpResponse:
    try:
        explored = explorer.explore(asked(request), name)
    except NoMetric as error:
        raise Http404 from error
    response = HttpResponse(csv_of(explored), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{explored.metric.name}-by-{explored.by}.csv"'
    return response
