"""Days and actions in words."""

from datetime import date

from django.utils.translation import gettext as _

from people import formats
from people.models import BEGINNING, FOREVER


def days_words(starts_on: date, ends_before: date) -> str:
    """always · from 1 May 2024 · until 1 May 2024 · 1 May 2024 to 1 June 2024 (the end is not included)."""
    values = {"start": formats.plain(starts_on), "end": formats.plain(ends_before)}
    if starts_on == BEGINNING and ends_before == FOREVER:
        return _("always")
    if ends_before == FOREVER:
        return _("from %(start)s") % values
    if starts_on == BEGINNING:
        return _("before %(end)s") % values
    return _("from %(start)s, before %(end)s") % values


def action_words(action: str) -> str:
    """What an entry of the audit log says."""
    words = {
        "person_create": _("Added"),
        "person_change": _("Changed"),
        "person_invite": _("Sign-in given"),
        "sign_in_disable": _("Sign-in switched off"),
        "sign_in_enable": _("Sign-in switched on"),
        "profile_change": _("Own profile changed"),
        "grant_give": _("Role given"),
        "grant_withdraw": _("Role withdrawn"),
    }
    return words.get(action, action.replace("_", " "))
