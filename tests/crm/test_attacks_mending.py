"""Clumsy or forged posts to data health and stages change nothing and are told."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from crm.models import Account, HealthDismissal, ImportRow, Opportunity, OpportunityChange, Stage
from people.models import Person, PersonKey
from people.wall import tenant
from tests.cast import Cast
from tests.crm.access import make_batch, make_deal, make_stage

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
SIX = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_refused_merge_leaves_every_deal_with_its_owner(cast: Cast, sign_in: SignIn) -> None:
    double = Person.objects.create(name="Ames, Alice")
    deal = make_deal("A-1", cast.alice, owner_text="Alice Ames")
    subject = f"{cast.alice.pk},{double.pk}"
    answer = sign_in("ada").post(
        "/data-health/merge/owner/", {"group": [subject], f"keep_{subject}": str(double.pk)}, follow=True
    )
    assert "has a sign-in" in answer.content.decode()
    deal.refresh_from_db()
    assert deal.owner == cast.alice
    assert not PersonKey.objects.filter(person=double).exists()


def test_one_refused_group_takes_the_other_groups_back(cast: Cast, sign_in: SignIn) -> None:
    first, second = Account.objects.create(name="Acme"), Account.objects.create(name="ACME")
    good, bad = f"{first.pk},{second.pk}", f"{first.pk},999999"
    data = {"group": [good, bad], f"keep_{good}": str(first.pk), f"keep_{bad}": str(first.pk)}
    sign_in("ada").post("/data-health/merge/account/", data)
    assert Account.objects.filter(pk=second.pk).exists()


@pytest.mark.parametrize("text", ["\x00", "x" * 5000, "nobody says this"])
@pytest.mark.parametrize("name", ["owner", "account", "product"])
def test_only_what_deals_say_is_given_a_meaning(cast: Cast, sign_in: SignIn, name: str, text: str) -> None:
    data = {"source": ["files"], "text": [text], "choice": [str(cast.alice.pk) if name == "owner" else "new"]}
    answer = sign_in("ada").post(f"/data-health/assign/{name}/", data, follow=True)
    assert "Choose from the list" in answer.content.decode()
    assert not Account.objects.exists()


@pytest.mark.parametrize("choice", ["²", "9" * 25, "9" * 500, "-1", "\x00"])
def test_a_forged_choice_is_told(cast: Cast, sign_in: SignIn, choice: str) -> None:
    make_deal("A-1", owner_text="Ben")
    client = sign_in("ada")
    data = {"source": ["files"], "text": ["Ben"], "choice": [choice]}
    assert "Choose from the list" in client.post("/data-health/assign/owner/", data, follow=True).content.decode()
    group = f"{choice},{cast.alice.pk}"
    data = {"group": [group], f"keep_{group}": [choice]}
    assert "Choose the name" in client.post("/data-health/merge/owner/", data, follow=True).content.decode()


def test_people_of_another_organization_are_neither_owners_nor_merged(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A-1", owner_text="Ben")
    client = sign_in("ada")
    foreign = str(cast.mallory.pk)
    client.post("/data-health/assign/owner/", {"source": ["files"], "text": ["Ben"], "choice": [foreign]})
    group = f"{cast.nils.pk},{foreign}"
    client.post("/data-health/merge/owner/", {"group": [group], f"keep_{group}": foreign})
    assert Opportunity.objects.get().owner is None
    assert Person.objects.filter(pk=cast.nils.pk).exists()
    with tenant(cast.other.pk):
        assert Person.objects.filter(pk=cast.mallory.pk).exists()


def test_a_finding_that_is_no_text_is_left_out(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in("ada").post("/data-health/dismiss/unmatched_owner/", {"subject": ["\x00", "files|Ben"]})
    assert answer.status_code == 302
    assert [row.subject for row in HealthDismissal.objects.all()] == ["files|Ben"]


def test_a_stage_that_a_deal_was_in_stays(cast: Cast, sign_in: SignIn) -> None:
    former = make_stage("Engaging", "open", 2)
    deal = make_deal("A-1", cast.alice)
    OpportunityChange.objects.create(
        opportunity=deal, stage=former, outcome="open", currency="USD", happened_on=SIX.date(), recorded_at=SIX
    )
    answer = sign_in("ada").post(f"/stages/{former.pk}/delete/", follow=True)
    assert answer.status_code == 200 and "so it stays" in answer.content.decode()
    assert Stage.objects.filter(pk=former.pk).exists()


def test_refused_lines_hold_no_formula_and_keep_their_numbers(cast: Cast, sign_in: SignIn) -> None:
    batch = make_batch(state="applied", received=1, refused=1, columns=["=id", "amount"])
    ImportRow.objects.create(batch=batch, number=2, raw=['=HYPERLINK("x")', "-5.50"], result="refused", reason="why")
    answer: Any = sign_in("ada").get(f"/imports/{batch.pk}/refused.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("'=id,")
    assert lines[1].startswith('"\'=HYPERLINK(""x"")",-5.50,2')


def test_a_search_never_shows_deals_out_of_sight(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A-1", cast.alice, name="Rope")
    make_deal("C-1", cast.carol, name="Rope")
    for query in ({"q": "Rope"}, {"q": "Carol"}, {"owner": cast.carol.pk}, {"team": cast.south.pk}):
        page = sign_in("alice").get(f"/deals/?{urlencode(query)}")
        assert b"C-1" not in page.content, query


def test_a_temporary_table_does_not_stand_in_for_the_deals_of_the_search(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("A-1", cast.alice, name="Rope")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE crm_opportunity ON COMMIT DROP AS SELECT 0 AS id LIMIT 0")
        cursor.execute("SELECT * FROM crm_deal_search('%Rope%')")
        assert cursor.fetchall() == [(deal.pk,)]
        cursor.execute("DROP TABLE pg_temp.crm_opportunity")
