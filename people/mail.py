"""Short mails to people, in their language. A mail server that is down never fails what the mail tells about."""

import logging
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation

from people.models import User

logger = logging.getLogger(__name__)


def is_mail_sent() -> bool:
    """Whether mails reach anybody; where not, pages show the link that the mail would carry."""
    return not settings.EMAIL_BACKEND.endswith((".console.EmailBackend", ".dummy.EmailBackend"))


def mail_user(user: User, words: Callable[[], tuple[str, str]]) -> None:
    """After the commit: `words()` gives subject and text in the language of the person."""
    transaction.on_commit(partial(mail_send, user.email, user.locale or user.organization.locale, words), robust=True)


def mail_send(address: str, locale: str, words: Callable[[], tuple[str, str]]) -> bool:
    """Send now; whether the mail server took it."""
    with translation.override(locale):
        subject, text = words()
    try:
        send_mail(" ".join(subject.split()), text, None, [address])
    except OSError as error:  # smtplib's errors are OSErrors
        logger.warning("A mail was not sent: %s", error)
        return False
    return True
