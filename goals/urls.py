from django.urls import URLPattern, path

from goals.views import letter_issue, letters

app_name = "goals"

urlpatterns: list[URLPattern] = [
    path("quota-letters/", letters.letter_list, name="letter_list"),
    path("quota-letters/issue/", letter_issue.letter_issue, name="letter_issue"),
    path("quota-letters/issue/<int:job_id>/", letter_issue.letter_job, name="letter_job"),
    path("quota-letters/terms/", letters.letter_terms, name="letter_terms"),
    path("quota-letters/<int:letter_id>/", letters.letter_detail, name="letter_detail"),
    path("quota-letters/<int:letter_id>/letter.pdf", letters.letter_document, name="letter_document"),
    path("quota-letters/<int:letter_id>/remind/", letters.letter_remind, name="letter_remind"),
]
