from django.urls import path

from metrics.views import person

app_name = "metrics"

urlpatterns = [
    path("me/", person.my_number, name="my_number"),
    path("people/<int:person_id>/numbers/", person.person_numbers, name="person_numbers"),
]
