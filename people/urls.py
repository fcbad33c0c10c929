from django.urls import path

from people.views import absence, organization, person, seat, sign_in, team

app_name = "people"

urlpatterns = [
    path("people/", person.person_list, name="person_list"),
    path("people/add/", person.person_add, name="person_add"),
    path("people/<int:person_id>/", person.person_detail, name="person_detail"),
    path("people/<int:person_id>/change/", person.person_change, name="person_change"),
    path("people/<int:person_id>/sign-in/", sign_in.person_invite, name="person_invite"),
    path("people/<int:person_id>/sign-in/link/", sign_in.sign_in_link, name="sign_in_link"),
    path("people/<int:person_id>/sign-in/off/", sign_in.sign_in_disable, name="sign_in_disable"),
    path("people/<int:person_id>/sign-in/on/", sign_in.sign_in_enable, name="sign_in_enable"),
    path("people/<int:person_id>/leave/add/", absence.leave_add, name="leave_add"),
    path("leave/<int:leave_id>/change/", absence.leave_change, name="leave_change"),
    path("leave/<int:leave_id>/remove/", absence.leave_remove, name="leave_remove"),
    path("people/<int:person_id>/stand-in/", absence.delegation_add, name="delegation_add"),
    path("stand-ins/<int:delegation_id>/end/", absence.delegation_end, name="delegation_end"),
    path("teams/<int:team_id>/acting/", absence.acting_add, name="acting_add"),
    path("acting/<int:acting_id>/end/", absence.acting_end, name="acting_end"),
    path("teams/", team.team_list, name="team_list"),
    path("teams/add/", team.team_add, name="team_add"),
    path("teams/<int:team_id>/", team.team_detail, name="team_detail"),
    path("teams/<int:team_id>/rename/", team.team_rename, name="team_rename"),
    path("teams/<int:team_id>/move/", team.team_move, name="team_move"),
    path("teams/<int:team_id>/seats/add/", seat.seat_add, name="seat_add"),
    path("seats/<int:seat_id>/assign/", seat.seat_assign, name="seat_assign"),
    path("seats/<int:seat_id>/change/", seat.seat_change, name="seat_change"),
    path("seats/<int:seat_id>/vacate/", seat.seat_vacate, name="seat_vacate"),
    path("seats/<int:seat_id>/end/", seat.seat_end, name="seat_end"),
    path("roles/", organization.grant_list, name="grant_list"),
    path("roles/give/", organization.grant_give, name="grant_give"),
    path("roles/<int:grant_id>/withdraw/", organization.grant_withdraw, name="grant_withdraw"),
    path("settings/", organization.settings, name="settings"),
    path("profile/", sign_in.profile, name="profile"),
]
