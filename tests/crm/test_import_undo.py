"""An import is taken back as a whole."""

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from crm.models import ImportBatch, Opportunity
from crm.services.undoing import import_undo
from people.models import Organization
from tests.cast import NOW, Cast
from tests.crm.access import make_quota
from tests.crm.files import DEALS, ROWS, run, text_of, write
from tests.crm.state import state

pytestmark = pytest.mark.django_db

CONTENTS = {
    "person": "sales_agent,manager,regional_office\nAnn Ames,Bo Berg,East\nBen Beck,Bo Berg,East\n",
    "product": "product,sales_price\nRope,5\nAnvil,9\n",
    "account": "account,sector,subsidiary_of\nAcme,retail,\nBeta,retail,Acme\n",
    "opportunity": text_of(DEALS, ROWS),
    "lead": "lead id,name,owner,company,origin,created date,converted date,opportunity id\n"
    "L1,Lou,Ann Ames,Acme,web,2026-01-02,,A1\nL2,Mo,Ben Beck,Beta,fair,2026-01-03,2026-02-01,\n",
    "activity": "activity id,type,owner,date,deal id,account,subject\n"
    "T1,Call,Ann Ames,2026-01-05 09:30,A1,Acme,Hello\nT2,Meeting,Ben Beck,2026-01-06,A3,,\n",
    "transaction": "transaction id,type,sales rep,date,deal id,account,product,amount,cancels\n"
    "X1,Booking,Ann Ames,2026-02-01,A1,Acme,Rope,100,\nX2,Credit note,Ann Ames,2026-02-05,A1,Acme,Rope,40,X1\n",
}
CHANGED = {
    "person": "sales_agent,manager,regional_office\nAnn Ames,Cy Cole,West\nDee Dahl,Bo Berg,East\n",
    "product": "product,sales_price\nRope,6\nGong,9\n",
    "account": "account,sector,subsidiary_of\nAcme,mining,Beta\nGamma,retail,Acme\n",
    "opportunity": text_of(
        DEALS, [[*ROWS[0][:7], "7"], [*ROWS[2][:4], "Closed Won", *ROWS[2][5:6], "2026-03-01", "9"]]
    ),
    "lead": "lead id,name,owner,origin,converted date\nL1,Lou,Ben Beck,fair,2026-03-03\nL3,Jo,Ann Ames,web,\n",
    "activity": "activity id,type,date,deal id\nT1,Demo,2026-01-07,A2\nT3,E-mail,2026-01-08,A1\n",
    "transaction": "transaction id,type,date,deal id,amount,cancels\nX1,Invoice,2026-02-02,A2,90,\n"
    "X2,Refund,2026-02-05,A1,40,X3\nX3,Payment,2026-02-07,A1,20,\n",
}


def undo(answer: dict[str, object]) -> None:
    import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)


@pytest.mark.parametrize("kind", CONTENTS)
def test_what_was_created_is_gone_afterwards(org: Organization, tmp_path: Path, kind: str) -> None:
    for other in CONTENTS:
        if other != kind:
            run(write(tmp_path, CONTENTS[other]), other)
    before = state()
    undo(run(write(tmp_path, CONTENTS[kind]), kind))
    assert state() == before


@pytest.mark.parametrize("kind", CONTENTS)
def test_what_was_changed_is_as_it_was_before(org: Organization, tmp_path: Path, kind: str) -> None:
    for each, content in CONTENTS.items():
        run(write(tmp_path, content), each)
    before = state()
    answer = run(write(tmp_path, CHANGED[kind]), kind)
    assert state() != before
    undo(answer)
    assert state() == before


def test_after_an_undo_the_file_can_be_imported_again(org: Organization, tmp_path: Path) -> None:
    path = write(tmp_path, CONTENTS["opportunity"])
    undo(run(path))
    assert run(path)["created"] == 4


def test_a_snapshot_is_taken_back_too(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, CONTENTS["opportunity"]))
    before = state()
    undo(run(write(tmp_path, text_of(DEALS, ROWS[:1])), snapshot=True))
    assert state() == before


def test_an_import_that_later_ones_changed_stays_until_somebody_chooses(org: Organization, tmp_path: Path) -> None:
    first = run(write(tmp_path, CONTENTS["opportunity"]))
    second = run(write(tmp_path, CHANGED["opportunity"], "later.csv"))
    before = state()
    with pytest.raises(ValidationError, match="2 records of this import were changed afterwards"):
        undo(first)
    assert state() == before
    undo(second)
    undo(first)
    assert Opportunity.objects.count() == 0


def test_an_import_is_undone_once(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, CONTENTS["product"]), "product")
    undo(answer)
    before = state()
    undo(answer)
    assert state() == before


def quotas_of(*rows: str) -> str:
    return "person,starts_on,ends_before,quota\n" + "".join(f"{row}\n" for row in rows)


def test_a_quota_entered_by_hand_since_is_named_as_what_stands_in_the_way(cast: Cast, tmp_path: Path) -> None:
    name = cast.organization.slug
    run(write(tmp_path, quotas_of("Alice Ames,2027-01-01,2027-04-01,90")), "quota", name)
    second = run(write(tmp_path, quotas_of("Alice Ames,2027-01-01,2027-03-01,60")), "quota", name)
    assert second["updated"] == 1, second
    make_quota(cast.alice, 30, starts_on=date(2027, 3, 1), ends_before=date(2027, 4, 1))
    before = state()
    with pytest.raises(ValidationError, match=r"entered by hand since.*has a quota for some of these days"):
        undo(second)
    assert state() == before
