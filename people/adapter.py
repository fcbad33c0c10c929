"""What django-allauth asks of this product."""

import base64
import hashlib
import hmac
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes

from people.models import User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves: an administrator creates the sign-in."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where it was begun."""
        return reverse("people:profile")

    def send_mail(self, *arguments: Any, **options: Any) -> None:
        """A mail server that is down fails no page; a page that failed for known addresses only would betray them."""
        try:
            super().send_mail(*arguments, **options)
        except OSError as error:
            logger.warning("A mail was not sent: %s", error)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The keys of second factors are encrypted: a stolen database alone makes no codes."""

    def get_totp_issuer(self) -> str:
        """What the app calls the sign-in."""
        user: Any = getattr(self.request, "user", None)
        return str(user.organization.name) if isinstance(user, User) else "Sales performance"

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    """Written with the secret key, read with former ones too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hmac.new(force_bytes(key), b"people.second_factor", hashlib.sha256).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
