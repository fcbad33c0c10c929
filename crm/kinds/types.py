"""Types that a file writes in its own words: read once per distinct text, kept beside the row in the references."""

from collections.abc import Callable

from crm.kinds.base import Intake

COLLECT = """
INSERT INTO {{r}} (field, value, first_row, rows)
SELECT '{field}', coalesce(f_{field}, ''), min(number), count(*) FROM {{t}}
WHERE result IS DISTINCT FROM 'refused' GROUP BY 2
"""


def types_find(
    intake: Intake, read: Callable[[str], str | None], otherwise: str, field: str = "type"
) -> list[tuple[str, int, int]]:
    """Give every text its type; an empty one and one that says nothing get `otherwise`. What said nothing: (text, first
    row, rows)."""
    intake.execute(COLLECT.format(field=field))
    unknown = []
    for text, first_row, rows in intake.rows(
        f"SELECT value, first_row, rows FROM {{r}} WHERE field = '{field}' ORDER BY first_row"
    ):
        found = read(text)
        if found is None and text:
            unknown.append((text, first_row, rows))
        intake.table.execute(
            "UPDATE {r} SET outcome = %s WHERE field = %s AND value = %s", [found or otherwise, field, text]
        )
    return unknown
