from django.urls import URLPattern, path

from metrics.views import catalogue, home, live, person, team, why

app_name = "metrics"

urlpatterns: list[URLPattern] = [
    path("live/version/", live.live_version, name="version"),
    path("me/", person.my_number, name="my_number"),
    path("people/<int:person_id>/numbers/", person.person_numbers, name="person_numbers"),
    path("start/", home.start, name="start"),
    path("company/", home.company, name="company"),
    path("team/", team.my_team, name="team"),
    path("teams/<int:team_id>/numbers/", team.team_numbers, name="team_numbers"),
    path("metrics/", catalogue.catalogue, name="catalogue"),
    path("metrics/<slug:name>/", catalogue.metric, name="metric"),
    path("metrics/<slug:name>/rows.csv", catalogue.metric_rows, name="metric_rows"),
    path("why/", why.why, name="why"),
    path("why/between/", why.between, name="between"),
    path("why/deals/<int:deal_id>/", why.deal_origin, name="deal_origin"),
    path("why/leads/<int:lead_id>/", why.lead_origin, name="lead_origin"),
    path("why/activities/<int:activity_id>/", why.activity_origin, name="activity_origin"),
]
