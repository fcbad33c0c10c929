"""Activities. A moment without an offset is local to the organization."""

from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.engine.types import activity_type
from crm.kinds.base import Intake, register
from crm.kinds.facts import FactKind, reference
from crm.kinds.types import types_find
from crm.models import Activity, ActivityType

SHAPE = Shape(
    kind="activity",
    telling=frozenset({"type", "occurred_at"}),
    fields=(
        Field(
            "id",
            names=("activity id", "task id", "event id", "call id", "engagement id", "record id", "activity number"),
            is_required=True,
            longest=200,
            label=_("id"),
        ),
        Field(
            "person",
            FieldType.REFERENCE,
            ("owner", "owner id", "owner name", "owner email", "assigned to", "activity owner", "sales rep",
             "sales agent", "sales person", "sales person id", "rep", "user", "created by", "agent", "employee",
             "mitarbeiter"),
            label=_("person"),
        ),
        Field(
            "type",
            FieldType.ACTIVITY,
            ("activity type", "task type", "event type", "engagement type", "kind", "task subtype", "art"),
            longest=100,
            label=_("type"),
        ),
        Field(
            "occurred_at",
            FieldType.MOMENT,
            ("occurred on", "activity date", "date", "start", "start time", "started at", "timestamp", "date time",
             "completed at", "completed date", "due date", "call time", "created at", "datum"),
            is_required=True,
            label=_("when"),
        ),
        Field(
            "opportunity",
            FieldType.REFERENCE,
            ("opportunity id", "deal id", "deal", "related to", "related to id", "what id", "associated deal id"),
            label=_("deal"),
        ),
        Field(
            "account",
            FieldType.REFERENCE,
            ("account name", "account id", "company", "company name", "customer", "customer id", "kunde", "firma"),
            label=_("account"),
        ),
        Field("subject", names=("title", "activity subject", "name", "summary", "betreff"), label=_("subject")),
    ),
)  # fmt: skip

# the text is what `parse_moment` wrote: ISO, with an offset or without
MOMENT = """CASE WHEN t.f_occurred_at ~ '[0-9][+-][0-9][0-9]:[0-9][0-9]$' THEN t.f_occurred_at::timestamptz
    ELSE t.f_occurred_at::timestamp AT TIME ZONE %(time_zone)s END"""


@register
class ActivityKind(FactKind):
    shape = SHAPE
    label = _("activities")
    model = Activity
    references = {"person": "owner", "opportunity": "opportunity", "account": "account"}
    looked_up = ("type",)
    columns = {
        "person": reference("person"),
        "type": {"type": "r_type.outcome", "type_text": "coalesce(t.f_type, '')"},
        "occurred_at": {
            "occurred_at": MOMENT,
            "occurred_on": f"(({MOMENT}) AT TIME ZONE %(time_zone)s)::date",
        },
        "opportunity": reference("opportunity"),
        "account": reference("account"),
        "subject": {"subject": "coalesce(t.f_subject, '')"},
    }

    def prepare(self, intake: Intake) -> None:
        for text, first_row, rows in types_find(intake, activity_type, ActivityType.OTHER):
            intake.warn("new_activity_type", rows, first_row, field="type", value=text)

    def tell(self, intake: Intake) -> None:
        if "type" not in intake.fields:
            ((total, first),) = intake.rows(
                "SELECT count(*), min(number) FROM {t} WHERE result IS DISTINCT FROM 'refused'"
            )
            intake.warn("assumed_other", total, first, field="type")
