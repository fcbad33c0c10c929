"""People in roles on deals. Without an id a row is known by its deal, role, person and first day."""

from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.wording import value_sentence
from crm.kinds.base import Intake, reasons_write, register
from crm.kinds.facts import FactKind, reference
from crm.models import DealRole
from kernel.issue import Level

SHAPE = Shape(
    kind="role",
    id_from="opportunity",
    telling=frozenset({"role", "ends_before"}),
    fields=(
        Field("id", names=("role id", "team member id", "deal role id", "opportunity team member id"), longest=600,
              label=_("id")),
        Field(
            "opportunity",
            FieldType.REFERENCE,
            ("opportunity id", "deal id", "deal", "order id", "order number"),
            is_required=True,
            longest=200,
            label=_("deal"),
        ),
        Field(
            "person",
            FieldType.REFERENCE,
            ("team member", "member", "person id", "employee", "user", "rep", "sales rep", "sales person", "name",
             "participant"),
            is_required=True,
            longest=200,
            label=_("person"),
        ),
        Field(
            "role",
            names=("team role", "member role", "deal role", "role name", "team member role", "rolle"),
            is_required=True,
            longest=100,
            label=_("role"),
        ),
        Field("starts_on", FieldType.DATE, ("from", "start date", "since", "valid from"), label=_("from")),
        Field(
            "ends_before", FieldType.DATE, ("to", "until", "end date", "ends on", "valid to"), label=_("until, not included")
        ),
    ),
)  # fmt: skip


@register
class RoleKind(FactKind):
    shape = SHAPE
    label = _("people in roles on deals")
    model = DealRole
    references = {"opportunity": "opportunity", "person": "owner"}
    columns = {
        "opportunity": reference("opportunity"),
        "person": reference("person"),
        "role": {"role": "t.f_role"},
        "starts_on": {"starts_on": "t.f_starts_on"},
        "ends_before": {"ends_before": "t.f_ends_before"},
    }

    def identify(self, intake: Intake) -> None:
        intake.execute(
            "UPDATE {t} SET f_id = concat_ws('|', f_opportunity, f_role, f_person, f_starts_on) WHERE f_id IS NULL"
        )

    def prepare(self, intake: Intake) -> None:
        sentence = value_sentence("ends_before_start")
        lines = intake.rows("SELECT number FROM {t} WHERE result IS NULL AND f_ends_before <= f_starts_on ORDER BY 1")
        if lines:
            reasons_write(intake, [(number, sentence) for (number,) in lines])
            intake.issues.add(
                Level.ERROR, "ends_before_start", sentence, row=lines[0][0], field="ends_before", count=len(lines)
            )
