"""Quotas of the demo: each quarter every rep is to sell what their team sold per head a year before, and a bit more.

In the first year, where there is no year before, the quarter itself is the measure. Whoever joins, moves or leaves within a
quarter has their share by days. A team is to sell a little less than its people together.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from spm.demo import story
from spm.demo.story import Days

GROWTH, FIRST_YEAR, OF_TEAM = "1.12", "1.03", "0.95"

HELD = """
SELECT h.person_id, s.team_id, h.starts_on, h.ends_before
FROM people_seatholding h JOIN people_seat s ON s.id = h.seat_id WHERE s.role = 'rep'
"""
PER_HEAD = f"""
SELECT held.team_id, date_trunc('quarter', o.closed_on)::date AS quarter,
    sum(o.converted_amount) / count(DISTINCT o.owner_id) AS amount
FROM crm_opportunity o JOIN ({HELD}) held
    ON held.person_id = o.owner_id AND o.closed_on >= held.starts_on AND o.closed_on < held.ends_before
WHERE o.outcome = 'won' AND o.closed_on <= %(today)s GROUP BY 1, 2
"""
OF_PEOPLE = f"""
INSERT INTO crm_quota (person_id, person_text, team_text, measure, starts_on, ends_before, amount, currency,
    converted_amount, is_overlay, source, reason)
SELECT person_id, '', '', 'bookings', starts_on, ends_before, amount, %(currency)s, amount, false, %(source)s, ''
FROM (
    SELECT held.person_id, greatest(q.starts_on, held.starts_on) AS starts_on,
        least(q.ends_before, held.ends_before) AS ends_before,
        greatest(1000, 1000 * round(
            coalesce(before.amount * {GROWTH}, same.amount * {FIRST_YEAR}, 25000) / 1000
            * (least(q.ends_before, held.ends_before) - greatest(q.starts_on, held.starts_on))
            / (q.ends_before - q.starts_on))) AS amount
    FROM (
        SELECT first::date AS starts_on, (first + interval '3 months')::date AS ends_before
        FROM generate_series(date_trunc('quarter', %(starts_on)s::date),
            date_trunc('quarter', %(today)s::date) + interval '3 months', interval '3 months') first
    ) q
    JOIN ({HELD}) held ON held.starts_on < q.ends_before AND held.ends_before > q.starts_on
    LEFT JOIN ({PER_HEAD}) before
        ON before.team_id = held.team_id AND before.quarter = (q.starts_on - interval '1 year')::date
    LEFT JOIN ({PER_HEAD}) same ON same.team_id = held.team_id AND same.quarter = q.starts_on
) asked
"""
OF_TEAMS = f"""
INSERT INTO crm_quota (team_id, person_text, team_text, measure, starts_on, ends_before, amount, currency,
    converted_amount, is_overlay, source, reason)
SELECT team_id, '', '', 'bookings', quarter, (quarter + interval '3 months')::date, amount, %(currency)s, amount, false,
    %(source)s, ''
FROM (
    SELECT held.team_id, date_trunc('quarter', q.starts_on)::date AS quarter,
        greatest(1000, 1000 * round(sum(q.amount) * {OF_TEAM} / 1000)) AS amount
    FROM crm_quota q JOIN ({HELD}) held
        ON held.person_id = q.person_id AND held.starts_on <= q.starts_on AND held.ends_before > q.starts_on
    GROUP BY 1, 2
) summed
"""


def quotas_create(days: Days) -> None:
    """Quotas from the first quarter of facts to the next one, for reps and their teams. Two statements."""
    values: dict[str, Any] = {
        "today": days.today,
        "starts_on": days.starts_on,
        "currency": story.CURRENCY,
        "source": story.SOURCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(OF_PEOPLE, values)
        cursor.execute(OF_TEAMS, values)
