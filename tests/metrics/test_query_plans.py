"""The hot queries reach their indexes behind the wall's policy: the plans say so."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from metrics.bench import _company
from metrics.engine.definitions import Quantile, RowValue
from metrics.engine.parts import Part
from metrics.selectors.question import Dimension, Question, Scope, Window
from metrics.selectors.sums.deals import deal_source
from metrics.selectors.sums.quantiles import quantiles_statement
from metrics.selectors.sums.sql import Sql
from metrics.selectors.sums.statement import OWN_DAY, sums_statement
from metrics.services.rollups import PERSON, PRODUCT, Rollup
from people.models import Organization, Person
from people.wall import tenant
from spm import schema

START = "coalesce(o.engaged_on, o.created_on)"
DEALS = 20_000
ON = date(2024, 6, 1)
MEDIAN = Quantile(RowValue.CYCLE_DAYS, Decimal("0.5"))


@pytest.fixture(scope="module")
def large(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organization]:
    """Twenty thousand committed deals of 200 people in three years, with statistics; taken away afterwards."""
    owner = partial(schema.as_owner, connection)
    with django_db_blocker.unblock(), _company("bench-plans", DEALS, 200, owner) as made, tenant(made.pk):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield made


def index_conditions(sql: str, parameters: list[Any]) -> list[str]:
    """What each index of a plan is searched by: "index: condition"."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        plan = cursor.fetchone()[0]
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        if "Index Name" in node:
            found.append(f"{node['Index Name']}: {node.get('Index Cond', '')}")
        for child in node.get("Plans", []):
            walk(child)

    walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


def searched(found: list[str], *columns: str) -> bool:
    """Whether some index is searched by all of these columns."""
    return any(all(column in condition for column in columns) for condition in found)


def people() -> tuple[int, ...]:
    return tuple(Person.objects.values_list("id", flat=True)[:8])


QUARTER = Window(date(2023, 1, 1), date(2023, 4, 1))


def _sums(question: Question, parts: list[Part]) -> Sql:
    return sums_statement(question, QUARTER, parts, deal_source(question, QUARTER, START), Sql(OWN_DAY))


@pytest.mark.parametrize(("rollup", "column"), [(PERSON, "owner_id"), (PRODUCT, "product_id")])
def test_a_due_bucket_reads_its_own_deals_only(large: Organization, rollup: Rollup, column: str) -> None:
    due = [[people()[0]], [date(2023, 1, 5)]]
    branches = rollup.due(rollup, START, False, False)
    found = index_conditions(rollup.insert(" UNION ALL ".join(branches)), due * len(branches))
    assert searched(found, "organization_id", column, "closed_on"), found
    assert searched(found, "organization_id", column, "created_on"), found


@pytest.mark.parametrize(("rollup", "column"), [(PERSON, "owner_id"), (PRODUCT, "product_id")])
def test_a_bucket_of_the_house_reads_its_own_deals_only(large: Organization, rollup: Rollup, column: str) -> None:
    due = [[0], [date(2023, 1, 5)]]
    branches = rollup.due(rollup, START, True, False)
    found = index_conditions(rollup.insert(" UNION ALL ".join(branches)), due * len(branches))
    assert searched(found, "organization_id", f"{column} IS NULL"), found


def test_sums_of_some_people_and_days_read_their_rollups_only(large: Organization) -> None:
    question = Question((), ON, (Dimension.PERSON,), scope=Scope(people()))
    sql = _sums(question, [Part.WON_COUNT, Part.LOST_COUNT])
    found = index_conditions(sql.text, sql.parameters)
    assert searched(found, "metrics_dailyrollup", "person_id", "day"), found


def test_sums_of_a_team_find_its_people_by_their_seats(large: Organization) -> None:
    question = Question((), ON, scope=Scope(team_id=1))
    sql = _sums(question, [Part.WON_COUNT])
    found = index_conditions(sql.text, sql.parameters)
    assert searched(found, "metrics_dailyrollup", "organization_id", "day"), found


def test_medians_of_the_company_read_the_won_deals_of_the_days_from_the_covering_index(large: Organization) -> None:
    sql = quantiles_statement(Question((), ON), QUARTER, [MEDIAN], START)
    found = index_conditions(sql.text, sql.parameters)
    assert searched(found, "opportunity_won_day", "closed_on"), found


def test_medians_of_a_person_read_that_person_s_deals_of_the_days(large: Organization) -> None:
    question = Question((), ON, scope=Scope(people()[:1]))
    sql = quantiles_statement(question, QUARTER, [MEDIAN], START)
    found = index_conditions(sql.text, sql.parameters)
    assert searched(found, "owner_id", "closed_on"), found
