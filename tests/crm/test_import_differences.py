"""What a batch would change and what it changed, field by field: on the pages, as CSV and by the command."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.models import ImportBatch, ImportChange, ImportRow, Opportunity
from crm.services.custom_fields import field_create
from crm.services.imports import import_map, import_run, import_upload
from crm.views.import_lines import batch_differences
from people.jobs import jobs_work
from people.models import Organization, Person
from tests.cast import NOW, Cast
from tests.crm.files import DEALS, ROWS, run, text_of, write
from tests.crm.state import state

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]

CHANGED = [
    ["A1", "Ben Beck", "Rope", "Acme", "Won", "2026-01-05", "2026-02-03", "120"],
    ROWS[1],
    ["A3", "Ben Beck", "Anvil", "Acme", "Won", "2026-01-07", "2026-02-09", "7"],
    ["A5", "Ann Ames", "Anvil", "", "Prospecting", "", "", ""],
    ["A6", "Ann Ames", "Anvil", "", "Prospecting", "soon", "", ""],
]


def batch_of(content: str, *, kind: str = "opportunity", is_snapshot: bool = False) -> ImportBatch:
    batch = import_upload(stream=[content.encode()], file_name="f.csv", source="crm", created_by=None, at=NOW)
    flags = {"is_all_or_nothing": False, "is_snapshot": is_snapshot}
    import_map(batch=batch, kind=kind, source="crm", mapping={}, at=NOW, actor=None, **flags)
    jobs_work(batch.organization_id or Organization.objects.get().pk)
    batch.refresh_from_db()
    return batch


def applied(content: str, *, kind: str = "opportunity", is_snapshot: bool = False) -> ImportBatch:
    batch = batch_of(content, kind=kind, is_snapshot=is_snapshot)
    import_run(batch=batch, at=NOW, actor=None)
    jobs_work(batch.organization_id)
    batch.refresh_from_db()
    assert batch.state == "applied"
    return batch


def changes_of(batch: ImportBatch) -> dict[int, dict[str, tuple[str | None, str | None]]]:
    rows = ImportRow.objects.filter(batch=batch, changes__isnull=False).exclude(result="removed")
    return {row.number: {c[0]: (c[1], c[2]) for c in row.changes if not c[0].endswith("_id")} for row in rows}


WANTED = {
    2: {
        "owner_text": ("Ann Ames", "Ben Beck"),
        "closed_on": ("2026-02-01", "2026-02-03"),
        "amount": ("100.500000", "120.000000"),
    },
    4: {"closed_on": (None, "2026-02-09"), "amount": (None, "7.000000"), "stage": ("Engaging", "Won")},
}


def test_a_preview_says_what_would_change_and_changes_nothing(org: Organization) -> None:
    applied(text_of(DEALS, ROWS))
    before = state()
    batch = batch_of(text_of(DEALS, CHANGED))
    assert state() == before
    assert not ImportChange.objects.filter(batch=batch).exists()
    assert (batch.created, batch.updated, batch.unchanged, batch.refused) == (1, 2, 1, 1)
    assert changes_of(batch) == WANTED
    kept = ImportRow.objects.filter(batch=batch).order_by("number").values_list("number", "result")
    assert list(kept) == [(2, "updated"), (3, "unchanged"), (4, "updated"), (5, "created"), (6, "refused")]


def test_what_was_previewed_is_what_is_done(org: Organization) -> None:
    applied(text_of(DEALS, ROWS))
    batch = batch_of(text_of(DEALS, CHANGED))
    previewed = list(ImportRow.objects.filter(batch=batch).order_by("number").values("number", "result", "changes"))
    import_run(batch=batch, at=NOW, actor=None)
    jobs_work(batch.organization_id)
    done = list(ImportRow.objects.filter(batch=batch).order_by("number").values("number", "result", "changes"))
    assert done == previewed


def test_the_differences_are_those_of_the_facts_before_and_after(org: Organization) -> None:
    """A second way to count: every deal read before and after, compared field by field."""
    names = ["owner_text", "closed_on", "amount", "stage", "account_text", "product_text", "engaged_on"]
    applied(text_of(DEALS, ROWS))
    former = {deal["external_id"]: deal for deal in Opportunity.objects.values("external_id", *names)}
    batch = applied(text_of(DEALS, CHANGED))
    now = {deal["external_id"]: deal for deal in Opportunity.objects.values("external_id", *names)}
    wanted = {key: {n for n in names if former[key][n] != now[key][n]} for key in former if former[key] != now[key]}
    rows = ImportRow.objects.filter(batch=batch, result="updated")
    assert {row.raw[0]: {c[0] for c in row.changes} & set(names) for row in rows} == wanted


def test_a_full_snapshot_says_what_is_gone(org: Organization) -> None:
    applied(text_of(DEALS, ROWS))
    before = state()
    batch = batch_of(text_of(DEALS, ROWS[:3]), is_snapshot=True)
    assert state() == before
    (gone,) = ImportRow.objects.filter(batch=batch, result="removed")
    assert {c[0]: c[1] for c in gone.changes}["external_id"] == "A4"
    import_run(batch=batch, at=NOW, actor=None)
    jobs_work(batch.organization_id)
    (again,) = ImportRow.objects.filter(batch=batch, result="removed")
    assert (again.changes, again.number) == (gone.changes, 0)
    assert Opportunity.objects.get(external_id="A4").is_deleted


def test_people_show_their_new_team_and_address(org: Organization) -> None:
    applied("name,manager,email\nAnn,Bob,\nBen,Bob,\nCy,Dot,\n", kind="person")
    before = state()
    batch = batch_of("name,manager,email\nAnn,Dot,ann@x.example\nBen,Bob,\nCy,Dot,\n", kind="person")
    assert state() == before
    wanted = {2: {"team": ("Bob", "Dot"), "email": ("", "ann@x.example")}}
    assert changes_of(batch) == wanted
    import_run(batch=batch, at=NOW, actor=None)
    jobs_work(batch.organization_id)
    assert changes_of(batch) == wanted
    assert Person.objects.get(name="Ann").email == "ann@x.example"


def test_products_show_their_new_price(org: Organization) -> None:
    applied("product,price\nRope,5\nAnvil,7\n", kind="product")
    batch = applied("product,price\nRope,6\nAnvil,7\n", kind="product")
    assert changes_of(batch) == {2: {"list_price": ("5.000000", "6.000000")}}


def test_a_dry_run_of_the_command_lists_the_differences(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(DEALS, ROWS)))
    answer = run(write(tmp_path, text_of(DEALS, CHANGED)), dry_run=True)
    told = {(c["row"], c["field"]): (c["before"], c["after"]) for c in answer["changes"]}
    assert told[(2, "amount")] == ("100.5", "120")
    assert told[(2, "owner")] == ("Ann Ames", "Ben Beck")
    assert told[(4, "stage")] == ("Engaging", "Won")
    assert ImportBatch.objects.count() == 1


def test_the_pages_show_filter_and_download_the_differences(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    applied(text_of(DEALS, ROWS))
    batch = batch_of(text_of(DEALS, CHANGED))
    preview = client.get(f"/imports/{batch.pk}/preview/", {"result": "updated"}).content.decode()
    assert "100.5 → 120" in preview and "Engaging → Won" in preview and "1 Feb 2026 → 3 Feb 2026" in preview
    created = client.get(f"/imports/{batch.pk}/preview/", {"result": "created"}).context["rows"]
    assert [row.cells[0].value for row in created.rows] == [5]
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    page = client.get(f"/imports/{batch.pk}/", {"result": "updated"})
    assert "100.5 → 120" in page.content.decode()
    assert [(tab.label, tab.count) for tab in page.context["tabs"]] == [
        ("All", None), ("Created", 1), ("Updated", 2), ("Unchanged", 1), ("Refused", 1)
    ]  # fmt: skip
    answer = client.get(f"/imports/{batch.pk}/lines.csv", {"result": "updated"})
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    amounts = [(row["Line"], row["Before"], row["After"]) for row in lines if row["Field"] == "amount"]
    assert amounts == [("2", "100.5", "120"), ("4", "", "7")]
    every = client.get(f"/imports/{batch.pk}/lines.csv")
    results = {row["Line"]: row["Result"] for row in csv.DictReader(io.StringIO(b"".join(every).decode("utf-8-sig")))}
    assert results == {"2": "updated", "3": "unchanged", "4": "updated", "5": "created", "6": "refused"}


def test_of_a_large_file_the_first_lines_are_previewed_and_the_counts_are_exact(cast: Cast, sign_in: SignIn) -> None:
    rows = [[f"D{n}", "", "", "", "Won", "2026-01-05", "2026-02-01", str(n)] for n in range(1_100)]
    applied(text_of(DEALS, rows))
    batch = batch_of(text_of(DEALS, [[*row[:7], str(int(row[7]) + 1)] for row in rows]))
    assert (batch.updated, ImportRow.objects.filter(batch=batch).count()) == (1_100, 1_000)
    assert ImportRow.objects.filter(batch=batch, changes__isnull=True).count() == 0
    page = sign_in("ada").get(f"/imports/{batch.pk}/preview/")
    assert page.context["cut"] == 1_000
    assert Opportunity.objects.get(external_id="D7").amount == Decimal(7)


def test_an_upload_in_two_windows_at_once_shows_each_its_own_difference(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    for _window in range(2):
        file = SimpleUploadedFile("deals.csv", text_of(DEALS, ROWS).encode())
        assert client.post("/imports/new/", {"file": file, "source": "crm", "key": f"w{_window}"}).status_code == 302
    assert ImportBatch.objects.count() == 2


def test_own_fields_and_roles_stand_among_the_differences(org: Organization) -> None:
    for name, type in (("Segment", "choice"), ("ARR", "money"), ("SDR", "person")):
        field_create(viewer=None, entity="opportunity", name=name, type=type, choices=[], at=NOW)
    head = ["deal id", "stage", "segment", "arr", "sdr"]
    first = [
        ["D1", "Won", "SMB", "100", "Ann Ames"],
        ["D2", "Won", "SMB", "", ""],
        ["D3", "Won", "SMB", "5", "Ann Ames"],
    ]
    then = [
        ["D1", "Won", "Enterprise", "100", "Ben Beck"],
        ["D2", "Won", "", "7", "Ann Ames"],
        ["D3", "Won", "SMB", "5", "Ann Ames"],
    ]
    applied(text_of(head, first))
    preview = batch_of(text_of(head, then))
    expected = {
        2: {"custom_segment": ("SMB", "Enterprise"), "custom_sdr": ("Ann Ames", "Ben Beck")},
        3: {"custom_segment": ("SMB", None), "custom_arr": (None, "7 USD"), "custom_sdr": (None, "Ann Ames")},
    }
    assert changes_of(preview) == expected
    batch = applied(text_of(head, then))
    assert changes_of(batch) == expected
    rows = list(ImportRow.objects.filter(batch=batch, changes__isnull=False).order_by("number"))
    told = {(each.label, each.before, each.after) for line in batch_differences(batch, rows) for each in line}
    assert ("Segment", "SMB", "Enterprise") in told and ("SDR", None, "Ann Ames") in told
