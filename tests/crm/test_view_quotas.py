"""Quotas on pages: who sees which, gaps, and changes that keep what was."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm.models import Quota
from people.models import AuditEntry
from people.wall import tenant
from tests.cast import Cast
from tests.crm.access import make_quota

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
YEAR = {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}
NEW = {"starts_on": "2026-07-01", "ends_before": "2026-10-01", "amount": "12000.50", "currency": "USD"}


def page(client: Client, **query: Any) -> str:
    response = client.get("/quotas/", {**YEAR, **query})
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_quotas_and_the_days_without_one(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice, 9100)
    text = page(sign_in("dana"))
    assert "$9,100" in text
    assert text.count("No quota") >= 3  # before and after Alice's, and all of Carol's year


def test_a_quota_that_reaches_beyond_the_days_shows_its_share(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice, 9100)  # 91 days
    assert "$100" in page(sign_in("dana"), starts_on="2026-06-30", ends_before="2026-07-02")


def test_a_rep_sees_only_their_own_and_a_manager_those_below(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice, 1111)
    make_quota(cast.carol, 2222)
    make_quota(cast.north, 3333)
    alice, bob = page(sign_in("alice")), page(sign_in("bob"))
    assert "1,111" in alice and "2,222" not in alice and "3,333" not in alice
    assert "1,111" in bob and "3,333" in bob and "2,222" not in bob


def test_another_organization_sees_none(cast: Cast, sign_in: SignIn) -> None:
    quota = make_quota(cast.alice, 1111)
    client = sign_in("mallory")
    assert "1,111" not in page(client)
    assert client.get(f"/quotas/{quota.pk}/").status_code == 404
    assert client.post(f"/quotas/{quota.pk}/delete/").status_code == 404


def test_operations_adds_a_quota(cast: Cast, sign_in: SignIn) -> None:
    response = sign_in("dana").post("/quotas/add/", {**NEW, "person": cast.alice.pk})
    assert response.status_code == 302
    made = Quota.objects.get()
    assert (made.person, made.amount, made.converted_amount) == (cast.alice, Decimal("12000.5"), Decimal("12000.5"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"starts_on": "2026-05-01"}, "has a quota for some of these days already"),
        ({"ends_before": "2026-07-01"}, "end must come after the start"),
        ({"person": ""}, "Choose a person or a team."),
        ({"team": "north"}, "not both"),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "much"}, "Enter a number"),
        ({"starts_on": "soon"}, "Enter a valid date"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    cast: Cast, sign_in: SignIn, values: dict[str, str], words: str
) -> None:
    make_quota(cast.alice)
    data = {**NEW, "person": cast.alice.pk, **values}
    if "team" in values:
        data["team"] = cast.north.pk
    response = sign_in("dana").post("/quotas/add/", data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Quota.objects.count() == 1


def test_a_change_needs_a_reason_and_keeps_what_was(cast: Cast, sign_in: SignIn) -> None:
    quota, client = make_quota(cast.alice, 9000), sign_in("dana")
    values = {"starts_on": "2026-04-01", "ends_before": "2026-07-01", "amount": "8000", "currency": "USD"}
    assert client.post(f"/quotas/{quota.pk}/change/", values).status_code == 422
    assert client.post(f"/quotas/{quota.pk}/change/", {**values, "reason": "Parental leave"}).status_code == 302
    text = client.get(f"/quotas/{quota.pk}/").content.decode()
    assert "$8,000" in text and "$9,000" in text and "Parental leave" in text and "Dana Diaz" in text
    assert AuditEntry.objects.filter(action="quota_change").count() == 1


def test_a_taken_away_quota_stays_in_the_audit_log(cast: Cast, sign_in: SignIn) -> None:
    quota = make_quota(cast.alice, 9000)
    assert sign_in("dana").post(f"/quotas/{quota.pk}/delete/").status_code == 302
    assert not Quota.objects.exists()
    assert AuditEntry.objects.get(action="quota_delete").detail["amount"].startswith("9000")


def test_the_list_asks_the_same_number_of_questions_with_more_quotas(
    cast: Cast, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in("dana")
    page(client)
    for who in (cast.alice, cast.bob, cast.carol, cast.north, cast.south):
        make_quota(who)
        make_quota(who, starts_on=date(2026, 7, 1), ends_before=date(2026, 8, 1))
    with django_assert_max_num_queries(8 + 8):
        page(client)


def test_nobody_writes_a_quota_for_somebody_behind_the_wall(cast: Cast, sign_in: SignIn) -> None:
    response = sign_in("dana").post("/quotas/add/", {**NEW, "person": cast.mallory.pk})
    assert response.status_code == 422
    with tenant(cast.other.pk):
        assert not Quota.objects.exists()
