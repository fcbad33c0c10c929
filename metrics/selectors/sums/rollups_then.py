"""The rollups as they stood at the end of a past day: what they say now, and by how much the deals that changed since differ.

So a page that looks back costs what changed since then, not what exists. The differences are worked out once for a look at
the data, aside, and only while nothing is due: until a change is worked off, facts and rollups are of different moments.
Commands and the API read the facts.
"""

from datetime import date

from django.db import connection

from metrics.engine.parts import Family
from metrics.facts import (
    COUNTS,
    PART_NAMES,
    PART_SUMS,
    PARTS,
    closed_credits,
    closed_events,
    created_credits,
    created_events,
)
from metrics.selectors.kept import current_look
from metrics.selectors.question import Question
from metrics.selectors.sums.credits_then import credits_changed, credits_of
from metrics.selectors.sums.looking_back import facts_then

# deals of which anything that counts may have been different
TOUCHED = """
    SELECT opportunity_id AS id FROM crm_opportunitychange WHERE happened_on > {day}
    UNION
    SELECT opportunity_id FROM {credits_changed} c
    UNION
    SELECT id FROM crm_opportunity
    WHERE coalesce(created_on, engaged_on, closed_on) > {day} OR outcome <> 'open' AND closed_on > {day}
"""
DIFFERENCES = """
    WITH touched AS MATERIALIZED ({touched}),
    was AS MATERIALIZED (SELECT o.* FROM {then} JOIN touched USING (id)),
    today AS MATERIALIZED (SELECT o.* FROM crm_opportunity o JOIN touched USING (id))
    SELECT person_id, product_id, day, {sums} FROM ({events_then}) e GROUP BY 1, 2, 3
    UNION ALL
    SELECT person_id, product_id, day, {taken_away} FROM (
        SELECT person_id, product_id, day, {sums} FROM ({events_now}) e GROUP BY 1, 2, 3
    ) n
"""


def people_then(day: date, start: str) -> str:
    """A relation like the rollup of people at the end of a day; empty where the facts are to be read instead."""
    name = _differences(day, start)
    if not name:
        return ""
    columns = f"person_id, day, {PART_NAMES}"
    return f"(SELECT {columns} FROM metrics_dailyrollup UNION ALL SELECT {columns} FROM {name}) s"


def products_then(day: date, start: str) -> str:
    """A relation like the rollup of products at the end of a day; empty where the facts are to be read instead."""
    name = _differences(day, start)
    if not name:
        return ""
    return f"""(
        SELECT value_id AS product_id, day, {PART_NAMES} FROM metrics_dailybreakdown WHERE dimension = 'product'
        UNION ALL SELECT product_id, day, {PART_NAMES} FROM {name}
    ) s"""


def is_difference(question: Question) -> bool:
    """Whether sums may come to nothing because all of a group came since the day: then there was no such group."""
    look = current_look()
    return question.as_of is not None and look is not None and bool(look.aside)


def _differences(day: date, start: str) -> str:
    """The table of the differences, for the rest of this look."""
    look = current_look()
    if look is None or look.stamps is None or look.stamps.due:
        return ""
    name = f"metrics_then_{day:%Y%m%d}"
    if name not in look.aside:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {differences(day, start)}")
            cursor.execute(f"ANALYZE {name}")
        look.aside.add(name)
    return name


def differences(day: date, start: str) -> str:
    """Parts by person, product and day: of the changed deals as they stood, and less what they are now."""
    on = f"DATE '{day.isoformat()}'"
    return DIFFERENCES.format(
        touched=TOUCHED.format(day=on, credits_changed=credits_changed(day)),
        then=facts_then(Family.DEALS, day),
        sums=PART_SUMS,
        taken_away=", ".join(f"-{part} AS {part}" for part in PARTS),
        events_then=_events(start, "was o", credits_of(day)),
        events_now=_events(start, "today o", credits_of(None)),
    )


def _events(start: str, source: str, credits: str) -> str:
    return " UNION ALL ".join(
        [
            closed_events(start, source=source),
            created_events(source=source),
            closed_credits(source=source, where=COUNTS, credits=credits),
            created_credits(source=source, where=COUNTS, credits=credits),
        ]
    )
