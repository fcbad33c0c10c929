"""Days, actions and subjects in words."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from people import formats
from people.components import Cell
from people.models import BEGINNING, FOREVER, Grant
from people.words import ACTIONS, SUBJECTS, action_words, subject_words

__all__ = ["ACTIONS", "SUBJECTS", "action_words", "subject_words"]


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


def vacant_words(since: date | None) -> str:
    """since 1 May 2024, as far as that is known."""
    if since is None or since == BEGINNING:
        return _("from the beginning")
    return _("since %(day)s") % {"day": formats.plain(since)}


def away_words(ends_before: date) -> str:
    """Away until 3 July: the last day away."""
    if ends_before == FOREVER:
        return _("Away until further notice")
    return _("Away until %(day)s") % {"day": formats.plain(ends_before - timedelta(days=1))}


def both_days_words(starts_on: date, ends_before: date) -> str:
    """1 July 2026 to 3 July 2026: first and last day, both included."""
    if starts_on == BEGINNING and ends_before == FOREVER:
        return _("always")
    if ends_before == FOREVER:
        return _("from %(first)s until further notice") % {"first": formats.plain(starts_on)}
    last = formats.plain(ends_before - timedelta(days=1))
    if starts_on == BEGINNING:
        return _("until %(last)s") % {"last": last}
    if ends_before - starts_on == timedelta(days=1):
        return last
    return _("%(first)s to %(last)s") % {"first": formats.plain(starts_on), "last": last}


def within_cell(grant: Grant) -> Cell:
    """Where a granted role holds."""
    if grant.team is None:
        return Cell(_("The whole organization"))
    return Cell(grant.team.name, href=reverse("people:team_detail", args=[grant.team_id]), detail=_("and all below it"))
