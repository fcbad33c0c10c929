"""The addresses of this app below /api/v1/."""

from django.urls import path

from people.api import holidays, inbox, people, teams
from people.looking import private

addresses = [
    path("me", people.CallerView.as_view(), name="me"),
    path("notifications", private(inbox.NotificationListView.as_view()), name="notification_list"),
    path("notifications/read", inbox.NotificationsReadView.as_view(), name="notifications_read"),
    path("people", people.PersonListView.as_view(), name="person_list"),
    path("people/<int:person_id>", people.PersonView.as_view(), name="person_detail"),
    path("holidays", holidays.HolidayListView.as_view(), name="holiday_list"),
    path("teams", teams.TeamListView.as_view(), name="team_list"),
    path("teams/<int:team_id>", teams.TeamView.as_view(), name="team_detail"),
    path("seats", teams.SeatListView.as_view(), name="seat_list"),
    path("seats/<int:seat_id>", teams.SeatView.as_view(), name="seat_detail"),
    path("seats/<int:seat_id>/assign", teams.SeatAssignView.as_view(), name="seat_assign"),
    path("seats/<int:seat_id>/vacate", teams.SeatVacateView.as_view(), name="seat_vacate"),
    path("seats/<int:seat_id>/end", teams.SeatEndView.as_view(), name="seat_end"),
]
