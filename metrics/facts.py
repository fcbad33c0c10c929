"""The one place that says, in SQL, what a deal adds to which day: its events, and the parts that events add up to.

An event is (person_id, product_id, day, kind, amount, credit, overlay, difference, overlay_difference, is_own,
cycle_days, probability). A deal that
counts has one on the day it was decided or is due, and one on the day it was created: its owner's, with the amount and
the credit for it. Where credits say that somebody else gets a share, the owner's event has no credit and every credit
has events of its own, so that credits add up to the amount. `NOBODY` stands for no owner and no product, `NO_DAY` for a
decided or open deal without a date. Amounts are in the organization's currency; a missing one stays NULL. A difference
is by how much the credit is more at the plan rate of its day; NULL where there is none.
"""

from people.models import Organization

NO_DAY = "DATE '9999-12-31'"
WON, LOST, OPEN, CREATED = 1, 2, 3, 4

DEALS = "crm_opportunity o"
COUNTS = "NOT o.is_deleted"

CLOSED_EVENT = """
    SELECT coalesce({who}, 0) AS person_id, coalesce(o.product_id, 0) AS product_id,
           coalesce(o.closed_on, DATE '9999-12-31') AS day,
           CASE o.outcome WHEN 'won' THEN 1 WHEN 'lost' THEN 2 ELSE 3 END AS kind, {worth},
           {cycle_days} AS cycle_days,
           CASE WHEN o.outcome = 'open' THEN coalesce(o.probability, stage.probability) END AS probability{columns}
    FROM {source} LEFT JOIN crm_stage stage ON stage.id = o.stage_id
    WHERE {where}
"""

CREATED_EVENT = """
    SELECT coalesce({who}, 0) AS person_id, coalesce(o.product_id, 0) AS product_id, o.created_on AS day,
           4 AS kind, {worth}, NULL::integer AS cycle_days, NULL::numeric AS probability{columns}
    FROM {source}
    WHERE o.created_on IS NOT NULL AND {where}
"""

DIFFERENCE = "(o.plan_amount - coalesce(o.converted_amount, 0))"
OWNED = {
    "who": "o.owner_id",
    "worth": "o.converted_amount AS amount, CASE WHEN NOT o.is_split THEN o.converted_amount END AS credit,"
    f" NULL::numeric AS overlay, CASE WHEN NOT o.is_split THEN {DIFFERENCE} END AS difference,"
    " NULL::numeric AS overlay_difference, true AS is_own",
}
CREDITED = {
    "who": "c.person_id",
    "worth": "NULL::numeric AS amount, CASE WHEN c.role <> 'overlay' THEN o.converted_amount * c.share END AS credit,"
    " CASE WHEN c.role = 'overlay' THEN o.converted_amount * c.share END AS overlay,"
    f" CASE WHEN c.role <> 'overlay' THEN {DIFFERENCE} * c.share END AS difference,"
    f" CASE WHEN c.role = 'overlay' THEN {DIFFERENCE} * c.share END AS overlay_difference, false AS is_own",
    "cycle_days": "NULL::integer",
}
CREDITS = "crm_credit"
OF_CREDITS = "JOIN {credits} c ON c.opportunity_id = o.id AND c.kind = 'bookings'"
HAS_CREDITS = "o.has_credits"  # of the credits that stand now

# part -> what it is of the events of a group
PARTS: dict[str, str] = {
    "won_count": "count(*) FILTER (WHERE kind = 1 AND is_own)",
    "won_amount": "coalesce(sum(credit) FILTER (WHERE kind = 1), 0)",
    "won_amount_count": "count(amount) FILTER (WHERE kind = 1)",
    "owned_amount": "coalesce(sum(amount) FILTER (WHERE kind = 1), 0)",
    "overlay_amount": "coalesce(sum(overlay) FILTER (WHERE kind = 1), 0)",
    "plan_difference": "coalesce(sum(difference) FILTER (WHERE kind = 1), 0)",
    "plan_overlay_difference": "coalesce(sum(overlay_difference) FILTER (WHERE kind = 1), 0)",
    "lost_count": "count(*) FILTER (WHERE kind = 2 AND is_own)",
    "lost_amount": "coalesce(sum(credit) FILTER (WHERE kind = 2), 0)",
    "lost_amount_count": "count(amount) FILTER (WHERE kind = 2)",
    "cycle_days": "coalesce(sum(cycle_days), 0)",
    "cycle_count": "count(cycle_days)",
    "created_count": "count(*) FILTER (WHERE kind = 4 AND is_own)",
    "created_amount": "coalesce(sum(credit) FILTER (WHERE kind = 4), 0)",
    "created_amount_count": "count(amount) FILTER (WHERE kind = 4)",
    "open_count": "count(*) FILTER (WHERE kind = 3 AND is_own)",
    "open_amount": "coalesce(sum(credit) FILTER (WHERE kind = 3), 0)",
    "open_amount_count": "count(amount) FILTER (WHERE kind = 3)",
    "weighted_amount": "coalesce(sum(credit * probability), 0)",
    "weighted_count": "count(amount * probability)",
}
PART_NAMES = ", ".join(PARTS)
PART_SUMS = ", ".join(f"{sql} AS {name}" for name, sql in PARTS.items())


def cycle_start(organization: Organization) -> str:
    """The day a sales cycle starts, as the organization chose; where that day is missing, the other one."""
    if organization.cycle_start == Organization.CycleStart.CREATED:
        return "coalesce(o.created_on, o.engaged_on)"
    return "coalesce(o.engaged_on, o.created_on)"


def cycle_days(start: str) -> str:
    """How long a won deal took; NULL where its start is unknown or after its close."""
    return f"CASE WHEN o.outcome = 'won' AND {start} <= o.closed_on THEN o.closed_on - {start} END"


def closed_events(start: str, *, source: str = DEALS, where: str = COUNTS, columns: str = "") -> str:
    """Events of deals on the day they were decided or are due; `columns` are more of them, each after a comma."""
    return CLOSED_EVENT.format(cycle_days=cycle_days(start), source=source, where=where, columns=columns, **OWNED)


def created_events(*, source: str = DEALS, where: str = COUNTS, columns: str = "") -> str:
    """Events of deals on the day they were created."""
    return CREATED_EVENT.format(source=source, where=where, columns=columns, **OWNED)


def closed_credits(*, source: str = DEALS, where: str = COUNTS, columns: str = "", credits: str = CREDITS) -> str:
    """Events of credits on the day their deal was decided or is due; `c` is the credit, of the relation `credits`."""
    return _credited(CLOSED_EVENT, source, where, columns, credits)


def created_credits(*, source: str = DEALS, where: str = COUNTS, columns: str = "", credits: str = CREDITS) -> str:
    """Events of credits on the day their deal was created."""
    return _credited(CREATED_EVENT, source, where, columns, credits)


def _credited(event: str, source: str, where: str, columns: str, credits: str) -> str:
    known = f"{HAS_CREDITS} AND {where}" if credits == CREDITS else where
    return event.format(
        source=f"{source} {OF_CREDITS.format(credits=credits)}", where=known, columns=columns, **CREDITED
    )


def all_events(start: str) -> str:
    """Every event of every deal and credit."""
    return " UNION ALL ".join([closed_events(start), created_events(), closed_credits(), created_credits()])
