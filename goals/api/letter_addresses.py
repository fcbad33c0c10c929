"""The addresses of quota letters below /api/v1/."""

from django.urls import path

from goals.api import letters

addresses = [
    path("quota-letters", letters.LetterListView.as_view(), name="letter_list"),
    path("quota-letters/<int:letter_id>", letters.LetterView.as_view(), name="letter_detail"),
    path("quota-letters/<int:letter_id>/document", letters.LetterDocumentView.as_view(), name="letter_document"),
    path(
        "quota-letters/<int:letter_id>/acknowledge", letters.LetterAcknowledgeView.as_view(), name="letter_acknowledge"
    ),
]
