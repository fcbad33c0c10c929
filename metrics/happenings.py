"""The one place that says, in SQL, what a lead or an activity adds to which day.

An event is (person_id, day, the parts). A lead that counts has one on the day it was created, which says what became of it
(its cohort), and one on the day it became a customer. An activity has one on its day. Person 0 is nobody, `NO_DAY` an
unknown day.
"""

from metrics.facts import NO_DAY

COUNTS = "NOT o.is_deleted"
LEADS, ACTIVITIES = "crm_lead o", "crm_activity o"
WITHIN = (30, 60, 90)  # days after which a cohort is asked how many of it became customers
TYPES = ("call", "email", "meeting", "demo", "proposal", "other")

LEAD_PARTS = ("lead_count", "lead_converted_count", *(f"lead_{days}_count" for days in WITHIN), "customer_count")
ACTIVITY_PARTS = tuple(f"{each}_count" for each in TYPES)


def _became(days: int) -> str:
    """Whether a lead became a customer within so many days of its creation."""
    return f"coalesce(o.is_converted AND o.converted_on <= o.created_on + {days}, false)::int AS lead_{days}_count"


COHORT_EVENT = f"""
    SELECT coalesce(o.owner_id, 0) AS person_id, coalesce(o.created_on, {NO_DAY}) AS day, 1 AS lead_count,
           o.is_converted::int AS lead_converted_count,
           {", ".join(map(_became, WITHIN))},
           0 AS customer_count{{columns}}
    FROM {{source}} WHERE {{where}}
"""
CUSTOMER_EVENT = f"""
    SELECT coalesce(o.owner_id, 0) AS person_id, coalesce(o.converted_on, {NO_DAY}) AS day, 0 AS lead_count,
           0 AS lead_converted_count, {", ".join(f"0 AS lead_{n}_count" for n in WITHIN)}, 1 AS customer_count{{columns}}
    FROM {{source}} WHERE {{where}} AND o.is_converted
"""
ACTIVITY_EVENT = f"""
    SELECT coalesce(o.person_id, 0) AS person_id, o.occurred_on AS day,
           {", ".join(f"(o.type = '{each}')::int AS {each}_count" for each in TYPES)}{{columns}}
    FROM {{source}} WHERE {{where}}
"""


def cohort_events(*, source: str = LEADS, where: str = COUNTS, columns: str = "") -> str:
    """Leads on the day they were created."""
    return COHORT_EVENT.format(source=source, where=where, columns=columns)


def customer_events(*, source: str = LEADS, where: str = COUNTS, columns: str = "") -> str:
    """Leads that became customers, on that day."""
    return CUSTOMER_EVENT.format(source=source, where=where, columns=columns)


def activity_events(*, source: str = ACTIVITIES, where: str = COUNTS, columns: str = "") -> str:
    """Activities on their day."""
    return ACTIVITY_EVENT.format(source=source, where=where, columns=columns)


def sums_of(parts: tuple[str, ...]) -> str:
    """The parts of a group of events."""
    return ", ".join(f"coalesce(sum({part}), 0) AS {part}" for part in parts)
