"""Facts as they were known at the end of a past day, in place of their tables: deals from the history of their changes.

Only deals that changed after the day are looked up in the history; every other one is what it is today. A deal that had
been created by then but whose history begins later stood open, with the amount and owner that are first known of it and
without a stage. Deals that are gone from their source since then, and what their probabilities were, are not in the
history: the deals are out, probabilities are those of the stages. Credits have a history of their own (`credits_then`).
"""

from datetime import date

from metrics.engine.parts import Family
from metrics.selectors.sums.credits_then import splits_then

SAME = """d.id, d.organization_id, d.product_id, d.account_id, d.lead_source, d.deal_type, d.loss_reason, d.next_step,
           d.next_step_on, d.created_on, d.engaged_on, d.is_deleted,
           coalesce(credited.is_split, d.is_split) AS is_split"""

# deals that did not change after the day
STILL_SO = f"""
    SELECT {SAME}, d.owner_id, d.stage_id,
           CASE WHEN d.outcome = 'open' OR d.closed_on <= {{day}} OR d.closed_on IS NULL THEN d.outcome ELSE 'open'
           END AS outcome,
           d.closed_on, d.probability, d.converted_amount, d.plan_amount
    FROM crm_opportunity d LEFT JOIN {{credited}} credited ON credited.opportunity_id = d.id
    WHERE coalesce(d.created_on, d.engaged_on, d.closed_on, {{day}}) <= {{day}} AND NOT EXISTS (
        SELECT 1 FROM crm_opportunitychange later WHERE later.opportunity_id = d.id AND later.happened_on > {{day}}
    )
"""

# deals that did, as their history knows them
CHANGED = f"""
    SELECT {SAME}, was.owner_id,
           CASE WHEN was.is_known THEN was.stage_id END AS stage_id,
           CASE WHEN was.is_known THEN was.outcome ELSE 'open' END AS outcome,
           CASE WHEN was.is_known THEN was.closed_on END AS closed_on,
           NULL::numeric AS probability,
           CASE WHEN was.currency = org.currency THEN was.amount
                WHEN was.currency = d.currency AND d.amount <> 0 THEN was.amount * d.converted_amount / d.amount
           END AS converted_amount,
           CASE WHEN was.currency = d.currency AND d.amount <> 0 THEN was.amount * d.plan_amount / d.amount
           END AS plan_amount
    FROM (
        SELECT DISTINCT opportunity_id FROM crm_opportunitychange WHERE happened_on > {{day}}
    ) later
    JOIN crm_opportunity d ON d.id = later.opportunity_id
    JOIN people_organization org ON org.id = d.organization_id
    LEFT JOIN {{credited}} credited ON credited.opportunity_id = d.id
    CROSS JOIN LATERAL (
        SELECT c.owner_id, c.stage_id, c.outcome, c.closed_on, c.amount, c.currency, c.happened_on <= {{day}} AS is_known
        FROM crm_opportunitychange c WHERE c.opportunity_id = d.id
        ORDER BY c.happened_on <= {{day}} DESC,
            CASE WHEN c.happened_on <= {{day}} THEN c.happened_on END DESC,
            CASE WHEN c.happened_on <= {{day}} THEN c.recorded_at END DESC,
            CASE WHEN c.happened_on <= {{day}} THEN c.id END DESC,
            c.happened_on, c.recorded_at, c.id
        LIMIT 1
    ) was
    WHERE was.is_known OR least(d.created_on, d.engaged_on) <= {{day}}
"""

DEALS = f"({STILL_SO} UNION ALL {CHANGED}) o"

LEADS = """(
    SELECT l.id, l.owner_id, l.account_id, l.lead_source, l.created_on, l.is_deleted,
           l.is_converted AND coalesce(l.converted_on <= {day}, true) AS is_converted,
           CASE WHEN l.converted_on <= {day} THEN l.converted_on END AS converted_on
    FROM crm_lead l WHERE coalesce(l.created_on <= {day}, true)
) o"""

ACTIVITIES = "(SELECT * FROM crm_activity WHERE occurred_on <= {day}) o"

TABLES = {
    Family.DEALS: DEALS,
    Family.TOUCHES: DEALS,
    Family.UPKEEP: DEALS,
    Family.LEADS: LEADS,
    Family.ACTIVITIES: ACTIVITIES,
}


def facts_then(family: Family, day: date) -> str:
    """The facts of a family as they were known at the end of a day."""
    return TABLES[family].format(day=f"DATE '{day.isoformat()}'", credited=splits_then(day))


THEN = """coalesce((
    SELECT c.before FROM crm_detailchange c
    WHERE c.opportunity_id = o.id AND c.name = '{name}' AND c.recorded_at >= DATE '{day}' + 1
    ORDER BY c.recorded_at, c.id LIMIT 1
), {now})"""


def value_then(name: str, now: str, day: date) -> str:
    """What else is known of a deal `o` at the end of a day: its value before the first change since, otherwise today's.

    `name` is what the change is kept as, `now` the SQL of today's value.
    """
    return THEN.format(name=name, now=now, day=day.isoformat())
