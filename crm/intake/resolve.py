"""Facts wait by text for people, accounts, products and deals; here the texts find what they mean, or lose it again.

No history is written: whom a text means was true from the beginning, it was only not known.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from crm.models import ImportBatch

# what texts refer to -> (table, reference) of the facts that do
WAITING: dict[str, tuple[tuple[str, str], ...]] = {
    "owner": (
        ("crm_opportunity", "owner"),
        ("crm_lead", "owner"),
        ("crm_activity", "person"),
        ("crm_transaction", "person"),
        ("crm_dealrole", "person"),
        ("crm_credit", "person"),
        ("crm_formercredit", "person"),
    ),
    "account": (
        ("crm_opportunity", "account"),
        ("crm_lead", "account"),
        ("crm_activity", "account"),
        ("crm_transaction", "account"),
    ),
    "product": (("crm_opportunity", "product"), ("crm_transaction", "product")),
    "opportunity": (
        ("crm_activity", "opportunity"),
        ("crm_transaction", "opportunity"),
        ("crm_dealrole", "opportunity"),
        ("crm_credit", "opportunity"),
    ),
    "transaction": (("crm_transaction", "cancels"),),
}

_NO_NAMES = "SELECT NULL::text AS text, NULL::bigint AS id WHERE false"
_NAMES = {
    "owner": """SELECT lower(email) AS text, min(id) AS id FROM people_person WHERE email <> '' GROUP BY 1
        UNION ALL SELECT lower(name), min(id) FROM people_person GROUP BY 1 HAVING count(*) = 1""",
    "account": "SELECT name AS text, min(id) AS id FROM crm_account GROUP BY 1 HAVING count(*) = 1",
    "product": "SELECT name AS text, min(id) AS id FROM crm_product GROUP BY 1 HAVING count(*) = 1",
    "opportunity": _NO_NAMES,
    "transaction": _NO_NAMES,
}
_KEYS = {
    "owner": "SELECT source, external_id, person_id AS id FROM people_personkey",
    "account": "SELECT source, external_id, account_id AS id FROM crm_accountkey",
    "product": "SELECT source, external_id, product_id AS id FROM crm_productkey",
    "opportunity": "SELECT source, external_id, id FROM crm_opportunity",
    "transaction": "SELECT source, external_id, id FROM crm_transaction",
}

ANY_WAITS = "SELECT EXISTS (SELECT 1 FROM {table} WHERE {column}_id IS NULL AND {column}_text <> '')"

RESOLVE = """
WITH waiting AS (
    SELECT DISTINCT source, {column}_text AS text FROM {table}
    WHERE {column}_id IS NULL AND {column}_text <> ''
), found AS (
    SELECT w.source, w.text, coalesce(k.id, n.id) AS id FROM waiting w
    LEFT JOIN ({keys}) k ON k.source = w.source AND k.external_id = w.text
    LEFT JOIN ({names}) n ON n.text = {folded}
), known AS (
    UPDATE {table} o SET {column}_id = f.id FROM found f
    WHERE f.id IS NOT NULL AND o.{column}_id IS NULL AND o.source = f.source AND o.{column}_text = f.text
    RETURNING o.id, o.{column}_id
) {then}
"""
THEN_HISTORY = """, told AS (
    UPDATE crm_opportunitychange c SET owner_id = known.owner_id FROM known
    WHERE c.opportunity_id = known.id AND c.owner_id IS NULL
) SELECT count(*) FROM known"""
THEN_NOTHING = "SELECT count(*) FROM known"

# a quota that would overlap another one of its person or team goes on waiting
QUOTAS = """
UPDATE crm_quota q SET {name}_id = f.id FROM (
    SELECT w.id AS quota_id, {found} AS id FROM crm_quota w
    WHERE w.person_id IS NULL AND w.team_id IS NULL AND w.{name}_text <> ''
) f WHERE q.id = f.quota_id AND f.id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM crm_quota o WHERE o.{name}_id = f.id AND o.measure = q.measure
        AND o.starts_on < q.ends_before AND q.starts_on < o.ends_before
)
"""
QUOTA_OF_PERSON = """coalesce(
    (SELECT k.person_id FROM people_personkey k WHERE k.source = w.source AND k.external_id = w.person_text),
    (SELECT min(p.id) FROM people_person p WHERE p.email <> '' AND lower(p.email) = lower(w.person_text)),
    (SELECT min(p.id) FROM people_person p WHERE lower(p.name) = lower(w.person_text) HAVING count(*) = 1)
)"""
QUOTA_OF_TEAM = "(SELECT min(t.id) FROM people_team t WHERE lower(t.name) = lower(w.team_text) HAVING count(*) = 1)"

PARENTS = """
UPDATE crm_account a SET parent_id = f.id FROM (
    SELECT a.id AS account_id, coalesce(
        (SELECT k.account_id FROM crm_accountkey k WHERE k.source = %(source)s AND k.external_id = a.parent_text),
        (SELECT min(p.id) FROM crm_account p WHERE p.name = a.parent_text HAVING count(*) = 1)
    ) AS id FROM crm_account a WHERE a.parent_text <> '' OR a.parent_id IS NOT NULL
) f WHERE a.id = f.account_id AND a.parent_id IS DISTINCT FROM nullif(f.id, a.id)
"""


def facts_resolve(*names: str) -> int:
    """Link facts to what their texts mean (keys of `WAITING`); how many found it. Two queries a reference."""
    count = 0
    with in_bulk(), history_off() as cursor:
        for name in names:
            for table, column in WAITING[name]:
                count += _resolve(cursor, name, table, column)
    if "owner" in names:
        quotas_resolve()
    return count


def _resolve(cursor: Any, name: str, table: str, column: str) -> int:
    cursor.execute(ANY_WAITS.format(table=table, column=column))
    if not cursor.fetchone()[0]:
        return 0
    cursor.execute(
        RESOLVE.format(
            table=table,
            column=column,
            keys=_KEYS[name],
            names=_NAMES[name],
            folded="lower(w.text)" if name == "owner" else "w.text",
            then=THEN_HISTORY if (table, column) == ("crm_opportunity", "owner") else THEN_NOTHING,
        )
    )
    return int(cursor.fetchone()[0])


def quotas_resolve() -> None:
    """Link quotas to the people and teams that their texts mean. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(QUOTAS.format(name="person", found=QUOTA_OF_PERSON))
        cursor.execute(QUOTAS.format(name="team", found=QUOTA_OF_TEAM))


def quotas_forget(column: str, ids: Sequence[int]) -> None:
    """Make quotas that a file named wait again for people (`person`) or teams (`team`) that are about to go."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE crm_quota SET {column}_id = NULL WHERE {column}_id = ANY(%s) AND {column}_text <> ''", [list(ids)]
        )


def facts_forget(name: str, ids: Sequence[int]) -> None:
    """Make facts wait again for rows that are about to go."""
    with history_off() as cursor:
        if name == "opportunity":
            for table in ("crm_handover", "crm_credit"):
                condition = "AND origin <> 'given'" if table == "crm_credit" else ""
                cursor.execute(f"DELETE FROM {table} WHERE opportunity_id = ANY(%s) {condition}", [list(ids)])
        for table, column in WAITING[name]:
            cursor.execute(f"UPDATE {table} SET {column}_id = NULL WHERE {column}_id = ANY(%s)", [list(ids)])
        if name == "owner":
            cursor.execute("UPDATE crm_opportunitychange SET owner_id = NULL WHERE owner_id = ANY(%s)", [list(ids)])
            for column in ("from_person", "to_person", "ruled_by"):
                cursor.execute(f"UPDATE crm_handover SET {column}_id = NULL WHERE {column}_id = ANY(%s)", [list(ids)])
            quotas_forget("person", ids)


def parents_resolve(source: str) -> None:
    """Link accounts to the parents that their texts mean."""
    with connection.cursor() as cursor:
        cursor.execute(PARENTS, {"source": source})


def created_ids(batch: ImportBatch, table: str) -> list[int]:
    """Rows of a table that a batch created. One query."""
    return list(batch.changes.filter(table=table, before__isnull=True).values_list("object_id", flat=True))


@contextmanager
def in_bulk() -> Iterator[None]:
    """Join whole sets. Right after a large load the planner does not know how large the tables have become."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop'), set_config('enable_nestloop', 'off', true)")
        former = cursor.fetchone()[0]
        yield
        cursor.execute("SELECT set_config('enable_nestloop', %s, true)", [former])


@contextmanager
def hand_overs_said() -> Iterator[None]:
    """Owners change and the hand-over is written by who changes them, not by the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.hand_over', 'said', true)")
        yield
        cursor.execute("SELECT set_config('app.hand_over', '', true)")


class history_off:
    """A cursor under which changes of deals leave no history."""

    def __enter__(self):  # type: ignore[no-untyped-def]
        self._cursor = connection.cursor()
        self._cursor.execute("SELECT set_config('app.history', 'off', true)")
        return self._cursor

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._cursor.execute("SELECT set_config('app.history', '', true)")
        self._cursor.close()
