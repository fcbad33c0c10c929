"""Data health mends what it lists; stages change their deals."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from crm.models import Account, Opportunity, Product, Stage
from people.models import Person
from tests.cast import Cast
from tests.crm.access import make_deal, make_stage
from tests.crm.files import DEALS, ROWS, run, text_of, write

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def test_an_unknown_owner_is_assigned_and_remembered(cast: Cast, sign_in: SignIn, tmp_path: Path) -> None:
    path = write(tmp_path, text_of(DEALS, ROWS))
    run(path, organization="acme")
    client = sign_in("dana")
    listed = client.get("/data-health/").context["unmatched"][0]
    assert [(item.text, item.count) for item in listed["items"]] == [("Ann Ames", 2), ("Ben Beck", 2)]
    choices = {"source": ["files", "files"], "text": ["Ann Ames", "Ben Beck"], "choice": [str(cast.alice.pk), ""]}
    client.post("/data-health/assign/owner/", choices)
    assert Opportunity.objects.filter(owner=cast.alice).count() == 2
    again = run(path, organization="acme")
    assert (again["updated"], again["unchanged"]) == (0, 4)
    assert [i["value"] for i in again["issues"] if i["code"] == "unknown_owner"] == ["Ben Beck"]


def test_a_near_duplicate_product_is_merged_and_stays_merged(cast: Cast, sign_in: SignIn, tmp_path: Path) -> None:
    products = write(tmp_path, "product,price\nGTX Pro,5\nGTXPro,5\n", "products.csv")
    run(products, "product", organization="acme")
    deals = write(tmp_path, text_of(DEALS, [[*row[:2], "GTXPro", *row[3:]] for row in ROWS]))
    run(deals, organization="acme")
    client = sign_in("ada")
    (section,) = client.get("/data-health/").context["duplicates"]
    (group,) = section["groups"]
    keep = Product.objects.get(name="GTX Pro")
    client.post("/data-health/merge/product/", {"group": [group.subject], f"keep_{group.subject}": str(keep.pk)})
    assert list(Product.objects.all()) == [keep]
    assert Opportunity.objects.filter(product=keep).count() == 4
    assert run(products, "product", organization="acme")["unchanged"] == 2
    assert run(deals, organization="acme")["unchanged"] == 4
    assert Product.objects.get().name == "GTX Pro"


def test_people_are_merged_but_nobody_with_a_seat_disappears(cast: Cast, sign_in: SignIn) -> None:
    double = Person.objects.create(name="Ames, Alice")
    make_deal("A-1", double, owner_text="Ames, Alice")
    client = sign_in("ada")
    subject = f"{cast.alice.pk},{double.pk}"
    client.post("/data-health/merge/owner/", {"group": [subject], f"keep_{subject}": str(double.pk)})
    assert Person.objects.filter(pk=cast.alice.pk).exists()
    client.post("/data-health/merge/owner/", {"group": [subject], f"keep_{subject}": str(cast.alice.pk)})
    assert not Person.objects.filter(pk=double.pk).exists()
    assert Opportunity.objects.get().owner == cast.alice
    assert Opportunity.objects.get().changes.get().owner == cast.alice


def test_what_is_dismissed_is_not_listed_again(cast: Cast, sign_in: SignIn) -> None:
    Account.objects.create(name="Acme", name_key="acme")
    Account.objects.create(name="Acme Inc", name_key="acmeinc")
    make_deal("A-1", cast.alice, amount=None)
    client = sign_in("ada")
    page = client.get("/data-health/")
    (section,) = page.context["duplicates"]
    assert page.context["oddities"].rows[0].cells[2].value == 1
    client.post("/data-health/dismiss/duplicate_account/", {"subject": section["groups"][0].subject})
    client.post("/data-health/stand/no_amount/")
    page = client.get("/data-health/")
    assert page.context["duplicates"] == [] and page.context["oddities"] is None and page.context["is_well"]


def test_an_unknown_account_can_be_added_from_the_page(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("A-1", cast.alice, account_text="Acme")
    sign_in("ada").post("/data-health/assign/account/", {"source": "files", "text": "Acme", "choice": "new"})
    deal.refresh_from_db()
    assert deal.account == Account.objects.get(name="Acme")


def stages_form(client: Client) -> dict[str, str]:
    form = client.get("/stages/").context["form"]
    values = {field.html_name: field.value() for one in form.forms for field in one}
    values |= {field.html_name: field.value() for field in form.management_form}
    return {name: value for name, value in values.items() if value is not None}


def test_a_stage_that_becomes_lost_takes_its_deals_along(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A-1", cast.alice, stage=make_stage("Maybe", "open"))
    client = sign_in("dana")
    client.post("/stages/", stages_form(client) | {"stage-0-outcome": "lost"})
    assert Opportunity.objects.get().outcome == "lost"
    assert Stage.objects.get().probability == 0


def test_stages_take_order_probability_and_a_new_one(cast: Cast, sign_in: SignIn) -> None:
    make_stage("Engaging", "open")
    client = sign_in("dana")
    values = {"stage-0-probability": "25", "stage-0-position": "2", "stage-1-position": "1", "stage-1-name": "Lead"}
    answer = client.post("/stages/", stages_form(client) | values)
    assert answer.status_code == 302, answer.context["form"].errors
    found = Stage.objects.order_by("position").values_list("name", "probability")
    assert list(found) == [("Lead", None), ("Engaging", Decimal("0.25"))]


def test_two_stages_of_one_name_are_refused(cast: Cast, sign_in: SignIn) -> None:
    make_stage("Engaging", "open")
    client = sign_in("dana")
    answer = client.post("/stages/", stages_form(client) | {"stage-1-position": "2", "stage-1-name": "engaging"})
    assert answer.status_code == 422 and Stage.objects.count() == 1


def test_a_stage_with_deals_stays(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A-1", cast.alice)
    empty = make_stage("Engaging", "open", 2)
    client = sign_in("dana")
    for stage in (make_stage(), empty):
        client.post(f"/stages/{stage.pk}/delete/")
    assert list(Stage.objects.values_list("name", flat=True)) == ["Won"]


def test_a_merge_that_is_refused_moves_no_deal(cast: Cast, sign_in: SignIn) -> None:
    double = Person.objects.create(name="Ames, Alice")
    deal = make_deal("A-1", cast.alice)
    subject = f"{cast.alice.pk},{double.pk}"
    answer = sign_in("ada").post(
        "/data-health/merge/owner/", {"group": [subject], f"keep_{subject}": str(double.pk)}, follow=True
    )
    assert "has a sign-in, a seat or a role" in answer.content.decode()
    assert Opportunity.objects.get(pk=deal.pk).owner == cast.alice
