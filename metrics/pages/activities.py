"""What a person did lately, as a table for the page of their numbers."""

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import Activity
from crm.selectors.activities import person_activities
from people import formats
from people.components import Cell, Column, Empty, Row, Table


def activities_table(person_id: int, limit: int) -> Table:
    """The latest activities of a person whose numbers are open to the viewer. One query."""
    return Table(
        "activities",
        _("Latest activities"),
        [Column("activity", _("Activity")), Column("type", _("Type")), Column("when", _("When"))],
        [_row(activity) for activity in person_activities(person_id, limit)],
        empty=Empty(
            _("No activities yet"), _("Calls, e-mails and meetings appear here as they are imported."), "clock"
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _row(activity: Activity) -> Row:
    account = activity.account.name if activity.account else activity.account_text
    return Row(
        [
            Cell(activity.subject or activity.get_type_display(), detail=account),
            Cell(activity.get_type_display()),
            Cell(formats.moment(activity.occurred_at)),
        ]
    )


def activities_href(person_id: int) -> str:
    return f"{reverse('crm:activity_list')}?person={person_id}"
