"""What an entry of the audit log says."""

from django.utils.translation import gettext as _


def action_words(action: str) -> str:
    """What an entry of the audit log says."""
    words = {
        "team_create": _("Team added"),
        "team_rename": _("Team renamed"),
        "team_move": _("Team moved"),
        "seat_create": _("Seat added"),
        "seat_change": _("Seat changed"),
        "seat_assign": _("Seat given"),
        "seat_vacate": _("Seat made vacant"),
        "seat_end": _("Seat ended"),
        "moves_apply": _("Joiners, movers and leavers applied"),
        "moves_undo": _("Joiners, movers and leavers undone"),
        "moves_discard": _("Sheet thrown away"),
        "person_create": _("Added"),
        "person_change": _("Changed"),
        "person_invite": _("Sign-in given"),
        "sign_in_disable": _("Sign-in switched off"),
        "sign_in_enable": _("Sign-in switched on"),
        "profile_change": _("Own profile changed"),
        "grant_give": _("Role given"),
        "grant_withdraw": _("Role withdrawn"),
        "leave_add": _("Leave entered"),
        "leave_change": _("Leave changed"),
        "leave_remove": _("Leave removed"),
        "delegation_add": _("Stand-in named"),
        "delegation_end": _("Stand-in ended"),
        "acting_add": _("Acting manager named"),
        "acting_end": _("Acting manager ended"),
    }
    return words.get(action, action.replace("_", " "))
