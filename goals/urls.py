from django.urls import path

from goals import plan_urls
from goals.alignment_urls import patterns
from goals.views import follow_up, goals, letter_issue, letters, quota_requests, team_set

app_name = "goals"

urlpatterns = [
    *patterns,
    *plan_urls.urlpatterns,
    path("goals/", goals.goal_mine_view, name="mine"),
    path("goals/teams/", goals.goal_teams_view, name="teams"),
    path("goals/teams/<int:team_id>/", goals.goal_team_view, name="team"),
    path("goals/teams/<int:team_id>/set/", team_set.team_set_view, name="team_set"),
    path("goals/add/", goals.goal_add_view, name="add"),
    path("goals/ambition/", goals.goal_ambition_view, name="ambition"),
    path("goals/<int:goal_id>/", goals.goal_detail_view, name="detail"),
    path("goals/<int:goal_id>/why/", goals.goal_why_view, name="why"),
    path("goals/<int:goal_id>/revise/", goals.goal_revise_view, name="revise"),
    path("goals/<int:goal_id>/withdraw/", goals.goal_withdraw_view, name="withdraw"),
    path("goals/<int:goal_id>/check-in/", follow_up.goal_check_in_view, name="check_in"),
    path("goals/<int:goal_id>/request/", follow_up.change_request_view, name="request"),
    path("goals/<int:goal_id>/align/", goals.goal_align_view, name="align"),
    path("goals/alignments/<int:link_id>/delete/", goals.goal_unalign_view, name="unalign"),
    path("goals/revisions/<int:revision_id>/acknowledge/", goals.revision_acknowledge_view, name="acknowledge"),
    path("goals/requests/<int:request_id>/", follow_up.change_decide_view, name="request_decide"),
    path("goals/requests/<int:request_id>/withdraw/", follow_up.change_withdraw_view, name="request_withdraw"),
    path("approvals/", quota_requests.request_list, name="quota_request_list"),
    path("approvals/ask/", quota_requests.request_ask, name="quota_request_ask"),
    path("approvals/steps/", quota_requests.approval_chain, name="approval_chain"),
    path("approvals/<int:request_id>/", quota_requests.request_detail, name="quota_request_detail"),
    path("approvals/<int:request_id>/withdraw/", quota_requests.request_withdraw, name="quota_request_withdraw"),
    path("quota-letters/", letters.letter_list, name="letter_list"),
    path("quota-letters/issue/", letter_issue.letter_issue, name="letter_issue"),
    path("quota-letters/issue/<int:job_id>/", letter_issue.letter_job, name="letter_job"),
    path("quota-letters/terms/", letters.letter_terms, name="letter_terms"),
    path("quota-letters/<int:letter_id>/", letters.letter_detail, name="letter_detail"),
    path("quota-letters/<int:letter_id>/letter.pdf", letters.letter_document, name="letter_document"),
    path("quota-letters/<int:letter_id>/remind/", letters.letter_remind, name="letter_remind"),
]
