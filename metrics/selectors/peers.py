"""The people somebody is compared with: the reps of the smallest team around them that is large enough."""

from django.db import connection

from metrics.engine.peers import FEWEST
from metrics.selectors.subject import Chosen

PEERS = """
    SELECT up.depth, t.name, h.person_id FROM people_seatholding mine
    JOIN people_seat s ON s.id = mine.seat_id
    JOIN people_teamclosure up ON up.descendant_id = s.team_id AND up.starts_on <= %(on)s AND %(on)s < up.ends_before
    JOIN people_team t ON t.id = up.ancestor_id
    JOIN people_teamclosure down ON down.ancestor_id = up.ancestor_id
        AND down.starts_on <= %(on)s AND %(on)s < down.ends_before
    JOIN people_seat other ON other.team_id = down.descendant_id AND other.role = 'rep'
    JOIN people_seatholding h ON h.seat_id = other.id AND h.starts_on <= %(on)s AND %(on)s < h.ends_before
    WHERE mine.person_id = %(person)s AND mine.starts_on <= %(on)s AND %(on)s < mine.ends_before
    ORDER BY up.depth
"""


def peers_of(person_id: int, chosen: Chosen) -> tuple[str, list[int]] | None:
    """The smallest team around a person with enough reps in it, and those reps. One query."""
    with connection.cursor() as cursor:
        cursor.execute(PEERS, {"on": min(chosen.on, chosen.period.last_day), "person": person_id})
        rows = cursor.fetchall()
    circles: dict[int, tuple[str, list[int]]] = {}
    for depth, name, other in rows:
        circles.setdefault(depth, (name, []))[1].append(other)
    return next((circle for circle in circles.values() if len(circle[1]) >= FEWEST), None)
