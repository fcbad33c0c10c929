"""Credits as they stood at the end of a past day, in place of their table, from the history that triggers write.

A deal's credits are those known by the end of the day; where the deal itself was told only later as it counts on that day
(a close of May that is imported in June), those known by the end of the day on which it was told. A deal of which nothing
was written down by then has the shares that were first given of it: so that the days before somebody began to keep deals
here can be looked at too. Without any, the owner has all of it.

Only deals whose credits changed since are looked up; of every other one the credits of today are those of then.
"""

from datetime import date

from metrics.facts import CREDITS

# at: the end of the day by which credits count, of every deal whose credits changed after the day
CHANGED = """
    zone AS MATERIALIZED (
        SELECT time_zone AS name, (DATE '{day}' + 1)::timestamp AT TIME ZONE time_zone AS midnight
        FROM people_organization WHERE id = current_setting('app.organization')::bigint
    ), since AS MATERIALIZED (
        SELECT opportunity_id FROM crm_formercredit WHERE replaced_at >= (SELECT midnight FROM zone)
        UNION
        SELECT opportunity_id FROM crm_credit
        WHERE recorded_at >= (SELECT midnight FROM zone) AND opportunity_id IS NOT NULL
    ), stood AS MATERIALIZED (
        SELECT opportunity_id, person_id, kind, role, share, origin, coalesce(recorded_at, '-infinity') AS recorded_at,
            'infinity'::timestamptz AS replaced_at
        FROM crm_credit WHERE opportunity_id IN (SELECT opportunity_id FROM since)
        UNION ALL
        SELECT opportunity_id, person_id, kind, role, share, origin, coalesce(recorded_at, '-infinity'), replaced_at
        FROM crm_formercredit WHERE opportunity_id IN (SELECT opportunity_id FROM since)
    ), told AS (
        SELECT c.opportunity_id, min(c.recorded_at) AS first,
            CASE WHEN NOT bool_or(c.happened_on > DATE '{day}') THEN max(c.recorded_at)
                 ELSE (array_agg(c.recorded_at ORDER BY c.happened_on DESC, c.recorded_at DESC, c.id DESC)
                       FILTER (WHERE c.happened_on <= DATE '{day}'))[1] END AS last
        FROM crm_opportunitychange c WHERE c.opportunity_id IN (SELECT opportunity_id FROM since) GROUP BY 1
    ), given AS (
        SELECT opportunity_id, min(recorded_at) AS first FROM stood WHERE origin = 'given' GROUP BY 1
    ), due AS MATERIALIZED (
        SELECT s.opportunity_id, greatest(zone.midnight,
            (((told.last AT TIME ZONE zone.name)::date + 1)::timestamp AT TIME ZONE zone.name),
            CASE WHEN coalesce(told.first >= zone.midnight, true)
                 THEN ((given.first AT TIME ZONE zone.name)::date + 1)::timestamp AT TIME ZONE zone.name END
        ) AS at
        FROM since s CROSS JOIN zone LEFT JOIN told USING (opportunity_id) LEFT JOIN given USING (opportunity_id)
    )"""

DEALS_CHANGED = f"(WITH {CHANGED} SELECT opportunity_id FROM since)"

THEN = f"""(
    WITH {CHANGED}
    SELECT c.opportunity_id, c.person_id, c.kind, c.role, c.share FROM crm_credit c
    WHERE NOT EXISTS (SELECT 1 FROM since s WHERE s.opportunity_id = c.opportunity_id)
    UNION ALL
    SELECT s.opportunity_id, s.person_id, s.kind, s.role, s.share FROM stood s JOIN due USING (opportunity_id)
    WHERE s.recorded_at < due.at AND due.at <= s.replaced_at
)"""

# of the deals whose credits changed after the day: whether their owner did not simply get all of it
SPLITS = f"""(
    WITH {CHANGED}
    SELECT due.opportunity_id, count(s.role) > 0 AS is_split
    FROM due LEFT JOIN stood s ON s.opportunity_id = due.opportunity_id AND s.role <> 'overlay' AND s.kind = 'bookings'
        AND s.recorded_at < due.at AND due.at <= s.replaced_at
    GROUP BY 1
)"""


def credits_of(as_of: date | None) -> str:
    """The relation of credits: as they are, or as they stood at the end of a day."""
    return CREDITS if as_of is None else THEN.format(day=as_of.isoformat())


def credits_changed(day: date) -> str:
    """A relation of `opportunity_id`: the deals whose credits changed after a day."""
    return DEALS_CHANGED.format(day=day.isoformat())


def splits_then(day: date) -> str:
    """A relation of `opportunity_id` and `is_split` of the deals whose credits changed after a day."""
    return SPLITS.format(day=day.isoformat())
