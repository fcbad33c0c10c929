from django.urls import path

from goals import plan_urls
from goals.views import letter_issue, letters, quota_requests

app_name = "goals"

urlpatterns = [
    *plan_urls.urlpatterns,
    path("approvals/", quota_requests.request_list, name="request_list"),
    path("approvals/ask/", quota_requests.request_ask, name="request_ask"),
    path("approvals/steps/", quota_requests.approval_chain, name="approval_chain"),
    path("approvals/<int:request_id>/", quota_requests.request_detail, name="request_detail"),
    path("approvals/<int:request_id>/withdraw/", quota_requests.request_withdraw, name="request_withdraw"),
    path("quota-letters/", letters.letter_list, name="letter_list"),
    path("quota-letters/issue/", letter_issue.letter_issue, name="letter_issue"),
    path("quota-letters/issue/<int:job_id>/", letter_issue.letter_job, name="letter_job"),
    path("quota-letters/terms/", letters.letter_terms, name="letter_terms"),
    path("quota-letters/<int:letter_id>/", letters.letter_detail, name="letter_detail"),
    path("quota-letters/<int:letter_id>/letter.pdf", letters.letter_document, name="letter_document"),
    path("quota-letters/<int:letter_id>/remind/", letters.letter_remind, name="letter_remind"),
]
