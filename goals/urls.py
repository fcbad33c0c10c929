from goals import plan_urls

app_name = "goals"

urlpatterns = [*plan_urls.urlpatterns]
