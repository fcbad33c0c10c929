"""People who become one: their quotas for the same days are asked about, never lost by accident, never a database error."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from crm.models import HandOver, Quota
from crm.services.mending import merge
from people.models import ActingManager, AuditEntry, Delegation, Leave, Person
from people.selectors.organization import has_facts
from people.services.organization import organization_change
from tests.cast import NOW, TODAY, Cast, make_person
from tests.crm.access import make_deal, make_quota, make_stage
from tests.crm.test_hand_overs import handed, shares, won

SignIn = Callable[[str], Client]
MAY, JULY, OCTOBER = date(2026, 5, 1), date(2026, 7, 1), date(2026, 10, 1)


@pytest.fixture
def doubles(cast: Cast) -> tuple[Person, Person, Person]:
    """Zoe, and twice her with another spelling; quotas of Q2 and of Q2 and Q3."""
    zoe, one, two = make_person("Zoe Zahn"), make_person("Zoe  Zahn"), make_person("zoe zahn")
    make_quota(zoe, 100)
    make_quota(one, 200, starts_on=MAY, ends_before=JULY)
    make_quota(two, 300, starts_on=MAY, ends_before=OCTOBER)
    return zoe, one, two


def amounts() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for quota in Quota.objects.order_by("starts_on"):
        assert quota.person is not None
        found.setdefault(quota.person.name, []).append(int(quota.amount))
    return found


def test_quotas_for_the_same_days_stand_in_the_way_until_somebody_chooses(
    cast: Cast, doubles: tuple[Person, ...]
) -> None:
    zoe, one, _two = doubles
    with pytest.raises(ValidationError, match=r"have quotas for the same days: \$100.00 from .* Choose which"):
        merge(viewer=cast.viewer("ada"), name="owner", keep_id=zoe.pk, ids=[one.pk], at=NOW)
    assert Quota.objects.count() == 3 and Person.objects.filter(pk=one.pk).exists()


@pytest.mark.parametrize(("choice", "left"), [("keep", [100]), ("take", [200])])
def test_the_chosen_quotas_hold_and_the_others_go_with_an_entry(
    cast: Cast, doubles: tuple[Person, ...], choice: str, left: list[int]
) -> None:
    zoe, one, two = doubles
    ids = [one.pk, two.pk]
    merge(viewer=cast.viewer("ada"), name="owner", keep_id=zoe.pk, ids=ids, at=NOW, quotas=choice)
    assert amounts() == {"Zoe Zahn": left}
    entry = AuditEntry.objects.get(action="merge")
    assert len(entry.detail["quotas_taken_away"]) == 2


def test_quotas_one_after_the_other_come_together_without_a_question(cast: Cast) -> None:
    zoe, one = make_person("Zoe Zahn"), make_person("zoe zahn")
    make_quota(zoe, 100)
    make_quota(one, 200, starts_on=JULY, ends_before=OCTOBER)
    merge(viewer=cast.viewer("ada"), name="owner", keep_id=zoe.pk, ids=[one.pk], at=NOW)
    assert amounts() == {"Zoe Zahn": [100, 200]}


def test_the_page_says_what_to_choose_and_does_it(cast: Cast, doubles: tuple[Person, ...], sign_in: SignIn) -> None:
    zoe, one, two = doubles
    group = ",".join(str(key) for key in sorted(row.pk for row in doubles))
    data = {"group": [group], f"keep_{group}": str(zoe.pk)}
    client = sign_in("dana")
    assert "Where both have a quota for the same days" in client.get("/data-health/").content.decode()
    said = client.post("/data-health/merge/owner/", data, follow=True).content.decode()
    assert "Choose which of them hold" in said
    client.post("/data-health/merge/owner/", {**data, "quotas": "keep"}, follow=True)
    assert amounts() == {"Zoe Zahn": [100]} and one.pk and two.pk


def test_hand_overs_and_their_shares_follow_the_name_that_stays(cast: Cast) -> None:
    zoe, one = make_person("Zoe Zahn"), make_person("zoe zahn")
    deal = make_deal("A1", one, make_stage("Engaging", "open", 2), closed_on=None)
    handed(deal, one, cast.alice, TODAY, "previous owner 30 days")
    won(deal, TODAY)
    merge(viewer=cast.viewer("ada"), name="owner", keep_id=zoe.pk, ids=[one.pk], at=NOW)
    assert HandOver.objects.get().from_person == zoe
    assert shares(deal) == {"Zoe Zahn": Decimal(1)}


def test_the_currency_stays_while_amounts_are_stored_in_it_quotas_too(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice)
    words = sign_in("ada").get("/settings/").content.decode()
    assert "so it cannot change any more" in words
    with pytest.raises(ValidationError, match="cannot change any more"):
        organization_change(viewer=None, organization=cast.organization, at=NOW, has_facts=has_facts(), currency="EUR")


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (lambda one, cast: Leave.objects.create(person=one), "has leave, stands in or acts"),
        (lambda one, cast: Delegation.objects.create(manager=cast.carol, delegate=one), "has leave, stands in or acts"),
        (lambda one, cast: ActingManager.objects.create(team=cast.south, person=one), "has leave, stands in or acts"),
        (lambda one, cast: Person.objects.filter(pk=one.pk).update(erased_at=NOW), "so that no file brings the name"),
    ],
)
def test_what_would_go_with_a_name_keeps_it(cast: Cast, held: Callable[[Person, Cast], object], words: str) -> None:
    zoe, one = make_person("Zoe Zahn"), make_person("zoe zahn")
    held(one, cast)
    with pytest.raises(ValidationError, match=words):
        merge(viewer=cast.viewer("ada"), name="owner", keep_id=zoe.pk, ids=[one.pk], at=NOW)
    assert Person.objects.filter(pk=one.pk).exists()
    merge(viewer=cast.viewer("ada"), name="owner", keep_id=one.pk, ids=[zoe.pk], at=NOW)
    assert not Person.objects.filter(pk=zoe.pk).exists()
