"""The data-health page tells what files leave out, apart from what is wrong."""

from datetime import date

import pytest

from crm.models import Opportunity, Pipeline, Stage
from crm.selectors.health import odd_counts, people_without_deals
from people.models import Person
from people.wall import tenant
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


def make_deals(cast: Cast) -> None:
    pipeline = Pipeline.objects.create(name="Sales")
    stage = Stage.objects.create(pipeline=pipeline, name="Open", name_key="open", position=1)
    whole = {"engaged_on": date(2026, 1, 5), "closed_on": date(2026, 9, 1), "amount": 5, "account_text": "Globex"}
    rows = [{}, {"engaged_on": None}, {"closed_on": None}, {"amount": None}, {"account_text": ""}]
    for number, gap in enumerate(rows):
        Opportunity.objects.create(
            source="crm",
            external_id=str(number),
            stage=stage,
            outcome="open",
            currency="USD",
            owner=cast.alice,
            **{**whole, **gap},
        )


def test_each_gap_is_counted_on_its_own(cast: Cast) -> None:
    with tenant(cast.organization.pk):
        make_deals(cast)
        counts = odd_counts()
    assert [counts[check] for check in ("open_no_amount", "open_no_close_date", "no_start", "no_account")] == [
        1,
        1,
        1,
        1,
    ]


def test_open_deals_of_somebody_who_left_are_told_until_they_come_back(cast: Cast) -> None:
    with tenant(cast.organization.pk):
        make_deals(cast)
        assert odd_counts()["open_owner_left"] == 0
        for left_on, hired_on, count in (
            (date(2026, 3, 1), None, 5),
            (date(2026, 3, 1), date(2025, 1, 1), 5),
            (date(2026, 3, 1), date(2026, 4, 1), 0),
            (date(9000, 1, 1), None, 0),
        ):
            Person.objects.filter(pk=cast.alice.pk).update(left_on=left_on, hired_on=hired_on)
            assert odd_counts()["open_owner_left"] == count, (left_on, hired_on)
        Person.objects.filter(pk=cast.alice.pk).update(left_on=date(2026, 3, 1), hired_on=None)
    page = cast.client("ada").get("/data-health/").content.decode()
    assert "/deals/?oddity=open_owner_left" in page
    assert cast.client("ada").get("/deals/?oddity=open_owner_left").context["table"].pages.page.paginator.count == 5


def test_reps_whom_no_file_names_are_told_and_managers_are_not(cast: Cast) -> None:
    with tenant(cast.organization.pk):
        make_deals(cast)
        assert list(people_without_deals(TODAY)) == [cast.carol]


def test_the_page_shows_gaps_with_the_deals_behind_them(cast: Cast) -> None:
    with tenant(cast.organization.pk):
        make_deals(cast)
    page = cast.client("ada").get("/data-health/").content.decode()
    assert "Open without an amount" in page
    assert "/deals/?oddity=no_account" in page
    assert "Reps without any deal" in page
