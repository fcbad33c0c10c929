"""What became of the records of an import after it: changed by hand, by a sheet of movers, or by a later import.

A record is what somebody would call one thing: a deal with its own fields, an account with its names, the shares of one
deal. Its kind says (`Trail`) which of the rows that a batch wrote belong to it, and how a change of it is known.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from crm.models import ImportBatch
from people.models import AuditEntry, Person

RUN = ("import_run", "facts_push")  # the entries of the audit log with which a batch was applied

# rows that a later batch wrote again
BY_IMPORTS = """
SELECT m.record_table, m.record_id, b.applied_at AS at, b.created_by_id AS actor_id, '' AS action, 0::bigint AS entry_id,
    b.id AS batch_id
FROM mine m JOIN crm_importchange l ON l."table" = m."table" AND l.object_id = m.object_id AND l.id > m.id
    AND l.batch_id <> %(batch)s
JOIN crm_importbatch b ON b.id = l.batch_id
WHERE m.record_id IS NOT NULL
"""
SIGNS = """
WITH c AS MATERIALIZED (SELECT * FROM crm_importchange WHERE batch_id = %(batch)s),
mine AS MATERIALIZED ({members}),
record AS MATERIALIZED (
    SELECT record_table, record_id, bool_or(is_new AND "table" = record_table) AS is_new
    FROM mine WHERE record_id IS NOT NULL GROUP BY 1, 2
),
sign AS MATERIALIZED ({signs})
"""


@dataclass(frozen=True)
class Trail:
    """`members`: SQL over the changes `c`: id, "table", object_id, is_new, record_table, record_id (a change can belong to
    several records). `signs`: SQL over `mine` and `record` with the columns of `BY_IMPORTS`. `kept`: which changes go with
    those that are kept, as SQL over `undo_kept` (their ids), until no more are found."""

    members: str
    signs: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """The common table expressions that end in `sign`."""
        return SIGNS.format(members=self.members, signs=" UNION ALL ".join((BY_IMPORTS, *self.signs)))


@dataclass(frozen=True)
class LaterChange:
    """Who changed a record and when: by a later import (`batch`), otherwise what the audit log calls it."""

    at: datetime | None
    actor: Person | None
    action: str
    batch: ImportBatch | None


@dataclass(frozen=True)
class LaterRecord:
    """A record of a batch with what was done to it since, the latest first. `row` is None where it is gone."""

    table: str
    id: int
    row: models.Model | None
    changes: Sequence[LaterChange]

    @property
    def model_name(self) -> str:
        """What the audit log calls such a thing."""
        return str(model_of(self.table)._meta.model_name)


def model_of(table: str) -> type[models.Model]:
    return next(one for one in apps.get_models() if one._meta.db_table == table)


def members_of(table: str) -> str:
    """Every change is a record of its own."""
    return f"""SELECT c.id, c."table", c.object_id, c.before IS NULL AS is_new, c."table"::text AS record_table,
        c.object_id AS record_id FROM c WHERE c."table" = '{table}'"""


def audited(subject: str, table: str, *actions: str, condition: str = "true") -> str:
    """Entries of the audit log about a record; without actions all of them."""
    named = ", ".join(f"'{action}'" for action in actions)
    wanted = f"AND e.action IN ({named})" if actions else ""
    return f"""SELECT r.record_table, r.record_id, e.at, e.actor_id, e.action::text, e.id, NULL::bigint
        FROM record r JOIN people_auditentry e ON e.subject_id = r.record_id AND e.subject = '{subject}'
        WHERE r.record_table = '{table}' AND e.id > %(marker)s {wanted} AND {condition}"""


def audited_while_there(subject: str, table: str) -> str:
    """The same for rows that can be taken away by hand; whatever the batch made is then gone in any case."""
    there = f"(NOT r.is_new OR EXISTS (SELECT 1 FROM {table} o WHERE o.id = r.record_id))"
    return audited(subject, table, condition=there)


def parameters(batch: ImportBatch) -> dict[str, Any]:
    """What the statements refer to; `marker` is the entry with which the batch was applied. Two queries at most."""
    entries = AuditEntry.objects.all()
    about = entries.filter(action__in=RUN, subject="importbatch", subject_id=batch.pk)
    applied = batch.applied_at or batch.created_at
    marker = about.aggregate(last=models.Max("pk"))["last"]
    if marker is None:
        marker = entries.filter(at__lte=applied).aggregate(last=models.Max("pk"))["last"] or 0
    return {"batch": batch.pk, "marker": marker, "applied": applied}


def later_count(trail: Trail, batch: ImportBatch) -> tuple[int, datetime | None]:
    """How many records of a batch were changed since, and when the last of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{trail.sql} SELECT count(DISTINCT (record_table, record_id)), max(at) FROM sign", parameters(batch)
        )
        count, last = cursor.fetchone()
    return int(count), last


def later_records(trail: Trail, batch: ImportBatch, *, start: int, most: int) -> list[LaterRecord]:
    """Some of those records, the one changed last first. Two queries, one for each kind of thing, people and imports."""
    order = f"""{trail.sql}, part AS (
            SELECT record_table, record_id, max(at) AS last FROM sign GROUP BY 1, 2
            ORDER BY last DESC NULLS LAST, 1, 2 LIMIT %(most)s OFFSET %(start)s
        )
        SELECT DISTINCT p.last, s.record_table, s.record_id, s.at, s.entry_id, s.actor_id, s.action, s.batch_id
        FROM part p JOIN sign s USING (record_table, record_id)
        ORDER BY 1 DESC NULLS LAST, 2, 3, 4 DESC, 5 DESC, 8 DESC"""
    with connection.cursor() as cursor:
        cursor.execute(order, parameters(batch) | {"start": start, "most": most})
        found = cursor.fetchall()
    return _told(found)


def _told(found: Sequence[tuple[Any, ...]]) -> list[LaterRecord]:
    signs: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    for _last, table, key, at, _entry, actor_id, action, batch_id in found:
        sign = (at, actor_id, action, batch_id)
        known = signs.setdefault((table, key), [])
        if action or batch_id or not any(each[0] == at for each in known):  # a stamp only repeats what is known
            known.append(sign)
    rows = _rows(signs)
    people = Person.objects.in_bulk({sign[1] for each in signs.values() for sign in each if sign[1]})
    batches = ImportBatch.objects.in_bulk({sign[3] for each in signs.values() for sign in each if sign[3]})
    return [
        LaterRecord(
            table,
            key,
            rows.get((table, key)),
            [
                LaterChange(at, people.get(actor_id), action, batches.get(batch_id))
                for at, actor_id, action, batch_id in each
            ],
        )
        for (table, key), each in signs.items()
    ]


def _rows(keys: Any) -> dict[tuple[str, int], models.Model]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for table, key in keys:
        wanted[table].add(key)
    rows = {}
    for table, ids in wanted.items():
        model = model_of(table)
        related = [
            field.name
            for field in model._meta.concrete_fields
            if field.name in {"person", "team", "account", "territory"}
        ]
        for row in model._default_manager.select_related(*related).filter(pk__in=ids):
            rows[(table, row.pk)] = row
    return rows
