"""Whom and what the texts of a file mean: by the source's key, by e-mail address, by exact name. Never by likeness."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.engine.near import near_index, near_match
from crm.intake.table import IntakeTable
from crm.intake.wording import value_sentence
from kernel.issue import IssueCollector, Level

MOST_TOLD = 1_000  # unknown names that are told one by one
MOST_NAMES = 50_000  # names that unknown ones are compared with

COLLECT = """
INSERT INTO {{r}} (field, value, first_row, rows)
SELECT '{field}', f_{field}, min(number), count(*) FROM {{t}}
WHERE f_{field} IS NOT NULL AND result IS DISTINCT FROM 'refused' GROUP BY f_{field}
"""

BY_KEY = {
    "owner": """UPDATE {{r}} r SET id = k.person_id FROM people_personkey k
        WHERE r.field = '{field}' AND r.id IS NULL AND k.source = %(source)s AND k.external_id = r.value""",
    "account": """UPDATE {{r}} r SET id = k.account_id FROM crm_accountkey k
        WHERE r.field = '{field}' AND r.id IS NULL AND k.source = %(source)s AND k.external_id = r.value""",
    "product": """UPDATE {{r}} r SET id = k.product_id FROM crm_productkey k
        WHERE r.field = '{field}' AND r.id IS NULL AND k.source = %(source)s AND k.external_id = r.value""",
    "opportunity": """UPDATE {{r}} r SET id = o.id FROM crm_opportunity o
        WHERE r.field = '{field}' AND r.id IS NULL AND o.source = %(source)s AND o.external_id = r.value""",
    # what the same file brings is found when it is written
    "transaction": """UPDATE {{r}} r SET id = f.id, outcome = 'known' FROM (
            SELECT r.value, o.id FROM {{r}} r
            LEFT JOIN crm_transaction o ON o.source = %(source)s AND o.external_id = r.value
            WHERE r.field = '{field}' AND (o.id IS NOT NULL OR r.value IN (SELECT f_id FROM {{t}}))
        ) f WHERE r.field = '{field}' AND r.value = f.value""",
}

BY_NAME = {
    "owner": """UPDATE {{r}} r SET id = p.id FROM (
            SELECT lower(email) AS text, min(id) AS id FROM people_person WHERE email <> '' GROUP BY 1
            UNION ALL
            SELECT lower(name), min(id) FROM people_person GROUP BY 1 HAVING count(*) = 1
        ) p WHERE r.field = '{field}' AND r.id IS NULL AND p.text = lower(r.value)""",
    "team": """UPDATE {{r}} r SET id = p.id FROM people_team p
        WHERE r.field = '{field}' AND r.id IS NULL AND lower(p.name) = lower(r.value)""",
    "territory": """UPDATE {{r}} r SET id = t.id FROM crm_territory t
        WHERE r.field = '{field}' AND r.id IS NULL AND lower(t.name) = lower(r.value)""",
    "seat": """UPDATE {{r}} r SET id = s.id FROM people_seat s
        WHERE r.field = '{field}' AND r.id IS NULL AND (s.id::text = r.value OR lower(s.title) = lower(r.value))""",
    "account": """UPDATE {{r}} r SET id = a.id FROM (
            SELECT name, min(id) AS id FROM crm_account GROUP BY 1 HAVING count(*) = 1
        ) a WHERE r.field = '{field}' AND r.id IS NULL AND a.name = r.value""",
    "product": """UPDATE {{r}} r SET id = p.id FROM (
            SELECT name, min(id) AS id FROM crm_product GROUP BY 1 HAVING count(*) = 1
        ) p WHERE r.field = '{field}' AND r.id IS NULL AND p.name = r.value""",
}

NAMES = {
    "owner": "SELECT name FROM people_person LIMIT %(most)s",
    "person": "SELECT name FROM people_person LIMIT %(most)s",
    "team": "SELECT name FROM people_team LIMIT %(most)s",
    "territory": "SELECT name FROM crm_territory LIMIT %(most)s",
    "account": "SELECT name FROM crm_account LIMIT %(most)s",
    "product": "SELECT name FROM crm_product LIMIT %(most)s",
}


def references_find(table: IntakeTable, fields: Mapping[str, str], *, source: str, issues: IssueCollector) -> None:
    """Fill the table of references: field → what it refers to. What stays unknown is told once per distinct value."""
    for field, name in fields.items():
        table.execute(COLLECT.format(field=field))
        if name in BY_KEY:
            table.execute(BY_KEY[name].format(field=field), {"source": source})
        if name in BY_NAME:
            table.execute(BY_NAME[name].format(field=field))
        _unknown_tell(table, field, name, issues)


def _further_tell(table: IntakeTable, field: str, unknown: Sequence[Any], issues: IssueCollector) -> Sequence[Any]:
    """Tell the number of those that are not told one by one; those that are."""
    ((names, rows),) = table.rows(
        "SELECT count(*), sum(rows) FROM {r} WHERE field = %s AND id IS NULL AND outcome IS NULL", [field]
    )
    told = unknown[:MOST_TOLD]
    sentence = value_sentence("unknown_further", value=str(names - MOST_TOLD), field=field)
    rest = int(rows) - sum(count for _value, _row, count in told)
    issues.add(Level.WARNING, "unknown_further", sentence, row=unknown[MOST_TOLD][1], field=field, count=rest)
    return told


def _unknown_tell(table: IntakeTable, field: str, name: str, issues: IssueCollector) -> None:
    unknown: Sequence[Any] = table.rows(
        "SELECT value, first_row, rows FROM {r} WHERE field = %s AND id IS NULL AND outcome IS NULL ORDER BY first_row"
        " LIMIT %s",
        [field, MOST_TOLD + 1],
    )
    if not unknown:
        return
    if len(unknown) > MOST_TOLD:
        unknown = _further_tell(table, field, unknown, issues)
    names = near_index(row[0] for row in table.rows(NAMES[name], {"most": MOST_NAMES})) if name in NAMES else {}
    for value, first_row, rows in unknown:
        other = near_match(value, names) if names else None
        code = "near_duplicate" if other else f"unknown_{name}"
        issues.add(
            Level.WARNING,
            code,
            value_sentence(code, value=value, other=other or ""),
            row=first_row,
            field=field,
            value=value,
            count=rows,
        )
