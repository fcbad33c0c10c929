"""The pages of django-allauth that are used here. The others stay closed, under the names that allauth asks for."""

from typing import Any

from allauth.account import views
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path


@login_not_required
def closed(request: HttpRequest, **_arguments: Any) -> HttpResponse:
    """Signing up and managing addresses by oneself: the administrator does that."""
    raise Http404


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("password/set/", closed, name="account_set_password"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", closed, name="account_confirm_email"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("second-factor/", second_factor.index, name="mfa_index"),
    path("second-factor/code/", second_factor.authenticate, name="mfa_authenticate"),
    path("second-factor/again/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-factor/codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
