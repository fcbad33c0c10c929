"""Put the demo organization into the database, in one transaction and behind its wall.

Small tables go through the ORM; deals and their histories through COPY (`copying`) and one INSERT … SELECT each, with
the history trigger switched off, because the demo knows its history better than the trigger could.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction

from crm.models import Account, AccountKey, Opportunity, Pipeline, Product, ProductKey, Stage
from people.models import (
    BEGINNING,
    FOREVER,
    Grant,
    Organization,
    Person,
    PersonKey,
    Seat,
    SeatHolding,
    Team,
    TeamPlacement,
)
from people.statistics import statistics_gather
from people.wall import tenant
from spm.demo import names, story
from spm.demo.away import absences_create
from spm.demo.beside import DEAL_VALUES, beside_create, deal_parameters
from spm.demo.copying import Block, table_copy
from spm.demo.currencies import CODES, SCALE, currencies_choose, deal_rates, rates_create
from spm.demo.deals import NOBODY, Deals, Ints, account_count, account_regions, deals_of
from spm.demo.goals import goals_create
from spm.demo.history import changes_of
from spm.demo.plants import plant
from spm.demo.quotas import quotas_create
from spm.demo.season import traits_of
from spm.demo.shares import shares_create
from spm.demo.staff import Member, Staff, staff_of
from spm.demo.story import Days, days_of

BLOCK = 100_000  # deals at a time

_DEAL_COLUMNS = {
    "number": "integer",
    "owner": "bigint",
    "account": "bigint",
    "product": "bigint",
    "stage": "bigint",
    "cents": "bigint",
    "currency": "integer",
    "rate": "integer",
    "created": "date",
    "engaged": "date",
    "closed": "date",
    "last": "date",
    "source": "integer",
}
_PLAIN = ("cents", "currency", "created", "engaged", "closed", "last", "source")
_CHANGE_COLUMNS = {
    "number": "integer",
    "day": "date",
    "second": "integer",
    "stage": "bigint",
    "cents": "bigint",
    "closed": "date",
    "owner": "bigint",
}
# column of a deal <- SQL over the copied rows
_DEAL_VALUES = {
    "id": "d.id",
    "source": "%(source)s",
    "external_id": "'D-' || lpad(d.number::text, 7, '0')",
    "name": "a.name || ' – ' || p.name",
    "owner_id": "nullif(d.owner, -1)",
    "owner_text": "CASE WHEN d.owner = -1 THEN %(stranger)s ELSE '' END",
    "account_id": "d.account",
    "product_id": "d.product",
    "stage_id": "d.stage",
    "outcome": "s.outcome",
    "amount": "nullif(d.cents, -1) * 0.01",
    "currency": "(%(currencies)s::text[])[d.currency + 1]",
    "converted_amount": "nullif(d.cents, -1) * 0.01 * d.rate / %(scale)s",
    "created_on": "d.created",
    "engaged_on": "d.engaged",
    "closed_on": "nullif(d.closed, '-infinity')",
    "lead_source": "(%(sources)s::text[])[d.source + 1]",
    "updated_at": "least(d.last + interval '18 hours', %(at)s)",
}
_DEALS_INSERT = """
    INSERT INTO crm_opportunity ({columns})
    SELECT {values} FROM demo_deal d
    JOIN crm_account a ON a.id = d.account
    JOIN crm_product p ON p.id = d.product
    JOIN crm_stage s ON s.id = d.stage
    ORDER BY d.number
"""
_CHANGES_INSERT = """
    INSERT INTO crm_opportunitychange (
        opportunity_id, happened_on, recorded_at, stage_id, outcome, amount, currency, closed_on, owner_id)
    SELECT d.id, c.day, least(c.day + make_interval(secs => c.second), %(at)s), c.stage, s.outcome,
        nullif(c.cents, -1) * 0.01, (%(currencies)s::text[])[d.currency + 1], nullif(c.closed, '-infinity'), nullif(c.owner, -1)
    FROM demo_change c
    JOIN demo_deal d USING (number)
    JOIN crm_stage s ON s.id = c.stage
    ORDER BY c.number, c.day, c.second
"""

# The tables that this transaction filled have no statistics yet: without the hint Postgres takes them for empty and
# loops through them for every row, which kept a million deals busy for over a quarter of an hour.
_BULK = "SET LOCAL app.history = 'off'; SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '256MB'"
_BULK_DONE = "SET LOCAL app.history = 'on'; SET LOCAL enable_nestloop = on; SET LOCAL work_mem TO DEFAULT"


def demo_create(*, slug: str, reps: int, deals: int, months: int, seed: int, at: datetime) -> Organization:
    """A new demo organization that ends on the day of `at`, complete but for its rollups and sign-ins."""
    with transaction.atomic():
        organization = Organization.objects.create(
            slug=slug, name=story.COMPANY, currency=story.CURRENCY, time_zone="UTC", is_demo=True
        )
        days = days_of(today_of(organization, at), months)
        staff = staff_of(reps, seed, days, f"{slug}.example")
        with tenant(organization.pk):
            people = _people_create(staff)
            absences_create(staff, people, _structure_create(staff, people), days)
            columns = deals_of(staff, traits_of(staff.rep_count, seed), days, deals, seed)
            plant(columns, staff, days, seed)
            columns.account = _accounts_chosen(columns, staff, seed)
            currencies_choose(columns, staff, days, account_count(len(columns)))
            _facts_create(columns, staff, people, days, seed=seed, at=at)
            goals_create(organization, people[: staff.rep_count], days)
            statistics_gather()
    return organization


def today_of(organization: Organization, at: datetime) -> date:
    return at.astimezone(ZoneInfo(organization.time_zone)).date()


def _people_create(staff: Staff) -> list[Person]:
    people = Person.objects.bulk_create(
        Person(name=m.name, email=m.email, hired_on=m.hired_on, left_on=m.left_on) for m in staff.members
    )
    PersonKey.objects.bulk_create(
        PersonKey(source=story.SOURCE, external_id=person.name, person=person) for person in people
    )
    Grant.objects.bulk_create(
        Grant(person=person, role=member.role)
        for person, member in zip(people, staff.members, strict=True)
        if not member.seats
    )
    return people


def _structure_create(staff: Staff, people: list[Person]) -> list[Team]:
    """Teams, their tree, seats, and who held them when."""
    teams = Team.objects.bulk_create(Team(name=team.name) for team in staff.teams)
    TeamPlacement.objects.bulk_create(
        TeamPlacement(team=teams[number], parent=teams[team.parent])
        for number, team in enumerate(staff.teams)
        if team.parent is not None
    )
    sat = [
        (person, member, held) for person, member in zip(people, staff.members, strict=True) for held in member.seats
    ]
    seats = Seat.objects.bulk_create(
        Seat(team=teams[held.team], role=member.role, title=member.title, starts_on=_opened(member))
        for _, member, held in sat
    )
    SeatHolding.objects.bulk_create(
        SeatHolding(
            seat=seat, person=person, starts_on=held.starts_on or BEGINNING, ends_before=held.ends_before or FOREVER
        )
        for seat, (person, _, held) in zip(seats, sat, strict=True)
    )
    return teams


def _opened(member: Member) -> date:
    """A newcomer's seat was opened for them; all others were always there."""
    return member.seats[0].starts_on or BEGINNING


def _accounts_chosen(deals: Deals, staff: Staff, seed: int) -> Ints:
    """An account of the owner's region for every deal; some buy much more often than others."""
    regions = account_regions(account_count(len(deals)), staff)
    rng = np.random.default_rng([seed, 5])
    places = {region.name: place for place, region in enumerate(story.REGIONS)}
    of_rep = np.array([places[staff.region_of(member)] for member in staff.members[: staff.rep_count]])
    region = of_rep[np.maximum(deals.owner, 0)]
    firsts = np.searchsorted(regions, np.arange(len(story.REGIONS)))
    sizes = np.maximum(np.bincount(regions, minlength=len(story.REGIONS)), 1)
    place = (rng.random(len(deals)) ** 1.7 * sizes[region]).astype(np.int64)
    return np.asarray(firsts[region] + place)


def _facts_create(deals: Deals, staff: Staff, people: list[Person], days: Days, *, seed: int, at: datetime) -> None:
    accounts = _accounts_create(account_count(len(deals)), staff, seed)
    products = _products_create()
    stages = _stages_create()
    rates_create(days)
    ids = {
        "owner": _ids(people),
        "account": _ids(accounts),
        "product": _ids(products),
        "stage": _ids(stages),
    }
    table_copy(
        "demo_deal",
        _DEAL_COLUMNS,
        _deal_blocks(deals, ids, days),
        extra=", id bigint DEFAULT nextval(pg_get_serial_sequence('crm_opportunity', 'id'))",
    )
    table_copy("demo_change", _CHANGE_COLUMNS, _change_blocks(deals, ids, seed))
    values: dict[str, Any] = {
        "source": story.SOURCE,
        "stranger": story.UNMATCHED_OWNER,
        "currency": story.CURRENCY,
        "currencies": CODES,
        "scale": SCALE,
        "sources": [name for name, _ in story.SOURCES],
        "at": at,
    }
    beside = deal_parameters(seed=seed, days=days, deals=len(deals))
    values |= beside
    columns = _DEAL_VALUES | DEAL_VALUES
    columns |= _defaults(values, columns)
    with connection.cursor() as cursor:
        cursor.execute(_BULK)
        cursor.execute(_DEALS_INSERT.format(columns=", ".join(columns), values=", ".join(columns.values())), values)
        cursor.execute(_CHANGES_INSERT, values)
        cursor.execute("DROP TABLE demo_deal, demo_change")
        beside_create(beside, people=[person.pk for person in people[: staff.rep_count]], at=at)
        shares_create(beside, days)
        quotas_create(days)
        cursor.execute(_BULK_DONE)


def _defaults(values: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """The columns of a deal that the demo says nothing about, as a form would leave them; adds their `values`."""
    silent = {
        str(field.column): field
        for field in Opportunity._meta.local_concrete_fields
        if field.column not in given and field.has_default() and not field.null
    }
    values |= {column: field.get_default() for column, field in silent.items()}
    return {column: f"%({column})s" for column in silent}


def _ids(rows: list[Person] | list[Account] | list[Product] | list[Stage]) -> Ints:
    """Keys by place, with one more for nobody at the end, where place -1 finds it."""
    return np.array([*(row.pk for row in rows), NOBODY])


def _deal_blocks(deals: Deals, ids: dict[str, Ints], days: Days) -> Iterator[Block]:
    for start in range(0, len(deals), BLOCK):
        part = deals.take(np.arange(start, min(start + BLOCK, len(deals))))
        plain = {name: getattr(part, name) for name in _PLAIN}
        keys = {name: ids[name][getattr(part, name)] for name in ("owner", "account", "product", "stage")}
        yield {"number": start + 1 + np.arange(len(part)), "rate": deal_rates(part, days), **plain, **keys}


def _change_blocks(deals: Deals, ids: dict[str, Ints], seed: int) -> Iterator[Block]:
    for start in range(0, len(deals), BLOCK):
        part = deals.take(np.arange(start, min(start + BLOCK, len(deals))))
        changes = changes_of(part, np.random.default_rng([seed, 6, start]))
        yield {
            "number": start + 1 + changes.deal,
            "day": changes.day,
            "second": 32_400 + (changes.deal * 7919) % 25_000 + changes.slot,  # between nine and four
            "stage": ids["stage"][changes.stage],
            "cents": changes.cents,
            "closed": changes.closed,
            "owner": ids["owner"][changes.owner],
        }


def _accounts_create(count: int, staff: Staff, seed: int) -> list[Account]:
    regions = account_regions(count, staff)
    companies = names.companies(count, np.random.default_rng([seed, 7]))
    accounts = Account.objects.bulk_create(
        (
            Account(
                name=company.name,
                name_key=names.key(company.name),
                industry=company.industry,
                region=story.REGIONS[regions[place]].name,
            )
            for place, company in enumerate(companies)
        ),
        batch_size=5_000,
    )
    AccountKey.objects.bulk_create(
        (AccountKey(source=story.SOURCE, external_id=account.name, account=account) for account in accounts),
        batch_size=5_000,
    )
    return accounts


def _products_create() -> list[Product]:
    """The price list, and one name that somebody typed differently."""
    plans: list[tuple[str, str, int | None]] = [(item.name, item.family, item.list_price) for item in story.PRODUCTS]
    plans.append((story.NEAR_DUPLICATE, "", None))
    products = Product.objects.bulk_create(
        Product(name=name, name_key=names.key(name), family=family, list_price=price) for name, family, price in plans
    )
    ProductKey.objects.bulk_create(
        ProductKey(source=story.SOURCE, external_id=product.name, product=product) for product in products
    )
    return products


def _stages_create() -> list[Stage]:
    pipeline = Pipeline.objects.create(name="Sales", is_default=True)
    return Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            name=name,
            name_key=names.key(name),
            position=position,
            outcome=outcome,
            probability=probability,
        )
        for position, (name, outcome, probability) in enumerate(story.STAGES, 1)
    )
