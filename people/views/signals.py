"""What django-allauth tells about sign-ins, handed on to the services."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.dispatch import receiver
from django.utils import timezone

from people.models import User
from people.services.second_factor import second_factor_changed


@receiver(authenticator_added, dispatch_uid="people.second_factor_added")
def second_factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        second_factor_changed(user, is_added=True, at=timezone.now())


@receiver(authenticator_removed, dispatch_uid="people.second_factor_removed")
def second_factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        second_factor_changed(user, is_added=False, at=timezone.now())
