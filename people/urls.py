from django.urls import path

from people.views import audit, erasure, invitation, organization, person, record, seat, sign_in, team, welcome

app_name = "people"

urlpatterns = [
    path("people/", person.person_list, name="person_list"),
    path("people/add/", person.person_add, name="person_add"),
    path("people/<int:person_id>/", person.person_detail, name="person_detail"),
    path("people/<int:person_id>/change/", person.person_change, name="person_change"),
    path("people/<int:person_id>/record/", record.person_record, name="person_record"),
    path("people/<int:person_id>/record/make/", record.person_record_make, name="person_record_make"),
    path("people/<int:person_id>/record/<int:record_id>/", record.person_record_file, name="person_record_file"),
    path("people/<int:person_id>/erase/", erasure.person_erase, name="person_erase"),
    path("people/<int:person_id>/erase/confirm/", erasure.person_erase_confirm, name="person_erase_confirm"),
    path("people/<int:person_id>/sign-in/", invitation.person_invite, name="person_invite"),
    path("people/<int:person_id>/sign-in/link/", sign_in.sign_in_link, name="sign_in_link"),
    path("people/<int:person_id>/sign-in/off/", sign_in.sign_in_disable, name="sign_in_disable"),
    path("people/<int:person_id>/sign-in/on/", sign_in.sign_in_enable, name="sign_in_enable"),
    path("invitations/", invitation.invitation_list, name="invitation_list"),
    path("invitations/add/", invitation.invitation_add, name="invitation_add"),
    path("invitations/links/", invitation.invitation_links, name="invitation_links"),
    path("invitations/<int:invitation_id>/again/", invitation.invitation_resend, name="invitation_resend"),
    path("invitations/<int:invitation_id>/withdraw/", invitation.invitation_withdraw, name="invitation_withdraw"),
    path("welcome/<str:token>/", welcome.welcome, name="welcome"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("audit/file/", audit.audit_file, name="audit_file"),
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
