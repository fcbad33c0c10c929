"""Territories, named accounts, and which seat looks after an account on a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from crm.models import Account, NamedAccount, Territory, TerritoryAssignment, WaitingAssignment
from crm.policies import territories
from people.models import Seat, SeatHolding
from people.viewer import Viewer

MOST_WAITING = 20  # lines that are told one by one

MATCHES = """
    (cardinality(t.regions) > 0 OR cardinality(t.industries) > 0)
    AND (cardinality(t.regions) = 0 OR lower(a.region) IN (SELECT lower(r) FROM unnest(t.regions) r))
    AND (cardinality(t.industries) = 0 OR lower(a.industry) IN (SELECT lower(i) FROM unnest(t.industries) i))
"""

COUNTS = f"SELECT t.id, count(*) FROM crm_territory t JOIN crm_account a ON {MATCHES} GROUP BY 1"

# named accounts first; then the narrowest territory: the deepest part, the one with more words in its rule last
COVER = f"""
WITH RECURSIVE tree AS (
    SELECT id, 0 AS depth FROM crm_territory WHERE parent_id IS NULL
    UNION ALL
    SELECT t.id, tree.depth + 1 FROM crm_territory t JOIN tree ON t.parent_id = tree.id WHERE tree.depth < 50
), named AS (
    SELECT n.account_id, n.seat_id FROM crm_namedaccount n
    WHERE n.account_id = ANY(%(accounts)s) AND n.starts_on <= %(day)s AND %(day)s < n.ends_before
), by_rule AS (
    SELECT DISTINCT ON (a.id) a.id AS account_id, t.id AS territory_id, s.seat_id FROM crm_account a
    JOIN crm_territory t ON {MATCHES} JOIN tree ON tree.id = t.id
    JOIN crm_territoryassignment s ON s.territory_id = t.id AND s.starts_on <= %(day)s AND %(day)s < s.ends_before
    WHERE a.id = ANY(%(accounts)s) AND NOT EXISTS (SELECT 1 FROM named WHERE named.account_id = a.id)
    ORDER BY a.id, tree.depth DESC, cardinality(t.regions) = 0 OR cardinality(t.industries) = 0, t.id
)
SELECT account_id, NULL::bigint, seat_id FROM named
UNION ALL SELECT account_id, territory_id, seat_id FROM by_rule ORDER BY 1, 3
"""


@dataclass(frozen=True)
class SeatNow:
    """A seat in words, and who holds it on a day."""

    seat: Seat
    person_id: int | None
    person: str

    @property
    def place(self) -> str:
        """North · rep."""
        return " · ".join(filter(None, [self.seat.team.name, self.seat.title or str(self.seat.get_role_display())]))


@dataclass(frozen=True)
class Listed:
    """A territory with how deep it stands, which seat has it on the day, and how many accounts its rule names."""

    territory: Territory
    depth: int
    holder: SeatNow | None
    account_count: int


@dataclass(frozen=True)
class Cover:
    """The seat that looks after an account: by name, or by a territory."""

    account_id: int
    territory_id: int | None
    seat_id: int


def seats_now(seat_ids: Iterable[int], on: date) -> dict[int, SeatNow]:
    """Seats by id with who holds them on the day. Two queries."""
    seats = Seat.objects.filter(pk__in=list(seat_ids)).select_related("team")
    holdings = SeatHolding.objects.on(on).filter(seat__in=seats).select_related("person")
    held = {holding.seat_id: holding.person for holding in holdings}
    return {
        seat.pk: SeatNow(
            seat, held[seat.pk].pk if seat.pk in held else None, held[seat.pk].name if seat.pk in held else ""
        )
        for seat in seats
    }


def seats_open(on: date) -> list[SeatNow]:
    """Every seat that exists on the day, by team. Three queries."""
    ids = list(Seat.objects.on(on).values_list("pk", flat=True))
    return sorted(seats_now(ids, on).values(), key=lambda each: (each.seat.team.name, each.person == "", each.person))


def territories_listed(viewer: Viewer, on: date) -> list[Listed]:
    """The tree of territories from the top. Five queries."""
    rows = {row.pk: row for row in territories.visible(viewer).order_by("name")}
    assigned = dict(TerritoryAssignment.objects.on(on).values_list("territory", "seat"))
    seats = seats_now(assigned.values(), on)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        counts = dict(cursor.fetchall())
    found: list[Listed] = []

    def add(parent: int | None, depth: int) -> None:
        for row in rows.values():
            if row.parent_id == parent:  # type: ignore[attr-defined]
                holder = seats.get(assigned.get(row.pk, 0))
                found.append(Listed(row, depth, holder, counts.get(row.pk, 0)))  # type: ignore[arg-type]
                add(row.pk, depth + 1)

    add(None, 0)
    return found


def access_territory(viewer: Viewer, territory_id: int) -> Territory:
    """The territory, where it is in sight. Raises: PermissionDenied, Http404. One query."""
    territories.require(viewer, "view")
    found: Territory | None = Territory.objects.select_related("parent").filter(pk=territory_id).first()
    if found is None:
        raise Http404
    return found


def territory_accounts(territory: Territory) -> QuerySet[Account]:
    """Accounts that the rule of a territory names."""
    found = Account.objects.order_by("name", "pk")
    if not territory.regions and not territory.industries:
        return found.none()
    for field, words in (("region", territory.regions), ("industry", territory.industries)):
        if words:
            found = found.annotate(**{f"{field}_key": Lower(field)}).filter(
                **{f"{field}_key__in": [word.lower() for word in words]}
            )
    return found


def assignments_of(territory: Territory) -> list[TerritoryAssignment]:
    """Which seats had, have and will have a territory, the latest first. One query."""
    return list(TerritoryAssignment.objects.filter(territory=territory).order_by("-starts_on"))


def named_accounts(viewer: Viewer, search: str = "") -> QuerySet[NamedAccount]:
    """Accounts that seats have by name."""
    territories.require(viewer, "view")
    found: QuerySet[NamedAccount] = NamedAccount.objects.select_related("account", "seat__team")
    return found.filter(account__name__icontains=search).order_by("account__name", "-starts_on", "pk")


def assignments_waiting(what: str) -> list[WaitingAssignment]:
    """Lines of files that give an account or a territory to a seat and wait for what they name, the first ones. One query."""
    return list(WaitingAssignment.objects.filter(what=what).order_by("pk")[:MOST_WAITING])


def access_named_account(viewer: Viewer, named_id: int) -> NamedAccount:
    """An account that a seat has by name. Raises: PermissionDenied, Http404. One query."""
    found: NamedAccount | None = named_accounts(viewer).filter(pk=named_id).first()
    if found is None:
        raise Http404
    return found


def account_covers(account_ids: Collection[int], on: date) -> list[Cover]:
    """Who looks after accounts on a day: seats that have them by name, otherwise the narrowest territory's. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COVER, {"accounts": list(account_ids), "day": on})
        return [Cover(*row) for row in cursor.fetchall()]


def covers_told(account_ids: Collection[int], on: date) -> dict[int, list[tuple[Cover, SeatNow]]]:
    """Covers with their seats, by account. Three queries."""
    covers = account_covers(account_ids, on)
    seats = seats_now({cover.seat_id for cover in covers}, on)
    found: dict[int, list[Any]] = {}
    for cover in covers:
        found.setdefault(cover.account_id, []).append((cover, seats[cover.seat_id]))
    return found
