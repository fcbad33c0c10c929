"""The addresses of quota plans below /api/v1/."""

from django.urls import path

from goals.api import plans

addresses = [
    path("quota-plans", plans.PlanListView.as_view(), name="quota_plan_list"),
    path("plan-versions/<int:version_id>", plans.VersionView.as_view(), name="plan_version_detail"),
    path("plan-versions/<int:version_id>/lines", plans.LinesView.as_view(), name="plan_version_lines"),
    path("plan-versions/<int:version_id>/allocate", plans.AllocateView.as_view(), name="plan_version_allocate"),
    path("plan-versions/<int:version_id>/cells", plans.CellsView.as_view(), name="plan_version_cells"),
    path("plan-versions/<int:version_id>/copy", plans.CopyView.as_view(), name="plan_version_copy"),
    path("plan-versions/<int:version_id>/state", plans.StateView.as_view(), name="plan_version_state"),
    path("plan-versions/<int:version_id>/decide", plans.DecideView.as_view(), name="plan_version_decide"),
]
