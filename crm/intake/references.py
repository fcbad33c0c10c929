"""Whom and what the texts of a file mean: by the source's key, by e-mail address, by exact name. Never by likeness."""

from collections.abc import Iterable

from crm.engine.near import near_index, near_match
from crm.intake.table import IntakeTable
from crm.intake.wording import value_sentence
from kernel.issue import IssueCollector, Level

MOST_NAMES = 50_000  # names that unknown ones are compared with

COLLECT = """
INSERT INTO {{r}} (field, value, first_row, rows)
SELECT '{field}', f_{field}, min(number), count(*) FROM {{t}}
WHERE f_{field} IS NOT NULL AND result IS DISTINCT FROM 'refused' GROUP BY f_{field}
"""

BY_KEY = {
    "owner": """UPDATE {r} r SET id = k.person_id FROM people_personkey k
        WHERE r.field = 'owner' AND r.id IS NULL AND k.source = %(source)s AND k.external_id = r.value""",
    "person": """UPDATE {r} r SET id = k.person_id FROM people_personkey k
        WHERE r.field = 'person' AND r.id IS NULL AND k.source = %(source)s AND k.external_id = r.value""",
    "account": """UPDATE {r} r SET id = k.account_id FROM crm_accountkey k
        WHERE r.field = 'account' AND r.id IS NULL AND k.source = %(source)s AND k.external_id = r.value""",
    "product": """UPDATE {r} r SET id = k.product_id FROM crm_productkey k
        WHERE r.field = 'product' AND r.id IS NULL AND k.source = %(source)s AND k.external_id = r.value""",
}

BY_NAME = {
    "owner": """UPDATE {r} r SET id = p.id FROM (
            SELECT lower(email) AS text, min(id) AS id FROM people_person WHERE email <> '' GROUP BY 1
            UNION ALL
            SELECT lower(name), min(id) FROM people_person GROUP BY 1 HAVING count(*) = 1
        ) p WHERE r.field = 'owner' AND r.id IS NULL AND p.text = lower(r.value)""",
    "person": """UPDATE {r} r SET id = p.id FROM (
            SELECT lower(email) AS text, min(id) AS id FROM people_person WHERE email <> '' GROUP BY 1
            UNION ALL
            SELECT lower(name), min(id) FROM people_person GROUP BY 1 HAVING count(*) = 1
        ) p WHERE r.field = 'person' AND r.id IS NULL AND p.text = lower(r.value)""",
    "team": """UPDATE {r} r SET id = p.id FROM people_team p
        WHERE r.field = 'team' AND r.id IS NULL AND lower(p.name) = lower(r.value)""",
    "account": """UPDATE {r} r SET id = a.id FROM (
            SELECT name, min(id) AS id FROM crm_account GROUP BY 1 HAVING count(*) = 1
        ) a WHERE r.field = 'account' AND r.id IS NULL AND a.name = r.value""",
    "product": """UPDATE {r} r SET id = p.id FROM (
            SELECT name, min(id) AS id FROM crm_product GROUP BY 1 HAVING count(*) = 1
        ) p WHERE r.field = 'product' AND r.id IS NULL AND p.name = r.value""",
}

NAMES = {
    "owner": "SELECT name FROM people_person LIMIT %(most)s",
    "person": "SELECT name FROM people_person LIMIT %(most)s",
    "team": "SELECT name FROM people_team LIMIT %(most)s",
    "account": "SELECT name FROM crm_account LIMIT %(most)s",
    "product": "SELECT name FROM crm_product LIMIT %(most)s",
}


def references_find(table: IntakeTable, fields: Iterable[str], *, source: str, issues: IssueCollector) -> None:
    """Fill the table of references; what stays unknown is told once per distinct value."""
    for field in fields:
        table.execute(COLLECT.format(field=field))
        if field in BY_KEY:
            table.execute(BY_KEY[field], {"source": source})
        table.execute(BY_NAME[field])
        _unknown_tell(table, field, issues)


def _unknown_tell(table: IntakeTable, field: str, issues: IssueCollector) -> None:
    unknown = table.rows(
        "SELECT value, first_row, rows FROM {r} WHERE field = %s AND id IS NULL ORDER BY first_row", [field]
    )
    if not unknown:
        return
    names = near_index(row[0] for row in table.rows(NAMES[field], {"most": MOST_NAMES}))
    for value, first_row, rows in unknown:
        other = near_match(value, names)
        code = "near_duplicate" if other else f"unknown_{field}"
        issues.add(
            Level.WARNING,
            code,
            value_sentence(code, value=value, other=other or ""),
            row=first_row,
            field=field,
            value=value,
            count=rows,
        )
