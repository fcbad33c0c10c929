"""Quotas in force. A row without an end runs to the next start that occurs anywhere in the file."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.later import bring_back
from crm.intake.references import references_find
from crm.intake.wording import value_sentence
from crm.intake.worth import worth_of_batch
from crm.kinds.base import Intake, Kind, reasons_write, register, repeated_ids_refuse
from crm.models import ImportBatch, Measure, Quota
from crm.selectors.later import Trail, audited_while_there, members_of
from kernel.issue import Level
from people.models import Person

SHAPE = Shape(
    kind="quota",
    id_from="person team",
    months=("starts_on", "ends_before", "amount"),
    telling=frozenset({"amount", "starts_on"}),
    fields=(
        Field(
            "person",
            FieldType.REFERENCE,
            ("sales person id", "sales person", "sales rep", "sales agent", "rep", "rep id", "rep name", "employee id",
             "employee", "owner", "owner id", "agent", "person id", "person name", "e-mail", "email", "name",
             "mitarbeiter"),
            label=_("person"),
        ),
        Field("team", FieldType.REFERENCE, ("team name", "sales team", "office", "region"), label=_("team")),
        Field(
            "starts_on",
            FieldType.DATE,
            ("quota date", "start date", "from", "valid from", "effective from", "effective date", "period start",
             "quota start"),
            is_required=True,
            label=_("first day"),
        ),
        Field(
            "ends_on",
            FieldType.DATE,
            ("end date", "valid to", "effective to", "period end", "last day", "quota end"),
            label=_("last day"),
        ),
        Field("ends_before", FieldType.DATE, ("until", "ends before"), label=_("until (not included)")),
        Field(
            "amount",
            FieldType.AMOUNT,
            ("sales quota", "quota", "quota amount", "target", "target amount", "sales target", "ziel"),
            is_required=True,
            label=_("quota"),
        ),
        Field("currency", FieldType.CURRENCY, ("currency code", "currency iso code", "währung"), label=_("currency")),
        Field("measure", FieldType.TEXT, ("metric", "quota type"), longest=20, label=_("measure")),
        Field("last_ends_before", FieldType.DATE, label=_("end of the last quota (not included)")),
    ),
)  # fmt: skip

JOINS = """
    LEFT JOIN {r} rp ON rp.field = 'person' AND rp.value = t.f_person
    LEFT JOIN {r} rt ON rt.field = 'team' AND rt.value = t.f_team
"""
MEASURE = "lower(coalesce(t.f_measure, 'bookings'))"
CURRENCY = "coalesce(t.f_currency, t.beside, %(currency)s)"
KEY = "concat_ws(' ', coalesce(f_person, f_team), lower(coalesce(f_measure, 'bookings')), f_starts_on)"

ENDS = (
    "UPDATE {t} SET f_ends_before = f_ends_on + 1 WHERE f_ends_before IS NULL AND f_ends_on IS NOT NULL",
    """UPDATE {t} SET f_ends_before = s.next FROM (
        SELECT f_starts_on, lead(f_starts_on) OVER (ORDER BY f_starts_on) AS next
        FROM (SELECT DISTINCT f_starts_on FROM {t} WHERE f_starts_on IS NOT NULL) d
    ) s WHERE {t}.f_ends_before IS NULL AND {t}.f_starts_on = s.f_starts_on""",
    """UPDATE {t} SET f_ends_before = f_last_ends_before
        WHERE f_ends_before IS NULL AND f_last_ends_before > f_starts_on""",
)
LAST_ENDS = """
UPDATE {t} SET f_ends_before = (f_starts_on + interval '3 months')::date
WHERE result IS NULL AND f_ends_before IS NULL AND f_starts_on IS NOT NULL RETURNING number, f_ends_before
"""

COLUMNS = {
    "ends_before": "t.f_ends_before",
    "amount": "t.f_amount",
    "currency": CURRENCY,
    "converted_amount": f"CASE WHEN {CURRENCY} = %(currency)s THEN t.f_amount END",
    "person_id": "rp.id",
    "team_id": "rt.id",
}
COMPARED = {name: value for name, value in COLUMNS.items() if name != "converted_amount"}  # it follows from the others
NEW_COLUMNS = {
    **COLUMNS,
    "starts_on": "t.f_starts_on",
    "measure": MEASURE,
    "person_text": "coalesce(t.f_person, '')",
    "team_text": "CASE WHEN t.f_person IS NULL THEN coalesce(t.f_team, '') ELSE '' END",
    "is_overlay": "false",
    "reason": "''",
    "source": "%(source)s",
}

SAME_HOLDER = """(
    q.person_id = rp.id OR q.team_id = rt.id OR (
        rp.id IS NULL AND rt.id IS NULL AND q.source = %(source)s AND q.person_id IS NULL AND q.team_id IS NULL
        AND q.person_text = coalesce(t.f_person, '') AND q.team_text = coalesce(t.f_team, '')
    )
)"""

FIND = f"""
UPDATE {{t}} SET target_id = f.id, result = f.result FROM (
    SELECT t.number, q.id, CASE WHEN ({", ".join(f"q.{name}" for name in COMPARED)}) IS DISTINCT FROM
        ({", ".join(COMPARED.values())}) THEN 'updated' ELSE 'unchanged' END AS result
    FROM {{t}} t {JOINS} JOIN crm_quota q ON q.starts_on = t.f_starts_on AND q.measure = {MEASURE} AND {SAME_HOLDER}
    WHERE t.result IS NULL
) f WHERE {{t}}.number = f.number
"""

OVERLAPS_KNOWN = f"""
SELECT t.number, coalesce(t.f_person, t.f_team), min(q.starts_on), min(q.ends_before) FROM {{t}} t {JOINS}
JOIN crm_quota q ON q.measure = {MEASURE} AND {SAME_HOLDER}
    AND q.starts_on < t.f_ends_before AND t.f_starts_on < q.ends_before
    AND q.id IS DISTINCT FROM t.target_id AND NOT EXISTS (SELECT 1 FROM {{t}} o WHERE o.target_id = q.id)
WHERE coalesce(t.result, 'updated') = 'updated' GROUP BY 1, 2
"""

OVERLAPS_IN_FILE = f"""
WITH known AS (
    SELECT t.number, coalesce(t.f_person, t.f_team) AS name, {MEASURE} AS measure, t.f_starts_on, t.f_ends_before,
           coalesce('p' || rp.id, 't' || rt.id, 'x' || coalesce(t.f_person, t.f_team)) AS holder
    FROM {{t}} t {JOINS} WHERE t.result IS DISTINCT FROM 'refused'
)
SELECT b.number, b.name, min(a.f_starts_on), min(a.f_ends_before) FROM known b
JOIN known a ON a.holder = b.holder AND a.measure = b.measure AND a.number < b.number
    AND a.f_starts_on < b.f_ends_before AND b.f_starts_on < a.f_ends_before
GROUP BY 1, 2
"""

UNDO = (
    """UPDATE crm_quota q SET (ends_before, amount, currency, converted_amount, person_id, team_id)
        = (b.ends_before, b.amount, b.currency, b.converted_amount, b.person_id, b.team_id)
        FROM crm_importchange c, jsonb_populate_record(NULL::crm_quota, c.before) b
        WHERE c.batch_id = %(batch)s AND c."table" = 'crm_quota' AND c.before IS NOT NULL AND q.id = c.object_id""",
    """DELETE FROM crm_quota WHERE id IN (SELECT object_id FROM crm_importchange
        WHERE batch_id = %(batch)s AND "table" = 'crm_quota' AND before IS NULL)""",
)
# a plan that was put in force took them away; the log does not name them one by one
REPLACED = """SELECT r.record_table, r.record_id, e.at, e.actor_id, e.action::text, e.id, NULL::bigint
FROM record r CROSS JOIN LATERAL (
    SELECT * FROM people_auditentry a WHERE a.id > %(marker)s AND a.action = 'quotas_replace' ORDER BY a.id DESC LIMIT 1
) e
WHERE NOT r.is_new AND NOT EXISTS (SELECT 1 FROM crm_quota q WHERE q.id = r.record_id) AND NOT EXISTS (
    SELECT 1 FROM people_auditentry a WHERE a.action = 'quota_delete' AND a.subject_id = r.record_id AND a.subject = 'quota'
)"""


@register
class QuotaKind(Kind):
    shape = SHAPE
    label = _("quotas")
    id_column = KEY

    @property
    def trail(self) -> Trail:
        return Trail(members_of(self.table), (audited_while_there("quota", self.table), REPLACED))

    def compare(self, intake: Intake) -> None:
        _senseless_refuse(intake)
        repeated_ids_refuse(intake, KEY)
        for statement in ENDS:
            intake.execute(statement)
        assumed = intake.rows(LAST_ENDS)
        if assumed:
            number, last = min(assumed)
            intake.warn("assumed_end", len(assumed), number, field="ends_before", value=last.isoformat())
        _refuse_where(intake, "end_before_start", "f_ends_before <= f_starts_on", field="ends_before")
        references_find(intake.table, {"person": "owner", "team": "team"}, source=intake.source, issues=intake.issues)
        intake.execute(FIND)
        _overlaps_refuse(intake)
        _foreign_tell(intake)

    def write(self, intake: Intake) -> int:
        intake.execute(
            """INSERT INTO crm_importchange (batch_id, "table", object_id, before)
            SELECT %(batch)s, 'crm_quota', q.id, to_jsonb(q) FROM crm_quota q
            JOIN {t} t ON t.target_id = q.id WHERE t.result = 'updated'"""
        )
        sets = ", ".join(f"{name} = {value}" for name, value in COLUMNS.items())
        intake.execute(
            f"""UPDATE crm_quota quota SET {sets} FROM {{t}} t {JOINS}
            WHERE t.result = 'updated' AND quota.id = t.target_id"""
        )
        intake.execute(
            f"""WITH added AS (
                INSERT INTO crm_quota ({", ".join(NEW_COLUMNS)}) SELECT {", ".join(NEW_COLUMNS.values())}
                FROM {{t}} t {JOINS} WHERE t.result IS NULL ORDER BY t.number RETURNING id
            ) INSERT INTO crm_importchange (batch_id, "table", object_id)
            SELECT %(batch)s, 'crm_quota', id FROM added"""
        )
        if intake.batch is not None:
            worth_of_batch("crm_quota", intake.batch.pk)
        return 0

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        bring_back(Quota, batch)
        with connection.cursor() as cursor:
            for statement in UNDO:
                cursor.execute(statement, {"batch": batch.pk})
        worth_of_batch("crm_quota", batch.pk)


def _senseless_refuse(intake: Intake) -> None:
    """A quota of nobody, of two, of an unknown measure, or below zero."""
    _refuse_where(intake, "missing_holder", "f_person IS NULL AND f_team IS NULL", field="person")
    _refuse_where(intake, "two_holders", "f_person IS NOT NULL AND f_team IS NOT NULL", field="team")
    measures = ", ".join(f"'{measure}'" for measure in Measure.values)
    _refuse_where(intake, "unknown_measure", f"lower(f_measure) NOT IN ({measures})", field="measure")
    _refuse_where(intake, "negative_quota", "f_amount < 0", field="amount")


def _refuse_where(intake: Intake, code: str, condition: str, *, field: str) -> None:
    numbers = [n for (n,) in intake.rows(f"SELECT number FROM {{t}} WHERE result IS NULL AND {condition} ORDER BY 1")]
    if numbers:
        sentence = value_sentence(code)
        reasons_write(intake, [(number, sentence) for number in numbers])
        intake.issues.add(Level.ERROR, code, sentence, row=numbers[0], field=field, count=len(numbers))


def _overlaps_refuse(intake: Intake) -> None:
    for statement in (OVERLAPS_KNOWN, OVERLAPS_IN_FILE):
        reasons = []
        for number, name, starts_on, ends_before in intake.rows(statement):
            sentence = value_sentence("quota_overlaps", value=str(name), other=f"{starts_on} – {ends_before}")
            reasons.append((number, sentence))
            intake.issues.add(
                Level.ERROR, "quota_overlaps", sentence, row=number, field="starts_on", value=str(starts_on)
            )
        if reasons:
            reasons_write(intake, reasons)


def _foreign_tell(intake: Intake) -> None:
    for currency, count, row in intake.rows(
        f"""SELECT {CURRENCY}, count(*), min(t.number) FROM {{t}} t WHERE t.result IS DISTINCT FROM 'refused'
        AND {CURRENCY} <> %(currency)s AND NOT EXISTS (SELECT 1 FROM crm_exchangerate x
            WHERE x.from_currency = {CURRENCY} AND x.to_currency = %(currency)s) GROUP BY 1 ORDER BY 3"""
    ):
        intake.warn("no_exchange_rate", count, row, field="currency", value=currency)
