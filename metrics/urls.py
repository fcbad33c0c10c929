from django.urls import URLPattern, path

from metrics.views.catalogue import catalogue
from metrics.views.live import live_version

app_name = "metrics"

urlpatterns: list[URLPattern] = [
    path("live/version/", live_version, name="version"),
    path("metrics/", catalogue, name="catalogue"),
]
