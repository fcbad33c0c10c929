"""Erasing a person: no name is left anywhere, no figure changes, and no file brings the name back."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import ImportBatch, ImportRow, Opportunity
from people.audit import audit
from people.files import file_store
from people.jobs import job_work_here
from people.models import AuditEntry, ErasedMark, Invitation, Job, Look, Organization, Person, PersonKey, Team, User
from people.personal import digest, searched_columns
from people.services import erasure
from people.services.person import person_change, person_create
from people.services.structure import StructureRow, structure_apply
from tests.cast import NOW, PASSWORD, TODAY, Cast

PEOPLE = """id,name,email,manager,regional_office,hire date
7,Zelda Quux,zelda.quux@acme.example,Bodo Berg,East,2020-01-01
8,Ben Beck,ben@acme.example,Bodo Berg,East,2020-01-01
9,Bodo Berg,bodo@acme.example,,East,2019-01-01
"""
DEALS = """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value,opportunity_name
A1,Zelda Quux,Rope,Acme,Won,2026-01-01,2026-02-01,100.5,Renewal – Zelda Quux
A2,zelda.quux@acme.example,Rope,Beta,Lost,2026-01-05,2026-02-02,0,Second
A3,Ben Beck,Anvil,Beta,Won,2026-01-09,2026-03-01,300,Third
A4,ZELDA  QUUX,Anvil,Beta,Engaging,2026-01-09,,,Fourth
"""
TEXTS = ["quux", "zelda"]


def load(organization: Organization, folder: Path, kind: str, text: str, source: str = "files") -> dict[str, Any]:
    path = folder / f"{kind}.csv"
    path.write_text(text, encoding="utf-8")
    out = StringIO()
    options = {"organization": organization.slug, "object": kind, "source": source, "format": "json"}
    call_command("crm_import", str(path), stdout=out, **options)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def figures(organization: Organization) -> list[tuple[Any, ...]]:
    """Every figure by person, team, product and month, with the keys of people and teams instead of their names."""
    found = []
    for by in ("person", "team", "product", "month", "person,month", "team,quarter"):
        out = StringIO()
        metrics = "revenue,won_count,lost_count,win_rate,cycle_days_median,deal_size_mean,pipeline_open"
        call_command("metrics", organization=organization.slug, metric=metrics, by=by, format="json", stdout=out)
        for row in json.loads(out.getvalue())["rows"]:
            named = {key: value for key, value in row["group"].items() if key not in row["keys"]}
            group = (tuple(sorted(row["keys"].items())), tuple(sorted(named.items())))
            found.append((by, row["metric"], group, row["value"], row["numerator"], row["denominator"]))
    assert len(found) > 100
    return sorted(found, key=repr)


def standing(*texts: str) -> dict[str, int]:
    """Tables with rows in which a text stands, whatever the column; bytes are read as text."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'bytea'",
                [table],
            )
            binary = [f"encode({name}, 'escape')" for (name,) in cursor.fetchall()]
            everything = " || ' ' || ".join(["t::text", *binary])
            for text in texts:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE {everything} ILIKE %s', [f"%{text}%"])
                count = cursor.fetchone()[0]
                if count:
                    found[f"{table}: {text}"] = count
    return found


@pytest.fixture
def zelda(cast: Cast, tmp_path: Path) -> Person:
    """Somebody whose name stands wherever it can stand, who has left."""
    load(cast.organization, tmp_path, "person", PEOPLE)
    load(cast.organization, tmp_path, "opportunity", DEALS)
    zelda = Person.objects.get(name="Zelda Quux")
    zelda.user = User.objects.create_user(
        email="zelda.quux@acme.example", password=PASSWORD, organization=cast.organization
    )
    zelda.save()
    client = Client()
    client.post("/accounts/login/", {"login": "zelda.quux@acme.example", "password": PASSWORD})
    PersonKey.objects.create(person=zelda, source="crm2", external_id="zquux")
    Team.objects.create(name="Team of Zelda Quux")
    Invitation.objects.create(person=zelda, email="zelda@home.example", created_at=NOW, expires_at=NOW, accepted_at=NOW)
    Look.objects.create(actor=cast.ada, person=zelda, reason="Zelda Quux asked", started_at=NOW, expires_at=NOW)
    audit("merge", actor=cast.ada, at=NOW, subject=zelda, detail={"merged": ["Zelda Quux", "x"], "Zelda Quux": 1})
    file = file_store(name="upload.csv", stream=[PEOPLE.encode()], created_by=cast.ada, at=NOW)
    ImportBatch.objects.create(file=file, file_name="upload.csv", source="files", created_at=NOW)
    assert ImportBatch.objects.get(kind="person").file is not None
    Opportunity.objects.filter(external_id="A3").update(name="Quux, Zelda helped")
    person_change(viewer=None, person=zelda, at=NOW, name="Zelda Quuxdottir")
    person_change(viewer=None, person=zelda, at=NOW, name="Zelda Quux", left_on=date(2026, 5, 1))
    zelda.refresh_from_db()
    return zelda


def erase(cast: Cast, person: Person, name: str = "Zelda Quux") -> Job:
    job = erasure.person_erase_ask(viewer=cast.viewer("ada"), person=person, name=name, at=timezone.now())
    return job_work_here(cast.organization.pk, job.pk)


# --- What is gone and what stays --------------------------------------------------------------------------------------


def test_no_table_holds_the_name_or_an_address_afterwards(cast: Cast, zelda: Person) -> None:
    before = standing(*TEXTS)
    for table in ("people_person", "people_personevent", "people_personkey", "people_user", "people_invitation",
                  "people_team", "people_teamevent", "people_look", "people_auditentry", "people_storedfilechunk",
                  "crm_importrow", "crm_importbatch", "crm_opportunity"):  # fmt: skip
        assert any(key.startswith(f"{table}:") for key in before) or table == "crm_importbatch", table
    job = erase(cast, zelda)
    assert job.state == "done" and job.result["rows"] > 10
    assert standing(*TEXTS) == {}
    zelda.refresh_from_db()
    assert (zelda.name, zelda.email, zelda.user) == (f"Erased person {zelda.pk}", "", None)
    assert not User.objects.filter(email__icontains="zelda").exists()


def test_every_figure_is_the_same_afterwards(cast: Cast, zelda: Person) -> None:
    before = figures(cast.organization)
    erase(cast, zelda)
    assert figures(cast.organization) == before
    call_command("recompute", organization=cast.organization.slug, full=True, stdout=StringIO())
    assert figures(cast.organization) == before


def test_deals_seats_and_the_log_stay_with_the_person(cast: Cast, zelda: Person) -> None:
    owned = set(Opportunity.objects.filter(owner=zelda).values_list("external_id", flat=True))
    entries = AuditEntry.objects.count()
    seats = zelda.holdings.count()
    assert {"A1", "A2", "A4"} <= owned and seats
    erase(cast, zelda)
    assert set(Opportunity.objects.filter(owner=zelda).values_list("external_id", flat=True)) == owned
    assert zelda.holdings.count() == seats
    assert AuditEntry.objects.count() == entries + 2  # asked for, done
    texts = set(Opportunity.objects.filter(owner=zelda).values_list("owner_text", flat=True))
    assert texts == {f"Erased person {zelda.pk}"}
    assert zelda.keys.filter(external_id="7").exists()  # a number tells nobody who it is


def test_others_keep_their_names(cast: Cast, zelda: Person) -> None:
    namely = Person.objects.create(name="Zelda Quuxington")
    before = dict(Person.objects.exclude(pk=zelda.pk).values_list("pk", "name"))
    erase(cast, zelda)
    assert dict(Person.objects.exclude(pk=zelda.pk).values_list("pk", "name")) == before
    namely.delete()
    assert ImportRow.objects.filter(raw__contains=["Ben Beck"]).count() == 2


def test_a_name_that_somebody_else_has_too_stays_in_texts(cast: Cast, zelda: Person) -> None:
    twin = Person.objects.create(name="Zelda Quux")
    erase(cast, zelda)
    twin.refresh_from_db()
    assert twin.name == "Zelda Quux"
    assert Opportunity.objects.get(external_id="A1").name == "Renewal – Zelda Quux"
    assert standing("zelda.quux@acme", "zquux") == {}


def test_a_new_table_is_searched_without_anybody_thinking_of_it() -> None:
    names = {(model._meta.label, field.name) for model, fields in searched_columns() for field in fields}
    assert {("crm.Opportunity", "owner_text"), ("crm.ImportRow", "raw"), ("people.PersonEvent", "name")} <= names
    assert ("crm.Account", "name") not in names


@pytest.mark.parametrize(
    "name", ["O'Neill \\ (Jr.) & Söhne", 'Anna "Ann" Ames', "D. [a-z]* Lee", "Łukasz %s Żak", "Cher"]
)
def test_any_name_is_found_as_it_is(cast: Cast, name: str) -> None:
    person = Person.objects.create(name=name, left_on=date(2026, 5, 1))
    audit("merge", actor=None, at=NOW, subject=person, detail={"merged": [name], "text": "Cherish %s Leeds"})
    erase(cast, person, name)
    entry = AuditEntry.objects.get(action="merge")
    assert entry.detail == {"merged": [f"Erased person {person.pk}"], "text": "Cherish %s Leeds"}


# --- Files do not bring it back ---------------------------------------------------------------------------------------


def test_importing_the_same_files_again_does_not_bring_the_name_back(cast: Cast, zelda: Person, tmp_path: Path) -> None:
    erase(cast, zelda)
    before, people = figures(cast.organization), Person.objects.count()
    answers = [
        load(cast.organization, tmp_path, "person", PEOPLE),
        load(cast.organization, tmp_path, "opportunity", DEALS),
        load(cast.organization, tmp_path, "opportunity", DEALS.replace("A1,", "B1,"), source="other"),
    ]
    assert all("erased_person" in {issue["code"] for issue in answer["issues"]} for answer in answers)
    assert answers[1]["created"] == answers[1]["refused"] == 0
    left = standing(*TEXTS)
    assert set(left) <= {
        "crm_importrow: quux",
        "crm_importrow: zelda",
        "crm_opportunity: quux",
        "crm_opportunity: zelda",
    }
    assert Person.objects.count() == people
    assert Opportunity.objects.get(external_id="B1").owner == zelda
    Opportunity.objects.filter(source="other").delete()
    assert [row for row in figures(cast.organization) if row[0] == "person"] == [
        row for row in before if row[0] == "person"
    ]


def test_an_id_of_an_erased_person_with_another_name_changes_nothing(cast: Cast, zelda: Person, tmp_path: Path) -> None:
    erase(cast, zelda)
    load(cast.organization, tmp_path, "person", PEOPLE.replace("Zelda Quux", "Zelda Married"))
    zelda.refresh_from_db()
    assert (zelda.name, zelda.email) == (f"Erased person {zelda.pk}", "")


def test_taking_the_import_back_does_not_bring_the_name_back(cast: Cast, zelda: Person) -> None:
    erase(cast, zelda)
    batch = ImportBatch.objects.get(kind="person")
    call_command(
        "crm_import_undo", organization=cast.organization.slug, batch=batch.pk, later="undo", stdout=StringIO()
    )
    assert standing(*TEXTS) == {}
    zelda.refresh_from_db()
    assert zelda.name == f"Erased person {zelda.pk}"


def test_somebody_of_the_same_name_can_be_entered_by_hand_and_is_known_to_files(
    cast: Cast, zelda: Person, tmp_path: Path
) -> None:
    erase(cast, zelda)
    new = person_create(viewer=cast.viewer("ada"), at=NOW, name="Zelda Quux")
    load(cast.organization, tmp_path, "opportunity", DEALS.replace("A1,", "C1,"), source="third")
    assert Opportunity.objects.get(external_id="C1").owner == new


def test_the_marks_say_nothing_without_the_secret_key(cast: Cast, zelda: Person, settings: Any) -> None:
    erase(cast, zelda)
    marks = set(ErasedMark.objects.values_list("digest", flat=True))
    assert marks and not standing(*TEXTS)
    assert digest(" zelda   QUUX ") in marks
    settings.SECRET_KEY = "another"
    assert digest("Zelda Quux") not in marks


# --- Who may, and when ------------------------------------------------------------------------------------------------


def test_only_somebody_who_has_left_is_erased_and_never_oneself(cast: Cast, zelda: Person) -> None:
    for person, name, code in [(cast.alice, "Alice Ames", "not_left"), (cast.ada, "Ada Abel", "own")]:
        with pytest.raises(ValidationError) as refused:
            erase(cast, person, name)
        assert refused.value.code == code
    with pytest.raises(ValidationError):
        erase(cast, zelda, "Zelda")
    assert not Job.objects.filter(kind=erasure.KIND).exists()


def test_an_erased_person_is_not_erased_changed_or_invited_again(cast: Cast, zelda: Person) -> None:
    erase(cast, zelda)
    zelda.refresh_from_db()
    with pytest.raises(ValidationError):
        erase(cast, zelda, zelda.name)
    with pytest.raises(ValidationError):
        person_change(viewer=cast.viewer("ada"), person=zelda, at=NOW, name="Zelda Quux")
    ada = cast.client("ada")
    answer = ada.post(reverse("people:person_invite", args=[zelda.pk]), {"email": "zelda.quux@acme.example"})
    assert answer.status_code == 422


def test_while_an_import_runs_nothing_is_erased_and_the_reason_is_told(cast: Cast, zelda: Person) -> None:
    ImportBatch.objects.filter(file_name="upload.csv").update(state=ImportBatch.State.RUNNING)
    job = erase(cast, zelda)
    assert job.state == "failed" and "import is running" in job.error
    zelda.refresh_from_db()
    assert zelda.erased_at is None and standing("zelda quux")


def test_a_second_attempt_of_the_job_does_nothing(cast: Cast, zelda: Person) -> None:
    job = erase(cast, zelda)
    Job.objects.filter(pk=job.pk).update(state="waiting", lease_until=None)
    assert job_work_here(cast.organization.pk, job.pk).result == {"rows": 0}


def test_a_file_of_people_applied_by_the_service_leaves_an_erased_person_alone(cast: Cast, zelda: Person) -> None:
    erase(cast, zelda)
    row = StructureRow(1, "7", "Zelda Quux", "zelda@new.example", hired_on=date(2020, 1, 1))
    structure_apply(source="files", rows=[row], actor=None, at=NOW, on=TODAY)
    zelda.refresh_from_db()
    assert zelda.name == f"Erased person {zelda.pk}" and zelda.email == ""


# --- The pages --------------------------------------------------------------------------------------------------------


def test_two_steps_and_ones_own_password_erase_a_person(cast: Cast, zelda: Person) -> None:
    ada = cast.client("ada")
    first = ada.get(reverse("people:person_erase", args=[zelda.pk])).content.decode()
    confirm = reverse("people:person_erase_confirm", args=[zelda.pk])
    assert confirm in first and "cannot be undone" in first
    for values in ({"name": "Zelda", "password": PASSWORD}, {"name": "Zelda Quux", "password": "wrong"}):
        assert ada.post(confirm, values).status_code == 422
    assert not Job.objects.filter(kind=erasure.KIND).exists()
    answer = ada.post(confirm, {"name": "zelda quux", "password": PASSWORD})
    assert answer.status_code == 302
    assert ada.post(confirm, {"name": "zelda quux", "password": PASSWORD}).status_code == 422  # a double click
    job = Job.objects.get(kind=erasure.KIND)
    assert not User.objects.get(person=zelda).is_active
    job_work_here(cast.organization.pk, job.pk)
    page = ada.get(reverse("people:person_erase", args=[zelda.pk])).content.decode()
    assert "Done" in page and "Quux" not in page
    assert "Quux" not in ada.get(reverse("people:person_detail", args=[zelda.pk])).content.decode()


def test_somebody_who_is_still_here_gets_no_last_step(cast: Cast) -> None:
    page = cast.client("ada").get(reverse("people:person_erase", args=[cast.alice.pk])).content.decode()
    assert "has left" in page and reverse("people:person_erase_confirm", args=[cast.alice.pk]) not in page


def test_nothing_is_offered_about_somebody_who_left_that_would_be_refused(cast: Cast) -> None:
    ada, page = cast.client("ada"), reverse("people:person_detail", args=[cast.nils.pk])
    here = ada.get(page).content.decode()
    assert "Give a sign-in" in here and "Give a role" in here
    Person.objects.filter(pk=cast.nils.pk).update(left_on=date(2020, 1, 1))
    left = ada.get(page).content.decode()
    assert "Give a sign-in" not in left and "Give a role" not in left and "Enter leave" in left
    Person.objects.filter(pk=cast.nils.pk).update(erased_at=NOW, name="Erased person 1")
    erased = ada.get(page).content.decode()
    assert "Enter leave" not in erased and reverse("people:person_change", args=[cast.nils.pk]) not in erased
    words = ada.get(reverse("people:person_erase", args=[cast.nils.pk])).content.decode()
    assert "Every figure is what it was." in words and "Erase Erased" not in words
