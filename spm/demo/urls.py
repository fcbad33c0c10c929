from django.urls import path

from spm.demo import views

app_name = "demo"

urlpatterns = [
    path("look-as/<slug:account>/", views.look_as, name="look_as"),
    path("tour/<int:number>/", views.tour, name="tour"),
    path("deal-closes/", views.deal_closes, name="deal_closes"),
]
