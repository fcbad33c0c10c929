from django.urls import path

from spm.gallery import views

app_name = "design"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("why/", views.why_sample, name="why"),
]
