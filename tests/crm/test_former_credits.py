"""What shares of deals were is kept when they change or go, and nothing else is written for it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from crm.models import Credit, FormerCredit, ImportBatch, Opportunity, OpportunityChange
from crm.services.credits import Share, credits_save
from crm.services.mending import merge
from crm.services.undoing import import_undo
from people.models import Organization, Person
from people.records import record_tables
from people.services.erasure import person_erase
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast, make_person
from tests.crm.access import make_deal, make_stage
from tests.crm.files import run, text_of, write
from tests.crm.test_hand_overs import handed, won
from tests.metrics import build

EARLIER = datetime(2026, 1, 5, tzinfo=UTC)
HEAD = ["deal id", "rep", "share"]


def time_passes() -> None:
    """What there is was written on an earlier day."""
    Credit.objects.update(recorded_at=EARLIER)


def moment() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        found: datetime = cursor.fetchone()[0]
        return found


def former(deal: Opportunity) -> list[tuple[str, str, bool]]:
    """(who, share, whether it was there from EARLIER until now) of a deal."""
    now = moment()
    return [
        (row.person.name if row.person else "", f"{row.share.normalize()}", (row.recorded_at, row.replaced_at) == (EARLIER, now))
        for row in FormerCredit.objects.filter(opportunity=deal).select_related("person").order_by("pk")
    ]  # fmt: skip


@pytest.fixture
def split(cast: Cast) -> Opportunity:
    """Alice 60 %, Bob 40 %, for some time."""
    deal = make_deal("A1", cast.alice)
    build.credit(deal, a=(cast.alice, "0.6", "owner"), b=(cast.bob, "0.4"))
    time_passes()
    return deal


def test_shares_that_only_come_leave_no_history(cast: Cast, split: Opportunity) -> None:
    build.credit(split, c=(cast.carol, "0.5", "overlay"))
    assert not FormerCredit.objects.exists()
    assert set(Credit.objects.values_list("recorded_at", flat=True)) == {EARLIER, moment()}


def test_shares_that_are_replaced_are_kept_with_their_times(cast: Cast, split: Opportunity) -> None:
    shares = [Share(cast.carol, Credit.Role.SPLIT, Decimal(1))]
    with CaptureQueriesContext(connection) as queries:
        credits_save(viewer=cast.viewer("dana"), deal=split, shares=shares, at=NOW)
    assert former(split) == [("Alice Ames", "0.6", True), ("Bob Brand", "0.4", True)]
    assert not [query for query in queries if "formercredit" in query["sql"]], "the database writes it by itself"


def test_shares_that_are_taken_away_are_kept(cast: Cast, split: Opportunity) -> None:
    credits_save(viewer=cast.viewer("dana"), deal=split, shares=[], at=NOW)
    assert [kept for _who, _share, kept in former(split)] == [True, True]


def test_what_is_made_and_replaced_at_one_moment_leaves_nothing(cast: Cast) -> None:
    deal = make_deal("A1", cast.alice)
    for who in (cast.alice, cast.bob, cast.carol):
        credits_save(viewer=cast.viewer("dana"), deal=deal, shares=[Share(who, "split", Decimal(1))], at=NOW)
    assert not FormerCredit.objects.exists()


def test_a_share_that_changes_is_kept_and_counts_anew(cast: Cast, split: Opportunity) -> None:
    Credit.objects.filter(person=cast.bob).update(person=cast.carol)
    assert former(split) == [("Bob Brand", "0.4", True)]
    times = dict(Credit.objects.values_list("person__name", "recorded_at"))
    assert times == {"Alice Ames": EARLIER, cast.carol.name: moment()}


def test_what_says_nothing_else_is_no_change(cast: Cast, split: Opportunity) -> None:
    Credit.objects.update(person_text="somebody", source="files")
    assert not FormerCredit.objects.exists()
    assert set(Credit.objects.values_list("recorded_at", flat=True)) == {EARLIER}


def test_shares_worked_out_are_kept_when_the_deal_is_opened_again(cast: Cast) -> None:
    deal = make_deal("A1", cast.bob, closed_on=TODAY)
    Credit.objects.bulk_create([Credit(opportunity=deal, person=None, share=Decimal(1), origin=Credit.Origin.SEAT)])
    time_passes()
    Opportunity.objects.filter(pk=deal.pk).update(stage=make_stage("Engaging", "open", 2), outcome="open")
    assert (Credit.objects.count(), former(deal)) == (0, [("", "1", True)])


def test_a_file_and_its_undo_are_both_in_the_history(org: Organization, tmp_path: Path) -> None:
    make_person("Ann"), make_person("Bob")
    deal = make_deal("A1")
    run(write(tmp_path, text_of(HEAD, [["A1", "Ann", "1"]])), "credit")
    time_passes()
    second = run(write(tmp_path, text_of(HEAD, [["A1", "Bob", "1"]])), "credit")
    assert former(deal) == [("Ann", "1", True)]
    time_passes()
    import_undo(batch=ImportBatch.objects.get(pk=second["batch"]), at=NOW, actor=None)
    assert former(deal) == [("Ann", "1", True), ("Bob", "1", True)]
    [back] = Credit.objects.all()
    assert (back.person and back.person.name, back.recorded_at) == ("Ann", moment())


def test_undoing_an_import_of_deals_takes_their_former_shares_along(org: Organization, tmp_path: Path) -> None:
    ann = make_person("Ann")
    rows = write(tmp_path, text_of(["opportunity_id", "deal_stage", "owner"], [["A1", "Won", "Ann"]]), "deals.csv")
    imported = run(rows, "opportunity")
    deal = Opportunity.objects.get()
    build.credit(deal, a=(ann, "1"))
    time_passes()
    Credit.objects.all().delete()
    assert FormerCredit.objects.count() == 1
    import_undo(batch=ImportBatch.objects.get(pk=imported["batch"]), at=NOW, actor=None)
    assert not FormerCredit.objects.exists()


def test_shares_worked_out_again_by_an_undo_stand_since_the_deal_was_told(cast: Cast, tmp_path: Path) -> None:
    """An import that opened a deal again is undone: as if it had never been, without days in between."""
    deal = make_deal("A1", cast.alice, make_stage("Engaging", "open", 2), closed_on=None)
    handed(deal, cast.alice, cast.bob, TODAY, "previous owner 30 days")
    won(deal, TODAY)
    assert Credit.objects.get().origin == Credit.Origin.HAND_OVER
    OpportunityChange.objects.all().delete()
    OpportunityChange.objects.create(
        opportunity=deal, happened_on=TODAY, recorded_at=EARLIER, stage=deal.stage, outcome="won", amount=deal.amount,
        currency="USD", closed_on=TODAY, owner=cast.bob,
    )  # fmt: skip
    time_passes()
    head = ["opportunity_id", "deal_stage", "owner"]
    answer = run(write(tmp_path, text_of(head, [["A1", "Engaging", "Bob Brand"]])), organization="acme", source="files")
    assert (answer["updated"], FormerCredit.objects.count(), Credit.objects.count()) == (1, 1, 0)
    import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)
    assert (Credit.objects.get().recorded_at, FormerCredit.objects.count()) == (EARLIER, 0)


def test_a_former_share_is_never_changed(cast: Cast, split: Opportunity) -> None:
    Credit.objects.all().delete()
    for change in ({"share": Decimal("0.1")}, {"replaced_at": EARLIER}, {"role": "overlay"}, {"person_text": "x"}):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            FormerCredit.objects.update(**change)


def test_people_who_become_one_are_one_in_former_shares_too(cast: Cast) -> None:
    zoe, twice = make_person("Zoe Zahn"), make_person("Zoe  Zahn")
    deal = make_deal("A1", cast.alice)
    build.credit(deal, z=(twice, "1"))
    time_passes()
    Credit.objects.all().delete()
    merge(viewer=cast.viewer("ada"), name="owner", keep_id=zoe.pk, ids=[twice.pk], at=NOW)
    assert not Person.objects.filter(pk=twice.pk).exists()
    assert former(deal) == [("Zoe Zahn", "1", True)]


def test_a_text_that_finds_its_person_finds_it_in_former_shares_too(org: Organization, tmp_path: Path) -> None:
    deal = make_deal("A1")
    run(write(tmp_path, text_of(HEAD, [["A1", "Zoe", "1"]])), "credit")
    time_passes()
    run(write(tmp_path, text_of(HEAD, [["A1", "Yan", "1"]])), "credit")
    assert former(deal) == [("", "1", True)]
    time_passes()
    run(write(tmp_path, text_of(["name"], [["Zoe"], ["Yan"]])), "person")
    assert former(deal) == [("Zoe", "1", True)], "it is known who it was, and no share changed"
    assert set(Credit.objects.values_list("person__name", "recorded_at")) == {("Yan", EARLIER)}


def test_erasing_takes_the_name_out_and_keeps_whose_it_was(cast: Cast, split: Opportunity) -> None:
    gone = make_person("Zelda Quux", left_on=TODAY)
    with tenant(cast.organization.pk):
        Credit.objects.filter(person=cast.bob).update(person=gone, person_text="Zelda Quux")
        time_passes()
        Credit.objects.all().delete()
        person_erase(person=gone, actor=None, at=NOW)
    texts = FormerCredit.objects.values_list("person_text", flat=True)
    assert not any("Quux" in text for text in texts)
    assert FormerCredit.objects.filter(person=gone).exists()


def test_what_is_kept_about_a_person_holds_their_former_shares(cast: Cast, split: Opportunity) -> None:
    Credit.objects.all().delete()
    tables: dict[str, Any] = {table.name: table for table in record_tables(cast.bob)}
    found = tables["crm/formercredit"]
    [row] = [dict(zip(found.columns, values, strict=True)) for values in found.rows]
    assert (row["opportunity_id"], row["person_id"], row["share"]) == (split.pk, cast.bob.pk, Decimal("0.4"))


def test_another_organization_sees_nothing_of_it(cast: Cast, split: Opportunity) -> None:
    Credit.objects.all().delete()
    assert FormerCredit.objects.count() == 2
    with tenant(cast.other.pk):
        assert not FormerCredit.objects.exists()
