"""The addresses of this app below /api/v1/."""

from django.urls import path

from goals.api import goals
from goals.api.company_addresses import addresses as company_addresses

addresses = [
    *company_addresses,
    path("goals", goals.GoalListView.as_view(), name="goal_list"),
    path("goals/<int:goal_id>", goals.GoalView.as_view(), name="goal_detail"),
    path("goals/<int:goal_id>/withdraw", goals.GoalWithdrawView.as_view(), name="goal_withdraw"),
    path("goals/<int:goal_id>/check-ins", goals.CheckInView.as_view(), name="goal_check_ins"),
    path("goals/<int:goal_id>/revisions", goals.RevisionView.as_view(), name="goal_revisions"),
    path("goals/<int:goal_id>/requests", goals.RequestView.as_view(), name="goal_requests"),
    path("goals/requests/<int:request_id>/decide", goals.DecideView.as_view(), name="goal_request_decide"),
]
