"""One file of everything that is kept about a person."""

import csv
import json
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import timezone

from people.audit import audit
from people.files import file_chunks
from people.jobs import job_work_here
from people.models import AuditEntry, Person, PersonRecord, StoredFile
from people.records import SECRET, person_fields
from people.services import record as service
from people.wall.build import walled_models
from tests.cast import NOW, PASSWORD, Cast
from tests.people.test_erasure import DEALS, PEOPLE, load


def made(cast: Cast, person: Person, who: str = "ada") -> dict[str, str]:
    """The texts of the archive by name."""
    one = service.person_record_make(viewer=cast.viewer(who), person=person, at=timezone.now())
    assert one.job is not None
    assert job_work_here(cast.organization.pk, one.job.pk).state == "done"
    one.refresh_from_db()
    assert one.file is not None
    with zipfile.ZipFile(BytesIO(b"".join(file_chunks(one.file)))) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_the_file_holds_what_every_app_keeps_about_the_person_and_nothing_of_others(cast: Cast, tmp_path: Path) -> None:
    load(cast.organization, tmp_path, "person", PEOPLE)
    load(cast.organization, tmp_path, "opportunity", DEALS)
    zelda = Person.objects.get(name="Zelda Quux")
    audit("person_change", actor=cast.ada, at=NOW, subject=zelda)
    audit("grant_give", actor=cast.ada, at=NOW, subject="grant", detail={"person": zelda.pk})
    texts = made(cast, zelda)
    assert json.loads(texts["person.json"])["name"] == "Zelda Quux"
    assert [row["id"] for row in rows(texts["people/person.csv"])] == [str(zelda.pk)]
    assert {row["external_id"] for row in rows(texts["crm/opportunity.csv"])} == {"A1", "A2", "A4"}
    assert len(rows(texts["crm/lines_of_files.csv"])) >= 3
    assert {row["action"] for row in rows(texts["people/log_about.csv"])} >= {"person_change", "grant_give"}
    assert rows(texts["people/seatholding.csv"]) and rows(texts["people/history_of_person.csv"])
    assert "ben@acme.example" not in "".join(texts.values())
    assert "crm/opportunity.csv: 3" in texts["README.txt"]


def test_no_secret_is_handed_out(cast: Cast) -> None:
    texts = made(cast, cast.alice)
    assert PASSWORD not in "".join(texts.values()) and cast.alice.user.password not in "".join(texts.values())
    for text in texts.values():
        header = text.partition("\n")[0]
        assert not any(word in header for word in SECRET)


def test_every_table_that_refers_to_people_is_in_the_file(cast: Cast) -> None:
    texts = made(cast, cast.alice)
    referring = [model for model in walled_models() if person_fields(model)]
    assert len(referring) > 12
    tables = [name for name in texts if name.endswith(".csv")]
    assert len(tables) >= len(referring)


def test_one_gets_ones_own_and_administrators_get_anybodys(cast: Cast) -> None:
    assert made(cast, cast.alice, who="alice")
    alice = cast.client("alice")
    record = PersonRecord.objects.get()
    answer: Any = alice.get(reverse("people:person_record_file", args=[cast.alice.pk, record.pk]))
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert AuditEntry.objects.filter(action="person_record_read", actor=cast.alice).count() == 1
    assert (
        cast.client("bob").get(reverse("people:person_record_file", args=[cast.alice.pk, record.pk])).status_code == 403
    )
    assert (
        cast.client("ada").get(reverse("people:person_record_file", args=[cast.bob.pk, record.pk])).status_code == 404
    )


def test_a_second_click_does_not_make_a_second_file(cast: Cast) -> None:
    alice = cast.client("alice")
    for _ in range(2):
        alice.post(reverse("people:person_record_make", args=[cast.alice.pk]))
    assert PersonRecord.objects.count() == 1


def test_after_its_week_the_file_is_gone_and_the_page_says_so(cast: Cast) -> None:
    made(cast, cast.alice)
    record = PersonRecord.objects.get()
    PersonRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    address = reverse("people:person_record_file", args=[cast.alice.pk, record.pk])
    assert cast.client("ada").get(address).status_code == 410
    assert service.records_expire(at=timezone.now()) == 1
    assert not StoredFile.objects.exists()
    assert cast.client("ada").get(address).status_code == 410
    assert "Removed" in cast.client("ada").get(reverse("people:person_record", args=[cast.alice.pk])).content.decode()
