"""Quota letters: what they say, to whom, acknowledged by whom, and what nobody can change any more."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Quota
from goals.engine.letter import QuotaDays, letter_months, letter_total
from goals.models import LetterAcknowledgement, QuotaLetter
from goals.selectors.letters import letter_proposals
from goals.services.letters import (
    letter_acknowledge,
    letter_issue,
    letter_remind,
    letters_due,
    letters_issue_start,
    terms_change,
)
from kernel.period import Period
from metrics.matters import matters
from people.files import file_chunks
from people.jobs import job_work_here
from people.models import Leave, Notification, Person
from people.services.erasure import person_erase
from tests.cast import NOW, TODAY, Cast, make_person, make_seat
from tests.letters.build import DUE, QUARTER, issue, make_quota

SignIn = Callable[[str], Client]
State = QuotaLetter.State


def sign(cast: Cast, letter: QuotaLetter, name: str = "alice ames", digest: str = "") -> LetterAcknowledgement:
    return letter_acknowledge(
        viewer=cast.viewer("alice"), letter=letter, name=name, digest=digest or letter.digest, at=NOW
    )


def reload(letter: QuotaLetter) -> QuotaLetter:
    return QuotaLetter.objects.get(pk=letter.pk)


# --- What a letter says ---------------------------------------------------------------------------


DAYS = st.integers(0, 800).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


@given(
    st.lists(st.tuples(DAYS, st.integers(1, 400), st.decimals(0, 10**9, places=2)), max_size=6),
    DAYS,
    st.integers(1, 800),
    st.sampled_from([0, 2, 3]),
)
def test_months_add_up_to_the_share_of_each_quota_rounded_once(
    rows: list[tuple[date, int, Decimal]], first: date, length: int, digits: int
) -> None:
    period = Period(first, first + timedelta(days=length))
    quotas = [QuotaDays(start, start + timedelta(days=days), amount) for start, days, amount in rows]
    months = letter_months(quotas, period, digits)
    expected = Decimal(0)
    for quota in quotas:
        inside = [day for day in period.dates() if quota.starts_on <= day < quota.ends_before]
        share = quota.amount * len(inside) / (quota.ends_before - quota.starts_on).days
        expected += Decimal(f"{share + Decimal(5).scaleb(-digits - 1):.{digits + 20}f}").quantize(
            Decimal(1).scaleb(-digits), rounding="ROUND_DOWN"
        )
    assert letter_total(months) == expected
    assert all(month.amount >= 0 for month in months)
    assert [month.starts_on for month in months] == sorted({max(day.replace(day=1), first) for day in period.dates()})


def test_a_quarter_of_31_30_and_31_days_counts_by_calendar_days() -> None:
    months = letter_months([QuotaDays(date(2026, 7, 1), date(2026, 10, 1), Decimal(92000))], QUARTER, 2)
    assert [month.amount for month in months] == [Decimal(31000), Decimal(31000), Decimal(30000)]


def test_a_letter_says_amounts_leave_and_terms_and_that_nobody_approved(cast: Cast) -> None:
    terms_change(viewer=cast.viewer("dana"), text="Paid monthly.", at=NOW)
    make_quota(cast.alice, "92000", by=cast.erin)
    Leave.objects.create(person=cast.alice, starts_on=date(2026, 6, 20), ends_before=date(2026, 7, 11))
    Person.objects.filter(pk=cast.alice.pk).update(hired_on=date(2026, 7, 4))
    letter = issue(cast.alice)
    assert letter.content == {
        "currency": "USD",
        "months": [["2026-07-01", "31000.00"], ["2026-08-01", "31000.00"], ["2026-09-01", "30000.00"]],
        "total": "92000.00",
        "adjustments": [["leave", "2026-07-01", "2026-07-11"], ["joined", "2026-07-04", "2026-10-01"]],
        "approvals": [],
        "unapproved": ["entered"],
        "terms": "Paid monthly.",
    }
    assert letter.document is not None
    stored = b"".join(file_chunks(letter.document))
    assert hashlib.sha256(stored).hexdigest() == letter.digest and stored.startswith(b"%PDF-")


def test_quotas_in_two_currencies_are_said_and_make_no_letter(cast: Cast) -> None:
    make_quota(cast.alice, period=Period(date(2026, 7, 1), date(2026, 8, 1)))
    make_quota(cast.alice, period=Period(date(2026, 8, 1), date(2026, 9, 1)), currency="EUR")
    [proposal] = letter_proposals(None, QUARTER, measure="bookings")
    assert proposal.result == "problem"


def test_the_preview_needs_the_same_queries_for_many(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(20):
        make_quota(make_person(f"Person {number}"))
    with django_assert_num_queries(6):
        assert len(letter_proposals(None, QUARTER, measure="bookings")) == 20


# --- Issuing ---------------------------------------------------------------------------------------


def start(cast: Cast, who: str = "dana", due_on: date = DUE, **changes: Any) -> Any:
    return letters_issue_start(viewer=cast.viewer(who), period=QUARTER, due_on=due_on, at=NOW, on=TODAY, **changes)


def test_letters_are_issued_in_bulk_once(cast: Cast) -> None:
    for person in [cast.alice, cast.bob, cast.carol]:
        make_quota(person)
    job = start(cast)
    assert job_work_here(cast.organization.pk, job.pk).result == {"issued": 3}
    assert QuotaLetter.objects.filter(state=State.ISSUED, issued_by=cast.dana).count() == 3
    assert Notification.objects.filter(kind="goals.letter_issued").count() == 3
    with pytest.raises(ValidationError, match="Everybody"):
        start(cast)
    type(job).objects.filter(pk=job.pk).update(state="waiting", lease_until=None)
    assert job_work_here(cast.organization.pk, job.pk).result == {"issued": 0}


def test_a_changed_quota_makes_a_new_letter_that_replaces_the_old_one(cast: Cast) -> None:
    quota = make_quota(cast.alice)
    make_quota(cast.carol)
    first = issue(cast.alice)
    issue(cast.carol)
    sign(cast, first)
    Quota.objects.filter(pk=quota.pk).update(amount=Decimal(330000))
    job_work_here(cast.organization.pk, start(cast).pk)
    old, new = reload(first), QuotaLetter.objects.get(person=cast.alice, state=State.ISSUED)
    assert (old.state, old.replaced_by) == (State.SUPERSEDED, new) and new.content["total"] == "330000.00"
    assert LetterAcknowledgement.objects.filter(letter=old).exists()
    assert QuotaLetter.objects.filter(person=cast.carol).count() == 1
    with pytest.raises(ValidationError, match="replaced"):
        sign(cast, old)


def test_who_keeps_quotas_of_a_team_issues_for_it_alone(cast: Cast) -> None:
    make_quota(cast.alice)
    make_quota(cast.carol)
    job_work_here(cast.organization.pk, start(cast, "otto").pk)
    assert list(QuotaLetter.objects.values_list("person", flat=True)) == [cast.alice.pk]


@pytest.mark.parametrize("who", ["alice", "bob", "finn", "hana", "erin"])
def test_nobody_else_issues(cast: Cast, who: str) -> None:
    make_quota(cast.alice)
    with pytest.raises(PermissionDenied):
        start(cast, who)


@pytest.mark.parametrize("due_on", [TODAY - timedelta(days=1), QUARTER.starts_on, QUARTER.ends_before])
def test_a_letter_is_due_before_its_period_begins(cast: Cast, due_on: date) -> None:
    make_quota(cast.alice)
    with pytest.raises(ValidationError) as refused:
        start(cast, due_on=due_on)
    assert "due_on" in refused.value.message_dict


# --- Acknowledging ---------------------------------------------------------------------------------


def test_the_person_acknowledges_the_very_document(cast: Cast) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    done = sign(cast, letter)
    assert (done.name, done.at, done.digest) == ("alice ames", NOW, letter.digest)
    assert reload(letter).state == State.ACKNOWLEDGED
    assert sign(cast, letter).pk == done.pk


@pytest.mark.parametrize(("name", "digest"), [("Bob Brand", ""), ("", ""), ("Alice Ames", "0" * 64)])
def test_another_name_or_another_document_acknowledges_nothing(cast: Cast, name: str, digest: str) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    with pytest.raises(ValidationError):
        sign(cast, letter, name, digest)
    assert reload(letter).state == State.ISSUED


@pytest.mark.parametrize("who", ["bob", "dell", "dana", "ada", "otto"])
def test_nobody_acknowledges_for_somebody_else(cast: Cast, sign_in: SignIn, who: str) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    data = {"name": "Alice Ames", "digest": letter.digest}
    assert sign_in(who).post(reverse("goals:letter_detail", args=[letter.pk]), data).status_code == 404
    assert reload(letter).state == State.ISSUED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE goals_quotaletter SET content = '{}' WHERE id = %s",
        "UPDATE goals_quotaletter SET due_on = '2030-01-01' WHERE id = %s",
        "UPDATE goals_quotaletter SET digest = 'x' WHERE id = %s",
        "DELETE FROM goals_quotaletter WHERE id = %s",
        "UPDATE goals_letteracknowledgement SET name = 'x' WHERE letter_id = %s",
        "DELETE FROM goals_letteracknowledgement WHERE letter_id = %s",
    ],
)
def test_the_database_refuses_to_rewrite_what_was_issued_and_signed(cast: Cast, statement: str) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    sign(cast, letter)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [letter.pk])


def test_erasing_a_person_takes_the_document_and_keeps_what_it_said(cast: Cast) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    sign(cast, letter)
    Person.objects.filter(pk=cast.alice.pk).update(left_on=TODAY)
    person_erase(actor=cast.ada, person=cast.alice, at=NOW)
    row = reload(letter)
    assert row.document is None and row.content["total"] == "300000.00" and row.digest == letter.digest
    assert LetterAcknowledgement.objects.get(letter=letter).name == f"Erased person {cast.alice.pk}"


# --- Reminding -------------------------------------------------------------------------------------


def test_a_reminder_is_sent_once_a_day(cast: Cast) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    bob = cast.viewer("bob")
    assert letter_remind(viewer=bob, letter=letter, at=NOW, on=TODAY)
    assert not letter_remind(viewer=bob, letter=letter, at=NOW, on=TODAY)
    assert Notification.objects.filter(kind="goals.letter_reminder", person=cast.alice).count() == 1


def test_late_letters_are_reminded_of_and_told_to_who_leads(cast: Cast) -> None:
    make_quota(cast.alice)
    make_quota(cast.bob)
    chief = make_person("Chief Carr")
    make_seat(cast.sales, chief, "manager")
    issue(cast.alice)
    issue(cast.bob)
    assert letters_due(at=NOW, on=DUE - timedelta(days=4)) == 0
    assert letters_due(at=NOW, on=DUE - timedelta(days=3)) == 2
    assert not Notification.objects.filter(kind="goals.letter_late").exists()
    later = NOW + timedelta(days=14)
    assert letters_due(at=later, on=DUE + timedelta(days=1)) == 2
    assert letters_due(at=later, on=DUE + timedelta(days=1)) == 0
    told = Notification.objects.filter(kind="goals.letter_late").values_list("person__name", flat=True)
    assert sorted(told) == ["Bob Brand", "Chief Carr"]


# --- Pages, API, command ---------------------------------------------------------------------------


def test_operations_issues_in_the_browser_and_the_person_acknowledges(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice)
    make_quota(cast.carol)
    dana, address = sign_in("dana"), reverse("goals:letter_issue")
    days = {"starts_on": "2026-07-01", "ends_before": "2026-10-01"}
    page = dana.get(address, days).content.decode()
    assert "Alice Ames" in page and "$300,000" in page and "2 new" in page
    answer = dana.post(address, {**days, "due_on": "2020-01-01"})
    assert answer.status_code == 422 and "This day is over" in answer.content.decode()


def test_the_pages_of_a_letter(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    address = reverse("goals:letter_detail", args=[letter.pk])
    alice = sign_in("alice")
    page = alice.get(address).content.decode()
    assert "$300,000.00" in page and "Acknowledge the letter" in page and letter.digest in page
    assert "Acknowledge the letter" not in sign_in("bob").get(address).content.decode()
    wrong = alice.post(address, {"name": "Somebody", "digest": letter.digest})
    assert wrong.status_code == 422 and "Write your name as it stands in the letter" in wrong.content.decode()
    assert alice.post(address, {"name": "Alice Ames", "digest": letter.digest}).status_code == 302
    assert "Acknowledge the letter" not in alice.get(address).content.decode()
    document = alice.get(reverse("goals:letter_document", args=[letter.pk]))
    assert document.headers["Content-Type"] == "application/pdf"
    assert b"".join(document.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]


def test_the_list_is_filtered_and_names_nobody_out_of_sight(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice)
    make_quota(cast.carol)
    issue(cast.alice)
    issue(cast.carol)
    address = reverse("goals:letter_list")
    bob = sign_in("bob").get(address).content.decode()
    assert "Alice Ames" in bob and "Carol Cole" not in bob
    dana = sign_in("dana").get(address, {"q": "carol"}).content.decode()
    assert "Carol Cole" in dana and "Alice Ames" not in dana
    assert "No letters yet" in sign_in("finn").get(address).content.decode()


def test_the_api_reads_and_acknowledges(cast: Cast, sign_in: SignIn) -> None:
    make_quota(cast.alice)
    letter = issue(cast.alice)
    alice = sign_in("alice")
    [row] = alice.get(reverse("api:letter_list")).json()["results"]
    assert row["total"] == "300000.00" and row["acknowledgement"] is None
    address = reverse("api:letter_acknowledge", args=[letter.pk])
    data = {"name": "Alice Ames", "digest": row["digest"]}
    found = alice.post(address, data, content_type="application/json").json()
    assert found["state"] == "acknowledged" and found["acknowledgement"]["name"] == "Alice Ames"


def test_the_command_previews_issues_lists_and_reminds(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    period = Period(date(2099, 1, 1), date(2099, 4, 1))
    make_quota(cast.alice, period=period)
    asked = {"organization": "acme", "period": "2099Q1", "format": "json"}
    call_command("quota_letters", "issue", dry_run=True, **asked)
    assert json.loads(capsys.readouterr().out)["letters"][0]["state"] == "new"
    call_command("quota_letters", "issue", due=date(2098, 12, 1), **asked)
    assert json.loads(capsys.readouterr().out) == {"issued": 1}
    call_command("quota_letters", "list", **asked)
    [found] = json.loads(capsys.readouterr().out)["letters"]
    assert (found["state"], found["total"]) == ("issued", "300000.00")
    call_command("quota_letters", "remind", **asked)
    assert json.loads(capsys.readouterr().out) == {"reminded": 1}


def test_late_letters_stand_on_the_list_of_who_needs_attention(cast: Cast, sign_in: SignIn) -> None:
    running = Period(date(2020, 1, 1), date(2030, 1, 1))
    make_quota(cast.alice, period=running)
    [proposal] = letter_proposals(None, running, measure="bookings")
    day = date(2019, 12, 20)
    letter_issue(proposal=proposal, period=running, measure="bookings", due_on=day, issued_by=None, at=NOW)
    team = sign_in("bob").get(reverse("metrics:team")).content.decode()
    assert "Quota letter not acknowledged" in team and "20 Dec 2019" in team
    viewer = cast.viewer("erin")
    assert matters(viewer, None, TODAY) == {}
    [found] = matters(cast.viewer("dana"), cast.sales.pk, TODAY)[cast.alice.pk]
    assert found.name == "Alice Ames"
    assert matters(cast.viewer("dana"), cast.south.pk, TODAY) == {}
