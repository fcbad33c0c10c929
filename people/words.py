"""Entries of the audit log in words: what was done, and to what kind of thing."""

from typing import Any

from django.utils.translation import gettext_lazy

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
    "notification_preferences_change": gettext_lazy("Chose which notifications come by e-mail"),
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
    "moves_apply": gettext_lazy("Joiners, movers and leavers applied"),
    "moves_undo": gettext_lazy("Joiners, movers and leavers undone"),
    "moves_discard": gettext_lazy("Sheet thrown away"),
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
    "quota_request_ask": gettext_lazy("Change of a quota asked for"),
    "quota_request_decide": gettext_lazy("Step of a change of a quota decided"),
    "quota_request_withdraw": gettext_lazy("Change of a quota withdrawn"),
    "approval_chain_change": gettext_lazy("Steps of approval changed"),
    "letters_issue": gettext_lazy("Quota letters issued in bulk"),
    "letter_issue": gettext_lazy("Quota letter issued"),
    "letter_acknowledge": gettext_lazy("Quota letter acknowledged"),
    "letter_remind": gettext_lazy("Reminded of a quota letter"),
    "letter_terms_change": gettext_lazy("Terms of quota letters changed"),
    "references_assign": gettext_lazy("Said what names in files mean"),
    "pipeline_create": gettext_lazy("Pipeline added"),
    "pipeline_rename": gettext_lazy("Pipeline renamed"),
    "pipeline_delete": gettext_lazy("Pipeline deleted"),
    "custom_field_create": gettext_lazy("Custom field added"),
    "custom_field_change": gettext_lazy("Custom field changed"),
    "custom_field_delete": gettext_lazy("Custom field deleted"),
    "credits_save": gettext_lazy("Credits of a deal changed"),
    "facts_push": gettext_lazy("Facts pushed by a program"),
    "findings_dismiss": gettext_lazy("Findings let stand"),
}

SUBJECTS: dict[str, Any] = {
    "person": gettext_lazy("Person"),
    "team": gettext_lazy("Team"),
    "seat": gettext_lazy("Seat"),
    "grant": gettext_lazy("Role"),
    "movesheet": gettext_lazy("Joiners, movers, leavers"),
    "organization": gettext_lazy("Organization"),
    "importbatch": gettext_lazy("Import"),
    "pipeline": gettext_lazy("Stages"),
    "stage": gettext_lazy("Stage"),
    "apikey": gettext_lazy("Key"),
    "quota": gettext_lazy("Quota"),
    "quotarequest": gettext_lazy("Change of a quota"),
    "approvalchain": gettext_lazy("Steps of approval"),
    "quotaletter": gettext_lazy("Quota letter"),
    "letterterms": gettext_lazy("Terms of quota letters"),
    "account": gettext_lazy("Account"),
    "product": gettext_lazy("Product"),
}


def action_words(action: str) -> str:
    """What an entry of the audit log says."""
    return str(ACTIONS.get(action, action.replace("_", " ")))


def subject_words(subject: str) -> str:
    """What kind of thing an entry is about."""
    return str(SUBJECTS.get(subject, subject.replace("_", " ")))
