"""Days, actions and subjects in words."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people import formats
from people.components import Cell
from people.models import BEGINNING, FOREVER, Grant

# Every action that a service hands to `people.audit.audit`; a test reads the sources and misses none.
ACTIONS: dict[str, Any] = {
    "organization_create": gettext_lazy("Organization created"),
    "organization_change": gettext_lazy("Settings changed"),
    "person_create": gettext_lazy("Added"),
    "person_change": gettext_lazy("Changed"),
    "person_invite": gettext_lazy("Sign-in given"),
    "person_erase": gettext_lazy("Name and addresses erased"),
    "person_erase_ask": gettext_lazy("Erasure asked for"),
    "person_record_make": gettext_lazy("Everything kept about them put into a file"),
    "person_record_read": gettext_lazy("The file of everything kept about them downloaded"),
    "invitation_make": gettext_lazy("Invited"),
    "invitation_accept": gettext_lazy("Invitation accepted"),
    "invitation_withdraw": gettext_lazy("Invitation withdrawn"),
    "sign_in_disable": gettext_lazy("Sign-in switched off"),
    "sign_in_enable": gettext_lazy("Sign-in switched on"),
    "sign_in_link_make": gettext_lazy("New link for the sign-in made"),
    "sign_in_everywhere_end": gettext_lazy("Signed out everywhere else"),
    "second_factor_add": gettext_lazy("Second factor set up"),
    "second_factor_remove": gettext_lazy("Second factor switched off"),
    "second_factor_reset": gettext_lazy("Second factor taken away by an administrator"),
    "profile_change": gettext_lazy("Own profile changed"),
    "look_begin": gettext_lazy("Looked at the product as this person"),
    "look_end": gettext_lazy("Stopped looking as this person"),
    "grant_give": gettext_lazy("Role given"),
    "grant_withdraw": gettext_lazy("Role withdrawn"),
    "leave_add": gettext_lazy("Leave entered"),
    "leave_change": gettext_lazy("Leave changed"),
    "leave_remove": gettext_lazy("Leave removed"),
    "delegation_add": gettext_lazy("Stand-in named"),
    "delegation_end": gettext_lazy("Stand-in ended"),
    "acting_add": gettext_lazy("Acting manager named"),
    "acting_end": gettext_lazy("Acting manager ended"),
    "api_key_create": gettext_lazy("Key made"),
    "api_key_revoke": gettext_lazy("Key revoked"),
    "team_create": gettext_lazy("Team added"),
    "team_rename": gettext_lazy("Team renamed"),
    "team_move": gettext_lazy("Team moved"),
    "seat_create": gettext_lazy("Seat added"),
    "seat_assign": gettext_lazy("Seat given"),
    "seat_change": gettext_lazy("Seat changed"),
    "seat_vacate": gettext_lazy("Seat vacated"),
    "seat_end": gettext_lazy("Seat closed"),
    "structure_apply": gettext_lazy("People and teams taken from a file"),
    "structure_undo": gettext_lazy("People and teams put back as before a file"),
    "import_run": gettext_lazy("File imported"),
    "import_undo": gettext_lazy("Import taken back"),
    "import_discard": gettext_lazy("Upload thrown away"),
    "stages_save": gettext_lazy("Stages changed"),
    "stage_delete": gettext_lazy("Stage deleted"),
    "merge": gettext_lazy("Merged"),
    "quota_create": gettext_lazy("Quota added"),
    "quota_change": gettext_lazy("Quota changed"),
    "quota_delete": gettext_lazy("Quota removed"),
    "references_assign": gettext_lazy("Said what names in files mean"),
    "findings_dismiss": gettext_lazy("Findings let stand"),
}

SUBJECTS: dict[str, Any] = {
    "person": gettext_lazy("Person"),
    "team": gettext_lazy("Team"),
    "seat": gettext_lazy("Seat"),
    "grant": gettext_lazy("Role"),
    "organization": gettext_lazy("Organization"),
    "importbatch": gettext_lazy("Import"),
    "pipeline": gettext_lazy("Stages"),
    "stage": gettext_lazy("Stage"),
    "apikey": gettext_lazy("Key"),
    "quota": gettext_lazy("Quota"),
    "account": gettext_lazy("Account"),
    "product": gettext_lazy("Product"),
}


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
    last = formats.plain(ends_before - timedelta(days=1)) if ends_before != FOREVER else _("further notice")
    if starts_on == BEGINNING:
        return _("until %(last)s") % {"last": last}
    if ends_before != FOREVER and ends_before - starts_on == timedelta(days=1):
        return formats.plain(starts_on)
    return _("%(first)s to %(last)s") % {"first": formats.plain(starts_on), "last": last}


def within_cell(grant: Grant) -> Cell:
    """Where a granted role holds."""
    if grant.team is None:
        return Cell(_("The whole organization"))
    return Cell(grant.team.name, href=reverse("people:team_detail", args=[grant.team_id]), detail=_("and all below it"))


def action_words(action: str) -> str:
    """What an entry of the audit log says."""
    return str(ACTIONS.get(action, action.replace("_", " ")))


def subject_words(subject: str) -> str:
    """What kind of thing an entry is about."""
    return str(SUBJECTS.get(subject, subject.replace("_", " ")))
