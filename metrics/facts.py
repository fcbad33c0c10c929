"""The one place that says, in SQL, what a deal adds to which day: its events, and the parts that events add up to.

An event is (person_id, product_id, day, kind, amount, cycle_days, probability). A deal that counts has one on the day
it was decided or is due, and one on the day it was created. `NOBODY` stands for no owner and no product, `NO_DAY` for a
decided or open deal without a date. Amounts are in the organization's currency; a missing one stays NULL.
"""

from people.models import Organization

NO_DAY = "DATE '9999-12-31'"
WON, LOST, OPEN, CREATED = 1, 2, 3, 4

DEALS = "crm_opportunity o"
COUNTS = "NOT o.is_deleted"

CLOSED_EVENT = """
    SELECT coalesce(o.owner_id, 0) AS person_id, coalesce(o.product_id, 0) AS product_id,
           coalesce(o.closed_on, DATE '9999-12-31') AS day,
           CASE o.outcome WHEN 'won' THEN 1 WHEN 'lost' THEN 2 ELSE 3 END AS kind,
           o.converted_amount AS amount,
           CASE WHEN o.outcome = 'won' AND {start} <= o.closed_on THEN o.closed_on - {start} END AS cycle_days,
           CASE WHEN o.outcome = 'open' THEN coalesce(o.probability, stage.probability) END AS probability{columns}
    FROM {source} LEFT JOIN crm_stage stage ON stage.id = o.stage_id
    WHERE {where}
"""

CREATED_EVENT = """
    SELECT coalesce(o.owner_id, 0) AS person_id, coalesce(o.product_id, 0) AS product_id, o.created_on AS day,
           4 AS kind, o.converted_amount AS amount, NULL::integer AS cycle_days, NULL::numeric AS probability{columns}
    FROM {source}
    WHERE o.created_on IS NOT NULL AND {where}
"""

# part -> what it is of the events of a group
PARTS: dict[str, str] = {
    "won_count": "count(*) FILTER (WHERE kind = 1)",
    "won_amount": "coalesce(sum(amount) FILTER (WHERE kind = 1), 0)",
    "won_amount_count": "count(amount) FILTER (WHERE kind = 1)",
    "lost_count": "count(*) FILTER (WHERE kind = 2)",
    "lost_amount": "coalesce(sum(amount) FILTER (WHERE kind = 2), 0)",
    "lost_amount_count": "count(amount) FILTER (WHERE kind = 2)",
    "cycle_days": "coalesce(sum(cycle_days), 0)",
    "cycle_count": "count(cycle_days)",
    "created_count": "count(*) FILTER (WHERE kind = 4)",
    "created_amount": "coalesce(sum(amount) FILTER (WHERE kind = 4), 0)",
    "created_amount_count": "count(amount) FILTER (WHERE kind = 4)",
    "open_count": "count(*) FILTER (WHERE kind = 3)",
    "open_amount": "coalesce(sum(amount) FILTER (WHERE kind = 3), 0)",
    "open_amount_count": "count(amount) FILTER (WHERE kind = 3)",
    "weighted_amount": "coalesce(sum(amount * probability), 0)",
    "weighted_count": "count(amount * probability)",
}
PART_NAMES = ", ".join(PARTS)
PART_SUMS = ", ".join(f"{sql} AS {name}" for name, sql in PARTS.items())


def cycle_start(organization: Organization) -> str:
    """The day a sales cycle starts, as the organization chose; where that day is missing, the other one."""
    if organization.cycle_start == Organization.CycleStart.CREATED:
        return "coalesce(o.created_on, o.engaged_on)"
    return "coalesce(o.engaged_on, o.created_on)"


def closed_events(start: str, *, source: str = DEALS, where: str = COUNTS, columns: str = "") -> str:
    """Events of deals on the day they were decided or are due; `columns` are more of them, each after a comma."""
    return CLOSED_EVENT.format(start=start, source=source, where=where, columns=columns)


def created_events(*, source: str = DEALS, where: str = COUNTS, columns: str = "") -> str:
    """Events of deals on the day they were created."""
    return CREATED_EVENT.format(source=source, where=where, columns=columns)


def all_events(start: str) -> str:
    """Every event of every deal."""
    return f"{closed_events(start)} UNION ALL {created_events()}"
