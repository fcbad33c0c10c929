"""My team, and any team the viewer may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from metrics.pages import team
from metrics.views.answering import asked, numbers_view, remember_home, show


@numbers_view
def my_team(request: HttpRequest) -> HttpResponse:
    try:
        page = team.my_team(asked(request))
    except team.NoTeam:
        return redirect("home")
    remember_home(request, "metrics:team")
    return show(request, "metrics/team.html", page)


@numbers_view
def team_numbers(request: HttpRequest, team_id: int) -> HttpResponse:
    return show(request, "metrics/team.html", team.team_numbers(asked(request), team_id))
