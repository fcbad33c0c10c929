"""Shares of deals entered on a page and read from files."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.models import Credit, ImportBatch, Opportunity
from crm.services.undoing import import_undo
from people.models import AuditEntry, Organization
from tests.cast import NOW, Cast, make_person
from tests.crm.access import make_deal
from tests.crm.files import codes, run, text_of, write

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
HEAD = ["deal id", "rep", "share"]


def form(*lines: tuple[Any, str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {"credit-TOTAL_FORMS": len(lines), "credit-INITIAL_FORMS": 0}
    for n, (who, role, share) in enumerate(lines):
        data |= {f"credit-{n}-person": who.pk if who else "", f"credit-{n}-role": role, f"credit-{n}-share": share}
    return data


def shares(deal: Opportunity) -> dict[str, Decimal]:
    return {each.person.name if each.person else "": each.share for each in deal.credits.select_related("person")}


def test_a_deal_says_that_its_owner_gets_all_of_it(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("A1", cast.alice)
    text = sign_in("alice").get(f"/deals/{deal.pk}/").content.decode()
    assert "100%" in text and "nothing else is said" in text and "Change credits" not in text


def test_operations_splits_a_deal_and_the_page_shows_it(cast: Cast, sign_in: SignIn) -> None:
    deal, client = make_deal("A1", cast.alice), sign_in("dana")
    data = form((cast.alice, "owner", "66.6667"), (cast.bob, "split", "33.3333"), (cast.carol, "overlay", "50"))
    assert client.post(f"/deals/{deal.pk}/credits/", data).status_code == 302
    assert shares(deal)["Bob Brand"] == Decimal("0.333333")
    text = client.get(f"/deals/{deal.pk}/").content.decode()
    assert "66.6667%" in text and "$66.67" in text and "outside team totals" in text
    assert AuditEntry.objects.filter(action="credits_save").count() == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([("alice", "owner", "60"), ("bob", "split", "30")], "10.0000% are still to be given"),
        ([("alice", "owner", "60"), ("bob", "split", "50")], "10.0000% are too many"),
        ([("alice", "split", "50"), ("alice", "split", "50")], "stands there twice"),
        ([("alice", "owner", "0")], "greater than or equal"),
        ([("alice", "owner", "half")], "Enter a number"),
        ([("alice", "owner", "")], "Say how much"),
        ([("alice", "boss", "100")], "Select a valid choice"),
    ],
)
def test_shares_that_do_not_add_up_are_refused_and_nothing_changes(
    cast: Cast, sign_in: SignIn, lines: list[tuple[str, str, str]], words: str
) -> None:
    deal = make_deal("A1", cast.alice)
    data = form(*((cast.people[name], role, share) for name, role, share in lines))
    response = sign_in("dana").post(f"/deals/{deal.pk}/credits/", data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Credit.objects.exists()


def test_no_line_gives_everything_back_to_the_owner(cast: Cast, sign_in: SignIn) -> None:
    deal, client = make_deal("A1", cast.alice), sign_in("dana")
    client.post(f"/deals/{deal.pk}/credits/", form((cast.bob, "split", "100")))
    assert client.post(f"/deals/{deal.pk}/credits/", form((None, "split", ""))).status_code == 302
    deal.refresh_from_db()
    assert (Credit.objects.count(), deal.has_credits, deal.is_split) == (0, False, False)


def test_a_file_says_who_gets_what_and_can_be_undone(org: Organization, tmp_path: Path) -> None:
    ann, bob = make_person("Ann"), make_person("Bob")
    deal = make_deal("A1", ann)
    path = write(tmp_path, text_of(HEAD, [["A1", "Ann", "60%"], ["A1", "Bob", "40%"]]))
    first = run(path, "credit")
    assert (first["created"], shares(deal)) == (2, {"Ann": Decimal("0.6"), "Bob": Decimal("0.4")}), first
    assert run(path, "credit")["unchanged"] == 2
    second = run(write(tmp_path, text_of(HEAD, [["A1", "Bob", "100%"]])), "credit")
    assert (second["updated"], shares(deal)) == (1, {"Bob": Decimal(1)})
    import_undo(batch=ImportBatch.objects.get(pk=second["batch"]), at=NOW, actor=None)
    assert shares(deal) == {"Ann": Decimal("0.6"), "Bob": Decimal("0.4")}
    import_undo(batch=ImportBatch.objects.get(pk=first["batch"]), at=NOW, actor=None)
    deal.refresh_from_db()
    assert (shares(deal), deal.has_credits) == ({}, False)
    assert bob.pk


def test_lines_of_a_deal_that_do_not_add_up_are_refused_together(org: Organization, tmp_path: Path) -> None:
    make_person("Ann")
    make_deal("A1"), make_deal("A2")
    rows = [["A1", "Ann", "0.6"], ["A1", "Bob", "0.3"], ["A2", "Ann", "1"]]
    answer = run(write(tmp_path, text_of(HEAD, rows)), "credit")
    assert (answer["refused"], answer["created"]) == (2, 1)
    assert "split_total" in codes(answer)


def test_credits_wait_for_a_deal_that_is_not_known_and_find_it(org: Organization, tmp_path: Path) -> None:
    make_person("Ann")
    path = write(tmp_path, text_of(HEAD, [["A9", "Ann", "50 %"], ["A9", "Zoe", "50 %"]]))
    assert run(path, "credit")["created"] == 2
    deals = write(tmp_path, text_of(["opportunity_id", "deal_stage", "owner"], [["A9", "Won", "Ann"]]), "deals.csv")
    imported = run(deals, "opportunity")
    deal = Opportunity.objects.get(external_id="A9")
    assert (deal.is_split, shares(deal)) == (True, {"Ann": Decimal("0.5"), "": Decimal("0.5")})
    import_undo(batch=ImportBatch.objects.get(pk=imported["batch"]), at=NOW, actor=None)
    assert Credit.objects.filter(opportunity=None).count() == 2


def test_shares_of_names_that_wait_go_on_waiting_when_the_others_are_changed(
    cast: Cast, sign_in: SignIn, tmp_path: Path
) -> None:
    deal, client = make_deal("A1", cast.alice), sign_in("dana")
    rows = [["A1", "Alice Ames", "50%"], ["A1", "Zoe Zander", "30%"], ["A1", "Yann Yu", "20%"]]
    run(write(tmp_path, text_of(HEAD, rows)), "credit", cast.organization.slug)
    page = client.get(f"/deals/{deal.pk}/credits/").content.decode()
    assert "Zoe Zander (not known yet)" in page and "Yann Yu (not known yet)" in page
    data = form((cast.alice, "owner", "60"), (None, "split", "30"), (None, "split", "10"))
    data |= {"credit-INITIAL_FORMS": 3, "credit-1-name": "Zoe Zander", "credit-2-name": "Yann Yu"}
    assert client.post(f"/deals/{deal.pk}/credits/", data).status_code == 302
    run(write(tmp_path, "name\nZoe Zander\nYann Yu\n"), "person", cast.organization.slug)
    assert {name: float(share) for name, share in shares(deal).items()} == {
        "Alice Ames": 0.6, "Zoe Zander": 0.3, "Yann Yu": 0.1,
    }  # fmt: skip


def test_a_name_that_nobody_brought_is_the_house(cast: Cast, sign_in: SignIn) -> None:
    deal, client = make_deal("A1", cast.alice), sign_in("dana")
    data = form((None, "split", "100")) | {"credit-0-name": "Somebody Else"}
    assert client.post(f"/deals/{deal.pk}/credits/", data).status_code == 302
    assert deal.credits.get().person_text == ""
