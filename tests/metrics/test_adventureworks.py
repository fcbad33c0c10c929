"""Bookings and attainment per person and quota period equal EXPECTED.json: asked of the command, and by page."""

import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from crm.models import Quota
from metrics.services import rollups_recompute
from people import formats
from people.models import Grant, Organization, Person, Team
from people.statistics import statistics_gather
from people.wall import tenant
from tests.cast import make_person
from tests.metrics import adventureworks, build
from tests.metrics.numbers import shown

pytestmark = pytest.mark.skipif(adventureworks.folder() is None, reason="the sample data is not beside the checkout")
Answers = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Organization, Answers]]:
    """Imported once; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        made, answers = adventureworks.load()
        rollups_recompute(organization_id=made.pk, is_full=True)
        statistics_gather()
        with tenant(made.pk):
            yield made, answers
        transaction.set_rollback(True)


def command(**options: Any) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("metrics", organization="adventure", format="json", stdout=out, **options)
    rows: list[dict[str, Any]] = json.loads(out.getvalue())["rows"]
    return rows


def exact(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def cents(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def expected_rows() -> dict[tuple[str, str], dict[str, Any]]:
    """(person, first day of the quota period) → figures, of people with a quota."""
    return {
        (name, period["start"]): figures
        for period in adventureworks.expected()["quota_periods"]
        for name, figures in period["reps"].items()
    }


def test_the_files_need_no_mapping(company: tuple[Organization, Answers]) -> None:
    answers = company[1]
    assert {kind: answer["created"] for kind, answer in answers.items()} == {
        "person": 17,
        "opportunity": 3806,
        "quota": 163,
    }
    assert [(issue["code"], issue["count"]) for issue in answers["quota"]["issues"]] == [("assumed_end", 17)]


def test_a_quota_runs_to_the_next_start_of_the_file(company: tuple[Organization, Answers]) -> None:
    periods = {(each["start"], each["end_exclusive"]) for each in adventureworks.expected()["quota_periods"]}
    found = {
        (start.isoformat(), end.isoformat()) for start, end in Quota.objects.values_list("starts_on", "ends_before")
    }
    assert found == periods


def test_attainment_per_person_and_quota_period_equals_the_expected_one(company: tuple[Organization, Answers]) -> None:
    rows = {
        (row["group"]["person"], row["group"]["quota"]): row for row in command(metric="attainment", by="person,quota")
    }
    theirs = {key: exact(figures["attainment"]) for key, figures in expected_rows().items()}
    ours = {key: exact(row["value"]) for key, row in rows.items()}
    assert {key: value for key, value in ours.items() if value is not None} == {
        key: value for key, value in theirs.items() if value is not None
    }
    assert len(theirs) == 163
    assert {exact(rows[key]["denominator"]) for key in theirs} == {
        exact(figures["quota"]) for figures in expected_rows().values()
    }


def test_bookings_per_person_and_quota_period_equal_the_expected_ones(company: tuple[Organization, Answers]) -> None:
    rows = command(metric="revenue", by="person,quota")
    ours = {(row["group"]["person"], row["group"]["quota"]): exact(row["value"]) for row in rows}
    for key, figures in expected_rows().items():
        assert ours[key] == cents(figures["revenue"]), key


def test_the_company_per_quota_period_counts_only_people_with_a_quota(company: tuple[Organization, Answers]) -> None:
    rows = {row["group"]["quota"]: row for row in command(metric="attainment", by="quota")}
    for period in adventureworks.expected()["quota_periods"]:
        row = rows[period["start"]]
        assert exact(row["value"]) == exact(period["attainment_of_reps_with_quota"])
        assert exact(row["denominator"]) == exact(period["quota"])


def test_four_quota_periods_in_one_question_add_up(company: tuple[Organization, Answers]) -> None:
    expected = adventureworks.expected()
    rows = command(metric="attainment", by="person", starts_on="2013-05-30", ends_before="2014-06-01")
    ours = {row["group"]["person"]: exact(row["value"]) for row in rows}
    for name, figures in expected["ytd_by_rep"].items():
        assert ours[name] == exact(figures["attainment"]), name
    [total] = command(metric="attainment", starts_on="2013-05-30", ends_before="2014-06-01")
    assert exact(total["value"]) == exact(expected["ytd_totals"]["attainment"])


def test_every_figure_equals_a_query_of_its_own(company: tuple[Organization, Answers]) -> None:
    """The same from the facts in one plain statement, for the quarters of the calendar, which cut every quota."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.name, extract(year FROM d)::int || 'Q' || extract(quarter FROM d)::int,
                round(sum(q.amount / (q.ends_before - q.starts_on)), 2),
                coalesce(round(sum(o.sold), 2), 0)
            FROM crm_quota q JOIN people_person p ON p.id = q.person_id,
            LATERAL generate_series(q.starts_on, q.ends_before - 1, interval '1 day') d
            LEFT JOIN LATERAL (
                SELECT sum(amount) AS sold FROM crm_opportunity WHERE owner_id = q.person_id AND closed_on = d::date
            ) o ON true GROUP BY 1, 2"""
        )
        theirs = {(name, quarter): (quota, sold) for name, quarter, quota, sold in cursor.fetchall()}
    rows = command(metric="attainment", by="person,quarter")
    ours = {
        (row["group"]["person"], row["group"]["quarter"]): (exact(row["denominator"]), exact(row["numerator"]))
        for row in rows
        if row["value"] is not None
    }
    assert ours == theirs


@pytest.fixture
def executive(company: tuple[Organization, Answers]) -> Client:
    made = make_person("Erin East", organization=company[0])
    Grant.objects.create(person=made, role=Grant.Role.EXECUTIVE)
    client = Client()
    client.force_login(made.user)
    return client


def test_the_pages_say_the_same(company: tuple[Organization, Answers], executive: Client) -> None:
    period = adventureworks.expected()["quota_periods"][-1]
    days = {"period": "custom", "from": period["start"], "to": "2014-05-31"}
    for name, figures in list(period["reps"].items())[:5]:
        who = Person.objects.get(name=name)
        page = shown(executive.get(f"/people/{who.pk}/numbers/", days))
        assert page["attainment"] == formats.percent(exact(figures["attainment"])), name
    page = shown(executive.get("/company/", days))
    assert page["attainment"] == formats.percent(exact(period["attainment_of_reps_with_quota"]))
    team = Team.objects.get(name="Stephen Y Jiang")
    assert "attainment" in shown(executive.get(f"/teams/{team.pk}/numbers/", days))


def test_quotas_first_and_people_last_come_to_the_same(django_db_blocker: DjangoDbBlocker, company: Any) -> None:
    expected = expected_rows()
    with transaction.atomic():
        Organization.objects.filter(pk=company[0].pk).update(slug="before")
        made, _ = adventureworks.load(("quota", "opportunity", "person"))
        with tenant(made.pk):
            assert not Quota.objects.filter(person=None).exists()
            rows = build.ask(made, "attainment", by="person,quota")
            ours = {tuple(row.names.values()): row.figure.value for row in rows if row.figure.value is not None}
        assert ours == {key: exact(figures["attainment"]) for key, figures in expected.items()}
        transaction.set_rollback(True)
