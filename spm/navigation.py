"""The one file that lists which places the navigation offers, to whom, in which order.

A place whose page does not exist is not shown; the first four that a person sees stand in the bottom bar of a phone.
"""

from django.utils.translation import gettext_lazy as _

from people.frame import Navigation, Place, Room
from people.viewer import TEAM

COMPANY = frozenset({"administrator", "executive", "operations"})
SELLING = COMPANY | {"rep", "manager"}
KEEPERS = frozenset({"administrator", "operations"})
ADMINISTRATORS = frozenset({"administrator"})

NAVIGATION = Navigation(
    home="home",
    version="metrics:version",
    search="crm:deal_list",
    inbox="people:notification_list",
    rooms=[
        Room(
            _("Performance"),
            [
                Place("metrics:my_number", _("My number"), "number", frozenset({"rep", "manager"})),
                Place("metrics:team", _("My team"), "team", frozenset({TEAM})),
                Place("metrics:company", _("Company"), "building", COMPANY),
                Place("crm:deal_list", _("Deals"), "deals"),
                Place("crm:lead_list", _("Leads"), "person", SELLING),
                Place("crm:activity_list", _("Activities"), "clock", SELLING),
                Place("crm:transaction_list", _("Transactions"), "receipt", SELLING | {"finance"}),
                Place("goals:objective_list", _("Objectives"), "trophy"),
                Place("goals:mine", _("My goals"), "check-circle"),
                Place("goals:teams", _("Goals of teams"), "team"),
                Place("crm:quota_list", _("Quotas"), "flag"),
                Place("goals:quota_request_list", _("Approvals"), "check-circle", SELLING | {"finance"}),
                Place("goals:letter_list", _("Quota letters"), "file", frozenset({"rep", "manager"}) | KEEPERS),
                Place("goals:plan_list", _("Quota plans"), "stages", COMPANY | {TEAM}),
                Place("metrics:catalogue", _("Metrics"), "catalogue"),
            ],
        ),
        Room(
            _("Data"),
            [
                Place("crm:import_list", _("Imports"), "import", KEEPERS),
                Place("crm:data_health", _("Data health"), "health", KEEPERS),
                Place("crm:hand_over_list", _("Hand-overs"), "swap", KEEPERS),
                Place("crm:rate_list", _("Exchange rates"), "swap", KEEPERS),
            ],
        ),
        Room(
            _("Organization"),
            [
                Place("people:person_list", _("People"), "person", KEEPERS),
                Place("people:team_list", _("Teams"), "team", KEEPERS),
                Place("crm:territory_list", _("Territories"), "flag", KEEPERS),
                Place("people:holiday_list", _("Holidays"), "clock", KEEPERS),
                Place("people:grant_list", _("Roles"), "lock", ADMINISTRATORS),
                Place("people:audit_list", _("Audit log"), "clock", ADMINISTRATORS),
                Place("crm:stage_list", _("Stages"), "stages", KEEPERS),
                Place("crm:custom_field_list", _("Own fields"), "edit", KEEPERS),
                Place("people:api_key_list", _("API keys"), "lock", ADMINISTRATORS),
                Place("people:settings", _("Settings"), "settings", ADMINISTRATORS),
            ],
        ),
    ],
    person_numbers="metrics:person_numbers",
    personal=[
        Place("people:profile", _("Your profile"), "person"),
        Place("account_change_password", _("Change password"), "lock"),
        Place("api:docs", _("API"), "catalogue", ADMINISTRATORS),
        Place("design:gallery", _("Design gallery"), "grid", ADMINISTRATORS),
    ],
)
