"""`manage.py bench metrics`: a full rebuild beside one plain statement, and what one changed deal costs at two sizes.

The plain statement sums the same facts up by the same key into an empty table with that key; it is what a rebuild could
at best cost if it had nothing to replace and no product breakdown to write.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from django.db import connection

from metrics.facts import PART_NAMES, PART_SUMS, closed_events, created_events, cycle_start
from metrics.services import rollups_recompute
from people.benching import AsOwner, bench_organization_remove
from people.models import Organization, Seat, SeatHolding, Team
from people.wall import tenant

CHANGES = 40  # single changes that are timed, of which the median counts
TEAM = 8  # people of a team
SMALLER = 100  # how many times fewer deals the small organization has

LOAD = """
    INSERT INTO crm_opportunity (source, external_id, name, owner_id, owner_text, account_text, product_id,
        product_text, stage_id, outcome, amount, currency, converted_amount, created_on, engaged_on, closed_on,
        lead_source, lead_text, is_deleted, updated_at)
    SELECT 'bench', n, '', (%(people)s::bigint[])[1 + (hashint8(n) & 2147483647) %% %(owners)s], '', '',
        (%(products)s::bigint[])[1 + (hashint8(n + 1000000000) & 2147483647) %% 12], '',
        CASE WHEN n %% 10 < 5 THEN %(won)s WHEN n %% 10 < 8 THEN %(lost)s ELSE %(open)s END,
        CASE WHEN n %% 10 < 5 THEN 'won' WHEN n %% 10 < 8 THEN 'lost' ELSE 'open' END,
        amount, 'USD', amount, day, day + 3, day + 10 + (hashint8(n * 3) & 2147483647) %% 80, '', '', false, now()
    FROM (
        SELECT n, DATE '2022-01-01' + (hashint8(-n) & 2147483647) %% 1000 AS day,
            (100 + (n * 104729) %% 90000)::numeric AS amount
        FROM generate_series(1::bigint, %(deals)s) n
    ) d
"""


def bench_metrics(*, deals: int, people: int, as_owner: AsOwner) -> dict[str, Any]:
    """Two organizations of their own, removed afterwards. Times are seconds."""
    small = max(deals // SMALLER, 100)
    with _company("bench-small", small, people, as_owner) as few:
        few_change = _change(few)
    with _company("bench-large", deals, people, as_owner) as many:
        unchanged = _rebuild(many)
        change = _change(many)
        rebuild = min(_from_nothing(many, as_owner) for _ in range(3))
        plain, grouped = _plain(many, as_owner)
    return {
        "size": {"deals": deals, "people": people},
        "figures": {
            "rebuild_s": round(rebuild, 3),
            "rebuild_of_right_rollups_s": round(unchanged, 3),
            "insert_select_s": round(plain, 3),
            "group_by_s": round(grouped, 3),
            "change_small_s": round(few_change, 5),
            "change_large_s": round(change, 5),
            "deals_small": small,
        },
        "ratios": {
            "rebuild_vs_insert_select": round(rebuild / plain, 3),
            "change_large_vs_small": round(change / few_change, 3),
        },
    }


BENCHES = {"metrics": bench_metrics}


@contextmanager
def _company(slug: str, deals: int, people: int, as_owner: AsOwner) -> Iterator[Organization]:
    bench_organization_remove(slug, as_owner)
    organization = Organization.objects.create(slug=slug, name=slug)
    try:
        with tenant(organization.pk):
            _load(deals, people)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE crm_opportunity")
        rollups_recompute(organization_id=organization.pk)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "VACUUM ANALYZE metrics_dailyrollup, metrics_dailybreakdown, metrics_teamrollup, metrics_dirtybucket"
            )
        yield organization
    finally:
        bench_organization_remove(slug, as_owner)


def _load(deals: int, people: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.history = 'off'")
        cursor.execute(
            "INSERT INTO people_person (name, email, created_at)"
            " SELECT 'Rep ' || n, '', now() FROM generate_series(1, %s) n RETURNING id",
            [people],
        )
        owners = [row[0] for row in cursor.fetchall()]
        _seats(owners)
        cursor.execute(
            "INSERT INTO crm_product (name, name_key, family)"
            " SELECT 'Product ' || n, n::text, '' FROM generate_series(1, 12) n RETURNING id"
        )
        products = [row[0] for row in cursor.fetchall()]
        cursor.execute("INSERT INTO crm_pipeline (name, is_default) VALUES ('Bench', true) RETURNING id")
        [line] = cursor.fetchone()
        cursor.execute(
            "INSERT INTO crm_stage (pipeline_id, name, name_key, position, outcome, probability)"
            " SELECT %s, o, o, 1, o, 0.5 FROM unnest(ARRAY['won', 'lost', 'open']) o RETURNING name, id",
            [line],
        )
        stages = dict(cursor.fetchall())
        cursor.execute(LOAD, {"people": owners, "owners": people, "products": products, "deals": deals, **stages})


def _seats(people: list[int]) -> None:
    """Everybody in a team of a few."""
    teams = Team.objects.bulk_create([Team(name=f"Team {n}") for n in range(-(-len(people) // TEAM))])
    seats = Seat.objects.bulk_create([Seat(team=teams[n // TEAM]) for n in range(len(people))])
    SeatHolding.objects.bulk_create(
        [SeatHolding(seat=seat, person_id=person) for seat, person in zip(seats, people, strict=True)]
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _rebuild(organization: Organization) -> float:
    return _timed(lambda: rollups_recompute(organization_id=organization.pk, is_full=True))


def _from_nothing(organization: Organization, as_owner: AsOwner) -> float:
    """A rebuild that has to write every row."""
    with as_owner(), connection.cursor() as cursor:
        for table in ("metrics_dailyrollup", "metrics_dailybreakdown", "metrics_teamrollup"):
            cursor.execute(f"DELETE FROM {table} WHERE organization_id = %s", [organization.pk])
        cursor.execute("VACUUM metrics_dailyrollup, metrics_dailybreakdown, metrics_teamrollup")
    return _rebuild(organization)


def _change(organization: Organization) -> float:
    """The median time from the statement that changes one deal to the committed recomputation."""
    with tenant(organization.pk), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM crm_opportunity WHERE outcome = 'won' ORDER BY id LIMIT %s", [CHANGES])
        ids = [row[0] for row in cursor.fetchall()]

    def change(deal: int) -> None:
        with tenant(organization.pk), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE crm_opportunity SET converted_amount = converted_amount + 1, amount = amount + 1,"
                " closed_on = closed_on + 1 WHERE id = %s",
                [deal],
            )
        rollups_recompute(organization_id=organization.pk)

    return median(_timed(lambda deal=deal: change(deal)) for deal in ids)  # type: ignore[misc]


def _plain(organization: Organization, as_owner: AsOwner) -> tuple[float, float]:
    """One INSERT … SELECT … GROUP BY of the same facts into an empty table with the same key, and the bare GROUP BY."""
    mine = f"NOT o.is_deleted AND o.organization_id = {organization.pk:d}"
    start = cycle_start(organization)
    events = f"{closed_events(start, where=mine)} UNION ALL {created_events(where=mine)}"
    select = f"SELECT {organization.pk:d}, person_id, day, {PART_SUMS} FROM ({events}) e GROUP BY person_id, day"
    with as_owner(), connection.cursor() as cursor:
        times = []
        for _ in range(3):
            cursor.execute("DROP TABLE IF EXISTS bench_plain")
            cursor.execute("CREATE TABLE bench_plain (LIKE metrics_dailyrollup INCLUDING ALL)")
            insert = f"INSERT INTO bench_plain (organization_id, person_id, day, {PART_NAMES}) {select}"
            times.append(_timed(lambda insert=insert: cursor.execute(insert)))  # type: ignore[misc]
        cursor.execute("DROP TABLE bench_plain")
        grouped = min(_timed(lambda: cursor.execute(f"SELECT count(*) FROM ({select}) g")) for _ in range(3))
    return min(times), grouped
