"""Two people edit one thing: whoever comes second is told what the first did, and nothing is lost silently."""

import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.kinds.base import kind_of
from crm.models import Credit, ImportBatch, Quota, SeatQuota, Stage
from crm.services.credits import Share, credits_save
from crm.services.pushing import facts_push
from crm.services.quotas import quota_change
from crm.services.stages import StageValues, stages_save
from crm.services.undoing import import_undo
from people.models import Person
from tests.cast import NOW, Cast
from tests.crm.access import make_deal, make_quota, make_stage
from tests.crm.files import run, write

pytestmark = pytest.mark.django_db
QUOTA = {"starts_on": "2026-04-01", "ends_before": "2026-07-01", "currency": "USD", "reason": "agreed"}


def seen_in(page: str) -> str:
    """The number of the last entry that the form carries."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def opened(client: Client, address: str) -> str:
    return seen_in(client.get(address).content.decode())


def credits_of(*lines: tuple[Any, str, str], seen: str) -> dict[str, Any]:
    data: dict[str, Any] = {"credit-TOTAL_FORMS": len(lines), "credit-INITIAL_FORMS": 0, "seen": seen}
    for n, (who, role, share) in enumerate(lines):
        data |= {f"credit-{n}-person": who.pk, f"credit-{n}-role": role, f"credit-{n}-share": share}
    return data


def test_shares_that_somebody_gave_meanwhile_are_not_overwritten_unseen(cast: Cast) -> None:
    deal, client = make_deal("A1", cast.alice), cast.client("dana")
    address = f"/deals/{deal.pk}/credits/"
    seen = opened(client, address)
    credits_save(viewer=cast.viewer("ada"), deal=deal, shares=[Share(cast.bob, "split", Decimal(1))], at=NOW)
    answer = client.post(address, credits_of((cast.carol, "split", "100"), seen=seen))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ada Abel: Credits of a deal changed" in page
    assert "The shares are now: Bob Brand 100%." in page
    assert Credit.objects.get().person == cast.bob
    again = client.post(address, credits_of((cast.carol, "split", "100"), seen=seen_in(page)))
    assert again.status_code == 302
    assert Credit.objects.get().person == cast.carol


def test_shares_of_another_deal_do_not_disturb(cast: Cast) -> None:
    deal, other = make_deal("A1", cast.alice), make_deal("A2", cast.alice)
    client = cast.client("dana")
    seen = opened(client, f"/deals/{deal.pk}/credits/")
    credits_save(viewer=cast.viewer("ada"), deal=other, shares=[Share(cast.bob, "split", Decimal(1))], at=NOW)
    assert (
        client.post(f"/deals/{deal.pk}/credits/", credits_of((cast.carol, "split", "100"), seen=seen)).status_code
        == 302
    )


def test_a_quota_that_somebody_changed_meanwhile_keeps_what_they_entered(cast: Cast) -> None:
    quota, client = make_quota(cast.alice, 9000), cast.client("dana")
    address = f"/quotas/{quota.pk}/change/"
    seen = opened(client, address)
    quota_change(viewer=cast.viewer("ada"), quota=quota, at=NOW, reason="Leave", amount=Decimal(7000))
    answer = client.post(address, {**QUOTA, "amount": "9500", "seen": seen})
    assert answer.status_code == 422
    assert "Ada Abel: Quota changed" in answer.content.decode()
    assert 'value="9500"' in answer.content.decode() and 'value="2026-04-01"' in answer.content.decode()
    assert Quota.objects.get().amount == 7000
    seen = seen_in(answer.content.decode())
    assert client.post(address, {**QUOTA, "amount": "9500", "seen": seen}).status_code == 302
    assert Quota.objects.get().amount == 9500


def test_a_quota_of_a_seat_is_not_overwritten_unseen_either(cast: Cast) -> None:
    assert cast.vacant_seat is not None
    client, dana = cast.client("ada"), cast.client("dana")
    values = {**QUOTA, "measure": "bookings", "proration": "calendar"}
    client.post("/seat-quotas/add/", {**values, "seat": cast.vacant_seat.pk, "amount": "90"})
    row = SeatQuota.objects.get()
    address = f"/seat-quotas/{row.pk}/change/"
    seen = opened(dana, address)
    client.post(address, {**values, "amount": "80", "seen": opened(client, address)})
    assert dana.post(address, {**values, "amount": "70", "seen": seen}).status_code == 422
    assert SeatQuota.objects.get().amount == 80


def stage_values(stage: Stage, **other: Any) -> StageValues:
    found = {"id": stage.pk, "name": stage.name, "position": stage.position, "outcome": stage.outcome}
    return StageValues(**{**found, "probability": stage.probability, **other})


def stages_of(*values: StageValues, seen: str = "") -> dict[str, Any]:
    data: dict[str, Any] = {"stage-TOTAL_FORMS": len(values), "stage-INITIAL_FORMS": len(values), "seen": seen}
    for n, each in enumerate(values):
        data |= {f"stage-{n}-id": each.id, f"stage-{n}-name": each.name, f"stage-{n}-position": each.position}
        data |= {f"stage-{n}-outcome": each.outcome, f"stage-{n}-probability": ""}
    return data


def test_stages_that_somebody_changed_meanwhile_keep_their_outcome(cast: Cast) -> None:
    stage, client = make_stage("Verbal", "open", 1), cast.client("dana")
    seen = opened(client, "/stages/")
    changed = [stage_values(each, outcome="won") for each in Stage.objects.all()]
    stages_save(viewer=cast.viewer("ada"), pipeline=stage.pipeline, values=changed, at=NOW)
    answer = client.post("/stages/", stages_of(stage_values(stage, outcome="open"), seen=seen))
    assert answer.status_code == 422
    assert "Ada Abel" in answer.content.decode()
    stage.refresh_from_db()
    assert stage.outcome == "won"


def test_two_stages_exchange_their_names(cast: Cast) -> None:
    first, second = make_stage("Offer", "open", 1), make_stage("Talk", "open", 2)
    exchanged = stages_of(stage_values(first, name="Talk"), stage_values(second, name="Offer"))
    assert cast.client("dana").post("/stages/", exchanged).status_code == 302
    names = {stage.pk: (stage.name, stage.name_key) for stage in Stage.objects.all()}
    assert (names[first.pk], names[second.pk]) == (("Talk", "talk"), ("Offer", "offer"))


def test_a_stage_that_somebody_added_meanwhile_keeps_its_name_to_itself(cast: Cast) -> None:
    first, _added = make_stage("Offer", "open", 1), make_stage("Talk", "open", 2)
    answer = cast.client("dana").post("/stages/", stages_of(stage_values(first, name="Talk")))
    assert answer.status_code == 422
    assert "Two stages are called “Talk”" in answer.content.decode()


@pytest.mark.parametrize("page", ["/stages/", "/deals/{deal}/credits/", "/quotas/{quota}/change/"])
def test_what_was_seen_is_a_plain_number_however_many_entries_there_are(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    for module in ("people.forms.base", "crm.views.quotas"):
        monkeypatch.setattr(f"{module}.last_seen", lambda: 1_234_567)
    address = page.format(deal=make_deal("A1", cast.alice).pk, quota=make_quota(cast.alice).pk)
    assert opened(cast.client("dana"), address) == "1234567"


# --- Imports in between ------------------------------------------------------------------------------------------------


def brought(cast: Cast, folder: Path, content: str, kind: str) -> ImportBatch:
    answer = run(write(folder, content, f"{kind}s.csv"), kind, cast.organization.slug)
    assert not answer["error"] and answer["created"] + answer["updated"] and not answer["refused"], answer
    return ImportBatch.objects.get(pk=answer["batch"])


def said(page: str) -> str:
    """What the form says about others."""
    found = re.search(r"This was changed meanwhile\..*?send it again", page, re.DOTALL)
    return unescape(found[0]) if found else ""


def test_a_quota_that_an_import_changed_meanwhile_says_which_one_and_what(cast: Cast, tmp_path: Path) -> None:
    quota, client = make_quota(cast.alice, 9000), cast.client("dana")
    address = f"/quotas/{quota.pk}/change/"
    seen = opened(client, address)
    content = "person,starts_on,ends_before,quota\nAlice Ames,2026-04-01,2026-07-01,7000\n"
    batch = brought(cast, tmp_path, content, "quota")
    answer = client.post(address, {**QUOTA, "amount": "9500", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"Command line: import {batch.pk} (quotas.csv), quota 9000 → 7000 (" in said(page)
    assert 'value="9500"' in page
    assert Quota.objects.get().amount == 7000
    assert client.post(address, {**QUOTA, "amount": "9500", "seen": seen_in(page)}).status_code == 302
    assert Quota.objects.get().amount == 9500


def test_a_quota_whose_import_was_taken_back_meanwhile_says_so(cast: Cast, tmp_path: Path) -> None:
    quota, client = make_quota(cast.alice, 9000), cast.client("dana")
    content = "person,starts_on,ends_before,quota\nAlice Ames,2026-04-01,2026-07-01,7000\n"
    batch = brought(cast, tmp_path, content, "quota")
    address = f"/quotas/{quota.pk}/change/"
    seen = opened(client, address)
    import_undo(batch=batch, at=NOW, actor=cast.ada)
    answer = client.post(address, {**QUOTA, "amount": "9500", "seen": seen})
    assert answer.status_code == 422
    assert f"Ada Abel: import {batch.pk} (quotas.csv) taken back" in said(answer.content.decode())


def test_shares_of_a_file_in_between_are_not_overwritten_unseen(cast: Cast, tmp_path: Path) -> None:
    deal, client = make_deal("A1", cast.alice), cast.client("dana")
    make_deal("A2", cast.alice)
    address = f"/deals/{deal.pk}/credits/"
    seen = opened(client, address)
    brought(cast, tmp_path, "deal id,rep,share\nA2,Bob Brand,100%\n", "credit")
    assert client.post(address, credits_of((cast.carol, "split", "100"), seen=seen)).status_code == 302
    seen = opened(client, address)
    batch = brought(cast, tmp_path, "deal id,rep,share\nA1,Bob Brand,100%\n", "credit")
    answer = client.post(address, credits_of((cast.carol, "split", "100"), seen=seen))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"import {batch.pk} (credits.csv)" in page and "The shares are now: Bob Brand 100%." in page
    assert client.post(address, credits_of((cast.carol, "split", "100"), seen=seen_in(page))).status_code == 302
    assert Credit.objects.get(opportunity=deal).person == cast.carol


def test_facts_that_a_program_pushed_meanwhile_are_noticed_too(cast: Cast) -> None:
    deal, client = make_deal("A1", cast.alice, name="Rope"), cast.client("dana")
    address = f"/deals/{deal.pk}/credits/"
    seen = opened(client, address)
    rows = [{"id": "A1", "amount": "120", "stage": "Won", "closed_on": "2026-05-01"}]
    pushed = {"kind": kind_of("opportunity"), "source": "files", "is_all_or_nothing": False, "is_dry_run": False}
    facts_push(viewer=cast.viewer("ada"), rows=rows, at=NOW, **pushed)
    answer = client.post(address, credits_of((cast.carol, "split", "100"), seen=seen))
    assert answer.status_code == 422
    words = said(answer.content.decode())
    assert "Ada Abel: import" in words and "amount 100 → 120" in words


def test_a_person_whom_a_file_changed_meanwhile_is_not_overwritten_unseen(cast: Cast, tmp_path: Path) -> None:
    brought(cast, tmp_path, "id,name,e-mail\n7,Zoe Zand,zoe@acme.example\n", "person")
    zoe, client = Person.objects.get(name="Zoe Zand"), cast.client("ada")
    address = f"/people/{zoe.pk}/change/"
    seen = opened(client, address)
    batch = brought(cast, tmp_path, "id,name,e-mail\n7,Zoe Zandt,zoe@acme.example\n", "person")
    answer = client.post(address, {"name": "Zoe Z", "email": "zoe@acme.example", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 422, page
    assert f"import {batch.pk} (persons.csv), name Zoe Zand → Zoe Zandt" in said(page) and 'value="Zoe Z"' in page
