"""Write what teams add up to from what their people do, after those rollups were written. The caller holds the lock."""

from collections.abc import Iterable

from django.db import connection

from metrics.selectors.sums.statement import LAST_STRUCTURE
from metrics.services.rollups import Bucket, write_differences

MANY = 200  # people with changed seats or quotas from which a rebuild is cheaper

SUMMED = (
    "won_count", "won_amount", "won_amount_count", "owned_amount", "overlay_amount", "lost_count", "lost_amount",
    "lost_amount_count", "cycle_days", "cycle_count", "created_count", "created_amount", "created_amount_count",
)  # fmt: skip
ATTAINED = """
    coalesce(sum(r.won_amount + r.plan_difference) FILTER (WHERE q.id IS NOT NULL), 0) AS attained_amount,
    coalesce(sum(r.won_count) FILTER (WHERE q.id IS NOT NULL), 0) AS attained_count
"""
SITTING = f"h.starts_on <= least({{day}}, {LAST_STRUCTURE}) AND least({{day}}, {LAST_STRUCTURE}) < h.ends_before"

COLUMNS = f"team_id, day, {', '.join(SUMMED)}, attained_amount, attained_count"
SUMS = f"""
    SELECT seat.team_id, r.day, {", ".join(f"sum(r.{part}) AS {part}" for part in SUMMED)}, {ATTAINED}
    FROM {{rows}}
    LEFT JOIN crm_quota q ON q.person_id = r.person_id AND q.measure = 'bookings' AND q.converted_amount IS NOT NULL
        AND NOT q.is_overlay AND q.starts_on <= r.day AND r.day < q.ends_before
    GROUP BY seat.team_id, r.day
"""
EVERY = f"""
    metrics_dailyrollup r
    JOIN people_seatholding h ON h.person_id = r.person_id AND {SITTING.format(day="r.day")}
    JOIN people_seat seat ON seat.id = h.seat_id
"""
SOME = f"""
    metrics_teamdue due JOIN people_seat seat ON seat.team_id = due.team_id
    JOIN people_seatholding h ON h.seat_id = seat.id AND {SITTING.format(day="due.day")}
    JOIN metrics_dailyrollup r ON r.person_id = h.person_id AND r.day = due.day
"""
DUE = f"""
    CREATE TEMP TABLE metrics_teamdue ON COMMIT DROP AS
    SELECT DISTINCT seat.team_id, due.day FROM unnest(%s::bigint[], %s::date[]) AS due(person_id, day)
    JOIN people_seatholding h ON h.person_id = due.person_id AND {SITTING.format(day="due.day")}
    JOIN people_seat seat ON seat.id = h.seat_id
    UNION
    SELECT DISTINCT due.team_id, r.day FROM unnest(%s::bigint[], %s::bigint[]) AS due(person_id, team_id)
    JOIN metrics_dailyrollup r ON r.person_id = due.person_id
"""


def teams_rebuild() -> None:
    """Every row anew, written where it differs; no mark is left."""
    _moved()
    _rebuild()


def teams_rewrite(buckets: Iterable[Bucket]) -> bool:
    """The rows that these buckets of people, and changed seats and quotas, make due; whether there were any of those."""
    moved = _moved()
    if len({person for person, _ in moved}) > MANY or (0, 0) in moved:
        _rebuild()
        return True
    some = sorted(set(buckets))
    if not some and not moved:
        return False
    people, days = [person for person, _ in some], [day for _, day in some]
    with connection.cursor() as cursor:
        cursor.execute(DUE, [people, days, [person for person, _ in moved], [team for _, team in moved]])
        cursor.execute(
            "DELETE FROM metrics_teamrollup r USING metrics_teamdue due WHERE r.team_id = due.team_id AND r.day = due.day"
        )
        cursor.execute(f"INSERT INTO metrics_teamrollup ({COLUMNS}) {SUMS.format(rows=SOME)}")
        cursor.execute("DROP TABLE metrics_teamdue")
    return bool(moved)


def _rebuild() -> None:
    parts = (*SUMMED, "attained_amount", "attained_count")
    write_differences("metrics_teamrollup", "team_id", COLUMNS, parts, SUMS.format(rows=EVERY))


def _moved() -> list[tuple[int, int]]:
    """Take the marks away: who changed, and in which team."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM metrics_dirtyteam RETURNING person_id, team_id) SELECT DISTINCT * FROM gone"
        )
        found: list[tuple[int, int]] = cursor.fetchall()
        return found
