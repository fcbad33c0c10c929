"""Exchange rates with the day from which they hold; plan rates with their end, otherwise that of the fiscal year."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.later import bring_back
from crm.intake.wording import value_sentence
from crm.intake.worth import worth_of_currencies
from crm.kinds.base import Intake, Kind, reasons_write, register, repeated_ids_refuse
from crm.models import ExchangeRate, ImportBatch
from crm.selectors.later import Trail, audited_while_there, members_of
from kernel.issue import Level
from people.models import Person

SHAPE = Shape(
    kind="rate",
    id_from="from",
    telling=frozenset({"rate", "from"}),
    fields=(
        Field(
            "from",
            FieldType.CURRENCY,
            ("from currency", "currency", "currency code", "source currency", "base currency", "von"),
            is_required=True,
            label=_("from"),
        ),
        Field("to", FieldType.CURRENCY, ("to currency", "target currency", "quote currency", "nach"), label=_("to")),
        Field(
            "starts_on",
            FieldType.DATE,
            ("date", "day", "valid from", "from date", "effective date", "since", "rate date", "datum"),
            is_required=True,
            label=_("since"),
        ),
        Field(
            "rate", FieldType.RATE, ("exchange rate", "conversion rate", "fx rate", "kurs"), is_required=True,
            label=_("rate"),
        ),
        Field("is_plan", FieldType.FLAG, ("is plan rate", "plan", "budget"), label=_("plan rate")),
        Field("ends_on", FieldType.DATE, ("valid to", "end date", "to date", "until", "last day"), label=_("last day")),
        Field("ends_before", FieldType.DATE, ("end before", "ends before"), label=_("until (not included)")),
    ),
)  # fmt: skip

TO = "coalesce(t.f_to, %(currency)s)"
IS_PLAN = "coalesce(t.f_is_plan = 'yes', false)"
KEY = "concat_ws(' ', f_from, f_to, f_starts_on, CASE WHEN f_is_plan = 'yes' THEN 'plan' END)"
SAME = (
    f"""x.from_currency = t.f_from AND x.to_currency = {TO} AND x.starts_on = t.f_starts_on AND x.is_plan = {IS_PLAN}"""
)
# a plan rate holds to the end it is given, otherwise to the end of its fiscal year; a dated one to the next
ENDS = (
    "UPDATE {t} t SET f_ends_before = f_ends_on + 1 WHERE f_ends_before IS NULL AND f_ends_on IS NOT NULL",
    f"UPDATE {{t}} t SET f_ends_before = NULL WHERE NOT {IS_PLAN}",
    f"""UPDATE {{t}} t SET f_ends_before = make_date(
            extract(year FROM t.f_starts_on)::int + (extract(month FROM t.f_starts_on) >= year.start)::int, year.start, 1)
        FROM (SELECT fiscal_year_start::int AS start FROM people_organization
              WHERE id = current_setting('app.organization')::bigint) year
        WHERE {IS_PLAN} AND t.f_ends_before IS NULL AND t.f_starts_on IS NOT NULL""",
)


@register
class RateKind(Kind):
    shape = SHAPE
    label = _("exchange rates")
    id_column = KEY

    @property
    def table(self) -> str:
        return "crm_exchangerate"

    @property
    def trail(self) -> Trail:
        return Trail(members_of(self.table), (audited_while_there("exchangerate", self.table),))

    def compare(self, intake: Intake) -> None:
        _refuse_where(intake, "rate_not_positive", "f_rate <= 0", field="rate")
        _refuse_where(intake, "rate_of_itself", f"t.f_from = {TO}", field="to")
        for statement in ENDS:
            intake.execute(statement)
        _refuse_where(intake, "end_before_start", "f_ends_before <= f_starts_on", field="ends_before")
        repeated_ids_refuse(intake, KEY)
        intake.execute(
            f"""UPDATE {{t}} SET target_id = f.id, result = f.result FROM (
                SELECT t.number, x.id, CASE WHEN (x.rate, x.ends_before) IS DISTINCT FROM (t.f_rate, t.f_ends_before)
                    THEN 'updated' ELSE 'unchanged' END AS result
                FROM {{t}} t JOIN crm_exchangerate x ON {SAME} WHERE t.result IS NULL
            ) f WHERE {{t}}.number = f.number"""
        )

    def write(self, intake: Intake) -> int:
        intake.execute(
            """INSERT INTO crm_importchange (batch_id, "table", object_id, before)
            SELECT %(batch)s, 'crm_exchangerate', x.id, to_jsonb(x) FROM crm_exchangerate x
            JOIN {t} t ON t.target_id = x.id WHERE t.result = 'updated'"""
        )
        intake.execute(
            """UPDATE crm_exchangerate x SET (rate, ends_before) = (t.f_rate, t.f_ends_before) FROM {t} t
            WHERE t.result = 'updated' AND x.id = t.target_id"""
        )
        intake.execute(
            f"""WITH added AS (
                INSERT INTO crm_exchangerate (from_currency, to_currency, starts_on, ends_before, rate, is_plan, source)
                SELECT t.f_from, {TO}, t.f_starts_on, t.f_ends_before, t.f_rate, {IS_PLAN}, %(source)s FROM {{t}} t
                WHERE t.result IS NULL ORDER BY t.number RETURNING id
            ) INSERT INTO crm_importchange (batch_id, "table", object_id)
            SELECT %(batch)s, 'crm_exchangerate', id FROM added"""
        )
        worth_of_currencies(
            value for (value,) in intake.rows("SELECT DISTINCT f_from FROM {t} WHERE f_from IS NOT NULL")
        )
        return 0

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        touched = ExchangeRate.objects.filter(pk__in=batch.changes.filter(table="crm_exchangerate").values("object_id"))
        currencies = set(touched.values_list("from_currency", flat=True))
        bring_back(ExchangeRate, batch)
        currencies |= set(touched.values_list("from_currency", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE crm_exchangerate x SET (rate, ends_before) = (b.rate, b.ends_before)
                FROM crm_importchange c, jsonb_populate_record(NULL::crm_exchangerate, c.before) b
                WHERE c.batch_id = %(batch)s AND c."table" = 'crm_exchangerate' AND c.before IS NOT NULL
                    AND x.id = c.object_id""",
                {"batch": batch.pk},
            )
            cursor.execute(
                """DELETE FROM crm_exchangerate WHERE id IN (SELECT object_id FROM crm_importchange
                WHERE batch_id = %(batch)s AND "table" = 'crm_exchangerate' AND before IS NULL)""",
                {"batch": batch.pk},
            )
        worth_of_currencies(currencies)


def _refuse_where(intake: Intake, code: str, condition: str, *, field: str) -> None:
    numbers = [n for (n,) in intake.rows(f"SELECT number FROM {{t}} t WHERE result IS NULL AND {condition} ORDER BY 1")]
    if numbers:
        sentence = value_sentence(code)
        reasons_write(intake, [(number, sentence) for number in numbers])
        intake.issues.add(Level.ERROR, code, sentence, row=numbers[0], field=field, count=len(numbers))
