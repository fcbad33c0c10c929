"""Files that nobody here wrote, imported without a mapping; skipped where they are not beside the checkout."""

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count, Sum
from django.test import Client

from crm.engine.guess import kind_guess
from crm.intake.reading import table_open
from crm.kinds.base import shapes
from crm.models import Account, ImportBatch, Opportunity, Product
from crm.services.undoing import import_undo
from people.jobs import jobs_work
from people.models import Organization, Person, Team
from tests.cast import NOW, Cast
from tests.crm.files import codes, count_by_hand, run, shared, write
from tests.crm.state import state

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]

MAVEN = {
    "sales_teams.csv": "person",
    "products.csv": "product",
    "accounts.csv": "account",
    "sales_pipeline.csv": "opportunity",
}


def chunks(path: Path) -> list[bytes]:
    return [path.read_bytes()]


@pytest.mark.parametrize(
    ("folder", "name", "kind"),
    [
        *[("maven_crm", name, kind) for name, kind in MAVEN.items()],
        ("adventureworks", "sales_people.csv", "person"),
        ("adventureworks", "orders.csv", "opportunity"),
    ],
)
def test_what_a_file_holds_is_guessed(folder: str, name: str, kind: str) -> None:
    path = shared("data", folder, name)
    assert kind_guess(table_open(lambda: chunks(path), shapes(), 500).profile, shapes()) == kind


def test_maven_needs_no_mapping_and_doubles_nothing(org: Organization) -> None:
    folder = shared("data", "maven_crm")
    expected = json.loads((folder / "EXPECTED.json").read_text())
    answers = {kind: run(folder / name, kind) for name, kind in MAVEN.items()}
    assert [answer["created"] for answer in answers.values()] == [35, 7, 85, 8800]
    stages, won_amount = count_by_hand(folder / "sales_pipeline.csv")
    assert dict(stages) == expected["stage_counts"]
    assert Counter(Opportunity.objects.values_list("stage__name", flat=True)) == stages
    assert Opportunity.objects.filter(outcome="won").aggregate(sum=Sum("converted_amount"))["sum"] == won_amount
    by_rep = Opportunity.objects.values_list("owner__name").annotate(count=Count("pk"))
    assert dict(by_rep) == {name: row["deals"] for name, row in expected["by_rep"].items() if row["deals"]}
    (near,) = answers["opportunity"]["issues"]
    assert (near["code"], near["value"], near["count"]) == ("near_duplicate", "GTXPro", 1480)
    before = state()
    for name, kind in MAVEN.items():
        again = run(folder / name, kind)
        assert (again["created"], again["updated"], again["refused"]) == (0, 0, 0)
    assert state() == before


def test_maven_in_any_order_comes_to_the_same(org: Organization) -> None:
    folder = shared("data", "maven_crm")
    for name, kind in reversed(MAVEN.items()):
        run(folder / name, kind)
    assert Opportunity.objects.filter(owner__isnull=True).count() == 0
    assert Opportunity.objects.filter(product__isnull=True).count() == 1480
    assert Opportunity.objects.filter(account__isnull=True).exclude(account_text="").count() == 0
    assert Account.objects.filter(parent__isnull=False).count() == 15
    for batch in ImportBatch.objects.order_by("-pk"):
        import_undo(batch=batch, at=NOW, actor=None)
    assert [model.objects.count() for model in (Opportunity, Account, Product, Person, Team)] == [0] * 5


def test_a_mapping_says_that_gtxpro_is_gtx_pro(org: Organization, tmp_path: Path) -> None:
    folder = shared("data", "maven_crm")
    run(folder / "products.csv", "product")
    mapping = write(tmp_path, "values: {product: {GTXPro: GTX Pro}}\n", "mapping.yaml")
    answer = run(folder / "sales_pipeline.csv", mapping=str(mapping))
    assert "near_duplicate" not in codes(answer) and answer["created"] == 8800
    assert Opportunity.objects.filter(product__isnull=True).count() == 0


def test_adventureworks_needs_no_mapping(org: Organization) -> None:
    folder = shared("data", "adventureworks")
    expected = json.loads((folder / "EXPECTED.json").read_text())
    orders = run(folder / "orders.csv")
    people = run(folder / "sales_people.csv", "person")
    assert (orders["created"], people["created"]) == (3806, 17)
    assert "assumed_won" in codes(orders)
    by_rep = Opportunity.objects.values_list("owner__name").annotate(count=Count("pk"), sum=Sum("converted_amount"))
    found = {name: (count, str(round(total, 2))) for name, count, total in by_rep}
    wanted = {n: (row["orders"], str(round(Decimal(str(row["revenue"])), 2))) for n, row in expected["by_rep"].items()}
    assert {n: c for n, (c, _) in found.items()} == {n: c for n, (c, _) in wanted.items()}
    assert all(abs(Decimal(found[n][1]) - Decimal(wanted[n][1])) <= Decimal("0.01") for n in wanted)
    assert set(Team.objects.values_list("name", flat=True)) >= {"Stephen Y Jiang", "Brian S Welcker"}
    assert not Team.objects.filter(name="273").exists()


def test_olist_deals_need_a_mapping(org: Organization, tmp_path: Path) -> None:
    path = shared("data", "olist_funnel", "olist_closed_deals_dataset.csv")
    mapping = write(
        tmp_path,
        "columns: {id: mql_id, lead: mql_id, owner: sr_id, closed_on: won_date}\nconstants: {stage: won}\n",
        "m.yaml",
    )
    answer = run(path, mapping=str(mapping))
    assert (answer["received"], answer["created"]) == (842, 842)
    assert Opportunity.objects.filter(outcome="won", amount__isnull=True, account_text="").count() == 842
    assert Opportunity.objects.values("owner_text").distinct().count() == 22


def by_page(client: Client, organization_id: int, path: Path) -> ImportBatch | None:
    """Through the four steps with what the pages suggest; None where the columns are not asked for."""
    client.post("/imports/new/", {"file": SimpleUploadedFile(path.name, path.read_bytes()), "source": "crm"})
    batch = ImportBatch.objects.latest("pk")
    page = client.get(f"/imports/{batch.pk}/columns/")
    if page.status_code == 302:
        return None
    form = page.context["form"]
    values = {name: value for name in form.fields if (value := form[name].value()) and value is not True}
    client.post(f"/imports/{batch.pk}/columns/", values)
    jobs_work(organization_id)
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(organization_id)
    return ImportBatch.objects.get(pk=batch.pk)


@pytest.mark.parametrize("names", [("orders.csv", "sales_people.csv"), ("sales_people.csv", "orders.csv")])
def test_adventureworks_by_page_in_any_order_and_twice(cast: Cast, sign_in: SignIn, names: tuple[str, str]) -> None:
    folder = shared("data", "adventureworks")
    expected = json.loads((folder / "EXPECTED.json").read_text())
    client = sign_in("ada")
    batches = [by_page(client, cast.organization.pk, folder / name) for name in names * 2]
    kinds = {"orders.csv": ("opportunity", 3806), "sales_people.csv": ("person", 17)}
    told = [(batch.kind, batch.created, batch.updated, batch.refused) for batch in batches if batch]
    assert told == [(*kinds[name], 0, 0) for name in names] + [(kinds[name][0], 0, 0, 0) for name in names]
    by_rep = Opportunity.objects.values_list("owner__name").annotate(count=Count("pk"), sum=Sum("converted_amount"))
    found = {name: (count, round(total, 2)) for name, count, total in by_rep}
    wanted = {name: (row["orders"], Decimal(str(row["revenue"]))) for name, row in expected["by_rep"].items()}
    assert found.keys() == wanted.keys()
    assert all(found[name][0] == wanted[name][0] for name in wanted)
    assert all(abs(found[name][1] - wanted[name][1]) <= Decimal("0.01") for name in wanted)


def test_the_history_of_territories_is_answered(cast: Cast, sign_in: SignIn) -> None:
    path = shared("data", "adventureworks", "territory_history.csv")
    client = sign_in("ada")
    assert by_page(client, cast.organization.pk, path) is None
    assert ImportBatch.objects.get().state == "uploaded"
    page = client.get(f"/imports/{ImportBatch.objects.get().pk}/columns/", follow=True)
    assert "It is not imported by itself" in page.content.decode()
    assert codes(run(path, "person", "acme")) == ["territories_not_imported"]
