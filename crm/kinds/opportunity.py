"""Deals: what a file of opportunities holds."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.engine.types import deal_type
from crm.intake.wording import value_sentence
from crm.kinds.base import Intake, reasons_write, register
from crm.kinds.facts import AMOUNT, FactKind, counts_tell, currencies_tell, reference
from crm.kinds.stages import STAGE_TEXT, stages_add, stages_find
from crm.kinds.types import types_find
from crm.models import Opportunity
from kernel.issue import Level

SHAPE = Shape(
    kind="opportunity",
    telling=frozenset({"stage", "closed_on", "engaged_on", "amount", "probability"}),
    fields=(
        Field(
            "id",
            FieldType.TEXT,
            (
                "opportunity id",
                "deal id",
                "opp id",
                "opportunity",
                "record id",
                "order number",
                "order id",
                "sales order number",
                "sales order id",
                "order no",
                "opportunity number",
                "deal number",
                "external id",
                "crm id",
                "number",
                "reference",
            ),
            is_required=True,
            longest=200,
            label=_("id"),
        ),
        Field(
            "name", names=("opportunity name", "deal name", "deal title", "title", "subject", "deal"), label=_("name")
        ),
        Field(
            "owner",
            FieldType.REFERENCE,
            (
                "owner id",
                "sales agent",
                "sales rep",
                "sales representative",
                "sales person",
                "sales person id",
                "rep",
                "opportunity owner",
                "deal owner",
                "owner name",
                "owner email",
                "account executive",
                "assigned to",
                "responsible",
                "agent",
                "rep name",
                "sales rep name",
                "salesman",
                "verkäufer",
                "besitzer",
            ),
            label=_("owner"),
        ),
        Field(
            "account",
            FieldType.REFERENCE,
            (
                "account name",
                "account id",
                "customer",
                "customer name",
                "customer id",
                "company",
                "company name",
                "client",
                "client name",
                "organization",
                "organisation",
                "kunde",
                "firma",
            ),
            label=_("account"),
        ),
        Field(
            "product",
            FieldType.REFERENCE,
            ("product name", "product id", "item", "sku", "product line", "produkt"),
            label=_("product"),
        ),
        Field(
            "stage",
            FieldType.STAGE,
            (
                "deal stage",
                "stage name",
                "opportunity stage",
                "sales stage",
                "pipeline stage",
                "status",
                "deal status",
                "phase",
                "outcome",
            ),
            is_required=False,
            longest=200,
            label=_("stage"),
        ),
        Field(
            "amount",
            FieldType.AMOUNT,
            (
                "close value",
                "deal value",
                "sub total",
                "deal amount",
                "opportunity amount",
                "value",
                "net amount",
                "revenue",
                "total amount",
                "acv",
                "bookings",
                "contract value",
                "price",
                "total",
                "total due",
                "betrag",
                "umsatz",
                "wert",
            ),
            label=_("amount"),
        ),
        Field("currency", FieldType.CURRENCY, ("currency code", "currency iso code", "währung"), label=_("currency")),
        Field(
            "created_on",
            FieldType.DATE,
            (
                "created date",
                "create date",
                "date created",
                "created",
                "created at",
                "creation date",
                "opened",
                "open date",
                "erstellt am",
            ),
            label=_("created on"),
        ),
        Field(
            "engaged_on",
            FieldType.DATE,
            ("engage date", "engaged date", "first contact date", "first contact", "start date", "qualified date"),
            label=_("engaged on"),
        ),
        Field(
            "closed_on",
            FieldType.DATE,
            (
                "close date",
                "closed date",
                "closing date",
                "expected close date",
                "order date",
                "won date",
                "date closed",
                "closed",
                "closed at",
                "due date",
                "booking date",
                "abschlussdatum",
            ),
            label=_("closes on"),
        ),
        Field("pipeline", names=("pipeline name", "sales pipeline", "deal pipeline"), longest=200, label=_("pipeline")),
        Field(
            "deal_type",
            names=("opportunity type", "business type of deal", "new or existing", "type of business", "type"),
            longest=100,
            label=_("type"),
        ),
        Field(
            "term",
            FieldType.NUMBER,
            ("term months", "term in months", "contract term", "contract length", "contract months", "laufzeit"),
            label=_("term in months"),
        ),
        Field(
            "loss_reason",
            names=("lost reason", "reason lost", "closed lost reason", "reason for loss", "verlustgrund"),
            longest=200,
            label=_("loss reason"),
        ),
        Field("next_step", names=("next steps", "next action", "nächster schritt"), label=_("next step")),
        Field(
            "next_step_on",
            FieldType.DATE,
            ("next step date", "next action date", "next activity date", "follow up date", "follow up on"),
            label=_("next step on"),
        ),
        Field("source", names=("lead source", "origin", "channel"), longest=200, label=_("lead source")),
        Field("lead", FieldType.TEXT, ("lead id", "mql id"), label=_("lead")),
        Field(
            "probability",
            FieldType.RATIO,
            ("win probability", "likelihood", "confidence", "probability percent"),
            label=_("probability"),
        ),
    ),
)

TERM_IS_USABLE = "round(t.f_term) BETWEEN 1 AND 600"
START = "coalesce(t.f_engaged_on, t.f_created_on)"
ODDITIES = {
    "won_without_close_date": ("closed_on", "r_stage.outcome = 'won' AND t.f_closed_on IS NULL"),
    "close_before_start": ("closed_on", f"r_stage.outcome <> 'open' AND t.f_closed_on < {START}"),
    "zero_amount": ("amount", "r_stage.outcome = 'won' AND t.f_amount = 0"),
    "negative_amount": ("amount", "t.f_amount < 0"),
    "odd_term": ("term", f"t.f_term IS NOT NULL AND NOT {TERM_IS_USABLE}"),
    "no_amount": ("amount", "r_stage.outcome = 'won' AND t.f_amount IS NULL"),
}

# of deals that are taken back with what was done to them: hand-overs that do not lead to the owner they have again
HANDED_ON_SINCE = """
DELETE FROM crm_handover h USING undo_record r, crm_opportunity o
WHERE r.fate = 'taken' AND h.opportunity_id = r.record_id AND o.id = r.record_id AND NOT EXISTS (
    SELECT 1 FROM crm_handover g WHERE g.opportunity_id = h.opportunity_id AND g.to_person_id = o.owner_id
        AND (g.handed_on, g.id) >= (h.handed_on, h.id)
)
"""

NEW_STAGES_GO = (
    """DELETE FROM crm_stage s WHERE id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = 'crm_stage'
    ) AND NOT EXISTS (SELECT 1 FROM crm_opportunity o WHERE o.stage_id = s.id)""",
    """DELETE FROM crm_pipeline p WHERE id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = 'crm_pipeline'
    ) AND NOT EXISTS (SELECT 1 FROM crm_stage s WHERE s.pipeline_id = p.id)""",
)


@register
class OpportunityKind(FactKind):
    shape = SHAPE
    label = _("deals")
    model = Opportunity
    references = {"owner": "owner", "account": "account", "product": "product"}
    looked_up = ("stage", "deal_type")
    is_referred_to_as = "opportunity"
    columns = {
        "name": {"name": "coalesce(t.f_name, '')"},
        "owner": reference("owner"),
        "account": reference("account"),
        "product": reference("product"),
        "stage": {"stage_id": "r_stage.id", "outcome": "r_stage.outcome"},
        "amount": AMOUNT,
        "created_on": {"created_on": "t.f_created_on"},
        "engaged_on": {"engaged_on": "t.f_engaged_on"},
        "closed_on": {"closed_on": "t.f_closed_on"},
        "source": {"lead_source": "coalesce(t.f_source, '')"},
        "lead": {"lead_text": "coalesce(t.f_lead, '')"},
        "probability": {"probability": "t.f_probability"},
        "deal_type": {"deal_type": "coalesce(r_deal_type.outcome, '')"},
        "term": {"term_months": f"CASE WHEN {TERM_IS_USABLE} THEN round(t.f_term)::smallint END"},
        "loss_reason": {"loss_reason": "coalesce(t.f_loss_reason, '')"},
        "next_step": {"next_step": "coalesce(t.f_next_step, '')"},
        "next_step_on": {"next_step_on": "t.f_next_step_on"},
    }

    def text_of(self, field: str) -> str:
        return STAGE_TEXT if field == "stage" else super().text_of(field)

    def prepare(self, intake: Intake) -> None:
        if "stage" in intake.fields:
            _stage_require(intake)
        stages_find(intake)
        for text, first_row, rows in types_find(intake, deal_type, "", "deal_type"):
            intake.warn("unknown_deal_type", rows, first_row, field="deal_type", value=text)

    def tell(self, intake: Intake) -> None:
        if "stage" not in intake.fields:
            ((total, first),) = intake.rows(
                "SELECT count(*), min(number) FROM {t} WHERE result IS DISTINCT FROM 'refused'"
            )
            intake.warn("assumed_won", total, first, field="stage")
        without_owner = {"no_owner": ("owner", "t.f_owner IS NULL")} if "owner" in intake.fields else {}
        counts_tell(self, intake, ODDITIES | without_owner)
        currencies_tell(self, intake)

    def write(self, intake: Intake) -> int:
        stages_add(intake)
        return super().write(intake)

    def undo_statements(self) -> Sequence[str]:
        deleted, restored = super().undo_statements()
        told = "SELECT record_id FROM undo_record WHERE record_table = 'crm_opportunity' AND fate <> 'moved'"
        return (
            f"DELETE FROM crm_opportunitychange WHERE opportunity_id IN ({self.created})",
            f"DELETE FROM crm_detailchange WHERE opportunity_id IN ({self.created})"
            f" OR batch_id = %(batch)s AND opportunity_id NOT IN ({told})",
            f"DELETE FROM crm_formercredit WHERE opportunity_id IN ({self.created})",
            "DELETE FROM crm_credit WHERE opportunity_id IS NULL AND opportunity_text = ''",  # entered by hand
            deleted,
            f"DELETE FROM crm_handover WHERE batch_id = %(batch)s AND opportunity_id NOT IN ({told})",
            f"DELETE FROM crm_opportunitychange WHERE batch_id = %(batch)s AND opportunity_id NOT IN ({told})"
            f" AND opportunity_id IN ({self.updated} UNION ALL SELECT record_id FROM undo_record WHERE fate = 'moved')",
            restored,
            f"UPDATE crm_opportunity o SET outcome = s.outcome FROM crm_stage s WHERE s.id = o.stage_id"
            f" AND o.outcome <> s.outcome AND o.id IN ({self.updated})",  # the stage may mean something else by now
            HANDED_ON_SINCE,
            *NEW_STAGES_GO,
        )


def _stage_require(intake: Intake) -> None:
    empty = intake.rows("SELECT number FROM {t} WHERE result IS NULL AND f_stage IS NULL ORDER BY number")
    if empty:
        sentence = value_sentence("missing_stage")
        reasons_write(intake, [(number, sentence) for (number,) in empty])
        intake.issues.add(Level.ERROR, "missing_stage", sentence, row=empty[0][0], field="stage", count=len(empty))
