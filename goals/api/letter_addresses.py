"""The addresses of quota letters and of changes of quotas below /api/v1/."""

from django.urls import path

from goals.api import approvals, letters

addresses = [
    path("quota-requests", approvals.QuotaRequestListView.as_view(), name="request_list"),
    path("quota-requests/<int:request_id>/decide", approvals.QuotaRequestDecideView.as_view(), name="request_decide"),
    path("quota-letters", letters.LetterListView.as_view(), name="letter_list"),
    path("quota-letters/<int:letter_id>", letters.LetterView.as_view(), name="letter_detail"),
    path("quota-letters/<int:letter_id>/document", letters.LetterDocumentView.as_view(), name="letter_document"),
    path(
        "quota-letters/<int:letter_id>/acknowledge", letters.LetterAcknowledgeView.as_view(), name="letter_acknowledge"
    ),
]
