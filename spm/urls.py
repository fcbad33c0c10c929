from django.urls import include, path

from metrics.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("people.account_urls")),
    path("demo/", include("spm.demo.urls")),
    path("design/", include("spm.gallery.urls")),
    path("", include("people.urls")),
    path("", include("crm.urls")),
    path("", include("metrics.urls")),
]
