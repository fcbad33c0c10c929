"""What deals, leads, activities and transactions have in common: rows known by source and id, in one big table.

The statements are set-based: one INSERT … SELECT for new rows, one UPDATE … FROM for changed ones.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.db import connection, models

from crm.engine.problem import Unreadable
from crm.intake.references import references_find
from crm.intake.resolve import WAITING, created_ids, facts_forget, facts_resolve, hand_overs_said, history_off
from crm.intake.worth import TABLES, worth_of_batch, worth_of_values
from crm.kinds.base import Intake, Kind, repeated_ids_refuse
from crm.kinds.custom import customs_compare, customs_find, customs_members, customs_of, customs_undo, customs_write
from crm.models import CustomField, ImportBatch
from crm.selectors.later import Trail, audited, members_of
from people.models import Person

# what a reference means may have gone in the meantime (merged, or its import undone); it is looked up by text again
PARENTS = {
    "owner": "people_person",
    "account": "crm_account",
    "product": "crm_product",
    "opportunity": "crm_opportunity",
    "transaction": "crm_transaction",
}

CURRENCY = "coalesce(t.f_currency, t.beside, %(currency)s)"
AMOUNT = {
    "amount": "t.f_amount",
    "currency": CURRENCY,
    "converted_amount": f"CASE WHEN {CURRENCY} = %(currency)s THEN t.f_amount END",
    "plan_amount": "NULL::numeric",  # worked out beside the worth of other currencies
}

REMEMBER = """
INSERT INTO crm_importchange (batch_id, "table", object_id, before)
SELECT %(batch)s, '{table}', o.id, to_jsonb(o) FROM {table} o
"""
MISSING = """FROM {table} o WHERE o.source = %(source)s AND NOT o.is_deleted
    AND NOT EXISTS (SELECT 1 FROM {{t}} t WHERE t.f_id = o.external_id)"""

# a row of the batch that somebody wrote later: an import says so at once, whatever else changes it at least when
STAMPED = """SELECT r.record_table, r.record_id, o.updated_at, NULL::bigint, '', 0::bigint, NULL::bigint
FROM record r JOIN {table} o ON o.id = r.record_id
WHERE r.record_table = '{table}' AND o.batch_id = %(batch)s AND o.updated_at > %(applied)s"""
# … and where a later import wrote over it
STAMPED_BEFORE = """SELECT m.record_table, m.record_id, (l.before ->> 'updated_at')::timestamptz, NULL::bigint, '', 0::bigint,
    NULL::bigint
FROM mine m JOIN crm_importchange l ON l."table" = '{table}' AND l.object_id = m.object_id AND l.id > m.id
WHERE m."table" = '{table}' AND (l.before ->> 'batch_id')::bigint = %(batch)s
    AND (l.before ->> 'updated_at')::timestamptz > %(applied)s"""
TAKEN = " AND o.id IN (SELECT record_id FROM undo_record WHERE fate = 'taken')"


class FactKind(Kind):
    """`columns`: field of the file → columns of the table ← SQL over the row `t`; `references`: field → what it means."""

    has_snapshot = True
    model: ClassVar[type[models.Model]]
    columns: ClassVar[dict[str, dict[str, str]]]
    references: ClassVar[dict[str, str]]
    looked_up: ClassVar[tuple[str, ...]] = ()  # further fields that `prepare` puts into the table of references
    is_referred_to_as: ClassVar[str] = ""  # what other facts call it that wait for it
    worked_out: ClassVar[tuple[str, ...]] = ()  # references that triggers fill in

    @property
    def has_customs(self) -> bool:
        return self.shape.kind in CustomField.Entity.values

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def trail(self) -> Trail:
        said = audited(
            str(self.model._meta.model_name), self.table, condition="(r.is_new OR e.action <> 'credits_save')"
        )
        members = customs_members(self.shape.kind, self.table) if self.has_customs else members_of(self.table)
        return Trail(members, (said, *(sign.format(table=self.table) for sign in (STAMPED, STAMPED_BEFORE))))

    def identify(self, intake: Intake) -> None:
        """Give rows without an id one."""

    def prepare(self, intake: Intake) -> None:
        """Refuse what cannot be used, and look up what `looked_up` names."""

    def tell(self, intake: Intake) -> None:
        """What is odd about rows that are taken."""

    def compare(self, intake: Intake) -> None:
        self.identify(intake)
        repeated_ids_refuse(intake, "f_id")
        self.prepare(intake)
        found = {field: name for field, name in self.references.items() if field in intake.fields}
        references_find(intake.table, found, source=intake.source, issues=intake.issues)
        self._compare_known(intake)
        if self.has_customs:
            customs_compare(intake, customs_find(intake, self.shape.kind))
        self.tell(intake)

    @property
    def joins(self) -> str:
        """The references of a row: `r_<field>`."""
        return "".join(
            f" LEFT JOIN {{r}} r_{field} ON r_{field}.field = '{field}' AND r_{field}.value = {self.text_of(field)}"
            for field in (*self.references, *self.looked_up)
        )

    def text_of(self, field: str) -> str:
        """What stands in the table of references for the row."""
        return f"coalesce(t.f_{field}, '')" if field in self.looked_up else f"t.f_{field}"

    def _compare_known(self, intake: Intake) -> None:
        columns = self.fed(intake, is_update=True)
        for follows in ("converted_amount", "plan_amount"):
            columns.pop(follows, None)
        ours, theirs = ", ".join(f"o.{name}" for name in columns), ", ".join(columns.values())
        intake.execute(
            f"""UPDATE {{t}} SET target_id = c.id, result = c.result FROM (
                    SELECT t.number, o.id, CASE WHEN o.is_deleted OR ({ours}) IS DISTINCT FROM ({theirs})
                        THEN 'updated' ELSE 'unchanged' END AS result
                    FROM {{t}} t JOIN {self.table} o ON o.source = %(source)s AND o.external_id = t.f_id {self.joins}
                    WHERE t.result IS NULL
                ) c WHERE {{t}}.number = c.number"""
        )
        if intake.is_snapshot:
            count, usable = intake.rows(
                f"SELECT (SELECT count(*) {MISSING.format(table=self.table)}),"
                " (SELECT count(*) FROM {t} WHERE result IS DISTINCT FROM 'refused')"
            )[0]
            if not usable:
                raise Unreadable("snapshot_refused")
            intake.warn("removed", count, None)

    def write(self, intake: Intake) -> int:
        self._update(intake)
        self._insert(intake)
        customs = customs_of(intake, self.shape.kind) if self.has_customs else []
        if customs:
            intake.execute(
                f"UPDATE {{t}} SET target_id = o.id FROM {self.table} o WHERE {{t}}.target_id IS NULL"
                f" AND {{t}}.result IS NULL AND o.source = %(source)s AND o.external_id = {{t}}.f_id"
            )
            customs_write(intake, customs)
        removed = self._remove(intake) if intake.is_snapshot else 0
        if self.table in TABLES and intake.batch is not None:
            worth_of_batch(self.table, intake.batch.pk)
        if customs and intake.batch is not None:
            worth_of_values(intake.batch.pk)
        if self.is_referred_to_as:
            facts_resolve(self.is_referred_to_as)
        return removed

    def _update(self, intake: Intake) -> None:
        remember = REMEMBER.format(table=self.table)
        intake.execute(remember + "JOIN {t} t ON t.target_id = o.id WHERE t.result = 'updated'")
        sets = ", ".join(f"{name} = {value}" for name, value in self.fed(intake, is_update=True).items())
        # the joins hang on the temporary table, which stands for itself under another name
        intake.execute(
            f"""UPDATE {self.table} fact SET {sets}, is_deleted = false, batch_id = %(batch)s,
                    row_number = t.number, updated_at = %(at)s
                FROM {{t}} t JOIN {self.table} o ON o.id = t.target_id {self.joins}
                WHERE t.result = 'updated' AND fact.id = t.target_id"""
        )

    def _insert(self, intake: Intake) -> None:
        columns = self.fed(intake, is_update=False)
        intake.execute(
            f"""WITH added AS (
                    INSERT INTO {self.table} (source, external_id, {", ".join(columns)}, is_deleted, batch_id,
                        row_number, updated_at)
                    SELECT %(source)s, t.f_id, {", ".join(columns.values())}, false, %(batch)s, t.number, %(at)s
                    FROM {{t}} t {self.joins} WHERE t.result IS NULL ORDER BY t.number
                    RETURNING id
                ) INSERT INTO crm_importchange (batch_id, "table", object_id)
                SELECT %(batch)s, '{self.table}', id FROM added"""
        )

    def _remove(self, intake: Intake) -> int:
        missing = MISSING.format(table=self.table)
        intake.execute(
            REMEMBER.format(table=self.table) + "WHERE o.source = %(source)s AND NOT o.is_deleted"
            " AND NOT EXISTS (SELECT 1 FROM {t} t WHERE t.f_id = o.external_id)"
        )
        return intake.execute(
            f"UPDATE {self.table} SET is_deleted = true, batch_id = %(batch)s, updated_at = %(at)s"
            f" WHERE id IN (SELECT o.id {missing})"
        )

    def fed(self, intake: Intake, *, is_update: bool) -> dict[str, str]:
        """Column → SQL. An update touches what the file has; an insert fills every column."""
        columns: dict[str, str] = {}
        for name, feeds in self.columns.items():
            is_fed = name in intake.fields or (name == "amount" and "currency" in intake.fields)
            if is_fed or not is_update:
                columns |= feeds
        if is_update and "amount" not in intake.fields and "amount" in columns:
            columns["amount"] = "o.amount"
            columns["converted_amount"] = f"CASE WHEN {CURRENCY} = %(currency)s THEN o.amount END"
        return columns or {"source": "o.source"}

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        """Created rows go, changed ones are as before. What somebody changed since goes back as a change that is kept."""
        if self.is_referred_to_as:
            facts_forget(self.is_referred_to_as, created_ids(batch, self.table))
        with hand_overs_said(), connection.cursor() as cursor:
            cursor.execute(self.restore + TAKEN, {"batch": batch.pk})
        with history_off() as cursor:
            if self.has_customs:
                customs_undo(batch)
            for statement in self.undo_statements():
                cursor.execute(statement, {"batch": batch.pk})
        if self.table in TABLES:
            worth_of_batch(self.table, batch.pk)
        facts_resolve(*WAITING)

    def undo_statements(self) -> Sequence[str]:
        return (f"DELETE FROM {self.table} WHERE id IN ({self.created})", self.restore)

    @property
    def created(self) -> str:
        return f"""SELECT object_id FROM crm_importchange
            WHERE batch_id = %(batch)s AND "table" = '{self.table}' AND before IS NULL"""

    @property
    def updated(self) -> str:
        return f"""SELECT object_id FROM crm_importchange
            WHERE batch_id = %(batch)s AND "table" = '{self.table}' AND before IS NOT NULL"""

    @property
    def restore(self) -> str:
        columns = {str(field.column): f"b.{field.column}" for field in self.model._meta.local_concrete_fields}
        for name in ("id", "has_credits", "is_split"):  # credits keep the last two
            columns.pop(name, None)
        columns |= dict.fromkeys(self.worked_out, "NULL")
        for field, name in self.references.items():
            column = next(iter(key for key in self.columns[field] if key.endswith("_id")))
            columns[column] = f"(SELECT id FROM {PARENTS[name]} p WHERE p.id = b.{column})"
        sets = ", ".join(f"{name} = {value}" for name, value in columns.items())
        return f"""UPDATE {self.table} o SET {sets}
            FROM crm_importchange c, jsonb_populate_record(NULL::{self.table}, c.before) b
            WHERE c.batch_id = %(batch)s AND c."table" = '{self.table}' AND c.before IS NOT NULL AND o.id = c.object_id"""


def reference(field: str, column: str = "") -> dict[str, str]:
    """The columns that a reference feeds."""
    name = column or field
    return {f"{name}_text": f"coalesce(t.f_{field}, '')", f"{name}_id": f"r_{field}.id"}


def counts_tell(kind: FactKind, intake: Intake, checks: dict[str, tuple[str, str]]) -> None:
    """Warn of taken rows that meet a condition: code → (field, SQL over the row and its references)."""
    taken = f"FROM {{t}} t {kind.joins} WHERE t.result IS DISTINCT FROM 'refused'"
    counts = ", ".join(
        f"count(*) FILTER (WHERE {sql}), min(t.number) FILTER (WHERE {sql})" for _field, sql in checks.values()
    )
    found = intake.rows(f"SELECT {counts} {taken}")[0]
    for place, (code, (field, _sql)) in enumerate(checks.items()):
        intake.warn(code, found[place * 2], found[place * 2 + 1], field=field)


def currencies_tell(kind: FactKind, intake: Intake) -> None:
    """Currencies that cannot be converted, once each."""
    for currency, count, row in intake.rows(
        f"SELECT {CURRENCY}, count(*), min(t.number) FROM {{t}} t WHERE t.result IS DISTINCT FROM 'refused'"
        f" AND t.f_amount IS NOT NULL AND {CURRENCY} <> %(currency)s AND NOT EXISTS (SELECT 1 FROM crm_exchangerate x"
        f" WHERE NOT x.is_plan AND x.from_currency = {CURRENCY} AND x.to_currency = %(currency)s) GROUP BY 1 ORDER BY 3"
    ):
        intake.warn("no_exchange_rate", count, row, field="currency", value=currency)
