"""The addresses of this app below /api/v1/."""

from django.urls import path

from metrics.api import values, why

addresses = [
    path("metrics", values.MetricListView.as_view(), name="metric_list"),
    path("metrics/values", values.ValuesView.as_view(), name="metric_values"),
    path("metrics/why", why.WhyView.as_view(), name="metric_why"),
]
