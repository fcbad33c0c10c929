from django.urls import include, path

from metrics.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("people.account_urls")),
    path("api/", include("spm.api")),
    path("demo/", include("spm.demo.urls")),
    path("design/", include("spm.gallery.urls")),
    path("", include("people.urls")),
    path("", include("crm.urls")),
    path("", include("metrics.urls")),
    path("", include("goals.urls")),
]

handler400 = "people.api.problem.bad_request"
handler403 = "people.api.problem.forbidden"
handler404 = "people.api.problem.not_found"
handler500 = "people.api.problem.failed"
