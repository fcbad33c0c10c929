"""Deals. The statements are set-based: one INSERT … SELECT for new ones, one UPDATE … FROM for changed ones."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.engine.problem import Unreadable
from crm.intake.references import references_find
from crm.intake.wording import value_sentence
from crm.kinds import opportunity_undo
from crm.kinds.base import Intake, Kind, reasons_write, register, repeated_ids_refuse
from crm.kinds.stages import stages_add, stages_find
from crm.models import ImportBatch
from kernel.issue import Level
from people.models import Person

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

JOINS = """
    LEFT JOIN {r} ro ON ro.field = 'owner' AND ro.value = t.f_owner
    LEFT JOIN {r} ra ON ra.field = 'account' AND ra.value = t.f_account
    LEFT JOIN {r} rp ON rp.field = 'product' AND rp.value = t.f_product
    LEFT JOIN {r} rs ON rs.field = 'stage' AND rs.value = coalesce(t.f_stage, '')
"""

CURRENCY = "coalesce(t.f_currency, t.beside, %(currency)s)"

# column of the deal <- SQL, by the field of the file that feeds it
COLUMNS: dict[str, dict[str, str]] = {
    "name": {"name": "coalesce(t.f_name, '')"},
    "owner": {"owner_text": "coalesce(t.f_owner, '')", "owner_id": "ro.id"},
    "account": {"account_text": "coalesce(t.f_account, '')", "account_id": "ra.id"},
    "product": {"product_text": "coalesce(t.f_product, '')", "product_id": "rp.id"},
    "stage": {"stage_id": "rs.id", "outcome": "rs.outcome"},
    "amount": {
        "amount": "t.f_amount",
        "currency": CURRENCY,
        "converted_amount": f"CASE WHEN {CURRENCY} = %(currency)s THEN t.f_amount END",
    },
    "created_on": {"created_on": "t.f_created_on"},
    "engaged_on": {"engaged_on": "t.f_engaged_on"},
    "closed_on": {"closed_on": "t.f_closed_on"},
    "source": {"lead_source": "coalesce(t.f_source, '')"},
    "lead": {"lead_text": "coalesce(t.f_lead, '')"},
    "probability": {"probability": "t.f_probability"},
}

REMEMBER = """
INSERT INTO crm_importchange (batch_id, "table", object_id, before)
SELECT %(batch)s, 'crm_opportunity', o.id, to_jsonb(o) FROM crm_opportunity o
"""

MISSING = """FROM crm_opportunity o WHERE o.source = %(source)s AND NOT o.is_deleted
    AND NOT EXISTS (SELECT 1 FROM {t} t WHERE t.f_id = o.external_id)"""


@register
class OpportunityKind(Kind):
    shape = SHAPE
    label = _("deals")
    has_snapshot = True

    def compare(self, intake: Intake) -> None:
        repeated_ids_refuse(intake, "f_id")
        if "stage" in intake.fields:
            _stage_require(intake)
        stages_find(intake)
        references_find(
            intake.table,
            [name for name in ("owner", "account", "product") if name in intake.fields],
            source=intake.source,
            issues=intake.issues,
        )
        self._compare_known(intake)
        _warnings(intake)

    def _compare_known(self, intake: Intake) -> None:
        columns = _columns(intake, is_update=True)
        ours, theirs = ", ".join(f"o.{name}" for name in columns), ", ".join(columns.values())
        intake.execute(
            f"""UPDATE {{t}} SET target_id = c.id, result = c.result FROM (
                    SELECT t.number, o.id, CASE WHEN o.is_deleted OR ({ours}) IS DISTINCT FROM ({theirs})
                        THEN 'updated' ELSE 'unchanged' END AS result
                    FROM {{t}} t JOIN crm_opportunity o ON o.source = %(source)s AND o.external_id = t.f_id {JOINS}
                    WHERE t.result IS NULL
                ) c WHERE {{t}}.number = c.number"""
        )
        if intake.is_snapshot:
            count, usable = intake.rows(
                f"SELECT (SELECT count(*) {MISSING}),"
                " (SELECT count(*) FROM {t} WHERE result IS DISTINCT FROM 'refused')"
            )[0]
            if not usable:
                raise Unreadable("snapshot_refused")
            intake.warn("removed", count, None)

    def write(self, intake: Intake) -> int:
        stages_add(intake)
        self._update(intake)
        self._insert(intake)
        return self._remove(intake) if intake.is_snapshot else 0

    def _update(self, intake: Intake) -> None:
        intake.execute(REMEMBER + "JOIN {t} t ON t.target_id = o.id WHERE t.result = 'updated'")
        columns = _columns(intake, is_update=True)
        sets = ", ".join(f"{name} = {value}" for name, value in columns.items())
        # the joins hang on the temporary table, which stands for itself under another name
        intake.execute(
            f"""UPDATE crm_opportunity deal SET {sets}, is_deleted = false, batch_id = %(batch)s,
                    row_number = t.number, updated_at = %(at)s
                FROM {{t}} t JOIN crm_opportunity o ON o.id = t.target_id {JOINS}
                WHERE t.result = 'updated' AND deal.id = t.target_id"""
        )

    def _insert(self, intake: Intake) -> None:
        columns = _columns(intake, is_update=False)
        intake.execute(
            f"""WITH added AS (
                    INSERT INTO crm_opportunity (source, external_id, {", ".join(columns)}, is_deleted, batch_id,
                        row_number, updated_at)
                    SELECT %(source)s, t.f_id, {", ".join(columns.values())}, false, %(batch)s, t.number, %(at)s
                    FROM {{t}} t {JOINS} WHERE t.result IS NULL ORDER BY t.number
                    RETURNING id
                ) INSERT INTO crm_importchange (batch_id, "table", object_id)
                SELECT %(batch)s, 'crm_opportunity', id FROM added"""
        )

    def _remove(self, intake: Intake) -> int:
        intake.execute(
            REMEMBER + "WHERE o.source = %(source)s AND NOT o.is_deleted"
            " AND NOT EXISTS (SELECT 1 FROM {t} t WHERE t.f_id = o.external_id)"
        )
        return intake.execute(
            f"UPDATE crm_opportunity SET is_deleted = true, batch_id = %(batch)s, updated_at = %(at)s"
            f" WHERE id IN (SELECT o.id {MISSING})"
        )

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        opportunity_undo.undo(batch)


def _columns(intake: Intake, *, is_update: bool) -> dict[str, str]:
    """Deal column → SQL. An update touches what the file has; an insert fills every column."""
    columns: dict[str, str] = {}
    for name, feeds in COLUMNS.items():
        is_fed = name in intake.fields or (name == "amount" and "currency" in intake.fields)
        if is_fed or not is_update:
            columns |= feeds
    if is_update and "amount" not in intake.fields and "amount" in columns:
        columns["amount"] = "o.amount"
        columns["converted_amount"] = f"CASE WHEN {CURRENCY} = %(currency)s THEN o.amount END"
    return columns or {"source": "o.source"}


def _stage_require(intake: Intake) -> None:
    empty = intake.rows("SELECT number FROM {t} WHERE result IS NULL AND f_stage IS NULL ORDER BY number")
    if empty:
        sentence = value_sentence("missing_stage")
        reasons_write(intake, [(number, sentence) for (number,) in empty])
        intake.issues.add(Level.ERROR, "missing_stage", sentence, row=empty[0][0], field="stage", count=len(empty))


def _warnings(intake: Intake) -> None:
    """What is odd about rows that are taken."""
    taken = f"FROM {{t}} t {JOINS} WHERE t.result IS DISTINCT FROM 'refused'"
    ((total, first),) = intake.rows("SELECT count(*), min(number) FROM {t} WHERE result IS DISTINCT FROM 'refused'")
    if "stage" not in intake.fields:
        intake.warn("assumed_won", total, first, field="stage")
    start = "coalesce(t.f_engaged_on, t.f_created_on)"
    checks = {
        "won_without_close_date": ("closed_on", "rs.outcome = 'won' AND t.f_closed_on IS NULL"),
        "close_before_start": ("closed_on", f"rs.outcome <> 'open' AND t.f_closed_on < {start}"),
        "zero_amount": ("amount", "rs.outcome = 'won' AND t.f_amount = 0"),
        "no_owner": ("owner", "t.f_owner IS NULL" if "owner" in intake.fields else "false"),
        "no_amount": ("amount", "rs.outcome = 'won' AND t.f_amount IS NULL"),
    }
    counts = ", ".join(
        f"count(*) FILTER (WHERE {sql}), min(t.number) FILTER (WHERE {sql})" for _field, sql in checks.values()
    )
    found = intake.rows(f"SELECT {counts} {taken}")[0]
    for place, (code, (field, _sql)) in enumerate(checks.items()):
        intake.warn(code, found[place * 2], found[place * 2 + 1], field=field)
    for currency, count, row in intake.rows(
        f"SELECT {CURRENCY}, count(*), min(t.number) {taken} AND t.f_amount IS NOT NULL"
        f" AND {CURRENCY} <> %(currency)s GROUP BY 1 ORDER BY 3"
    ):
        intake.warn("no_exchange_rate", count, row, field="currency", value=currency)
