"""What a letter names beside the amounts: months of a ramp with their share, who approved, and that nobody did."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Quota
from crm.services.quotas import quota_change
from goals.engine.ramp import Presence, Ramp, month_factor, ramp_share
from goals.models import PlanVersion
from goals.selectors.letters import letter_proposals
from goals.services.letters.document import adjustment_words, approval_words, letter_data
from goals.services.quota_requests import quota_request_ask, quota_request_decide
from kernel.period import Period, month_of
from people.models import Holiday, Leave, Person
from tests.cast import NOW, Cast, make_person, make_seat
from tests.letters.build import QUARTER, issue, make_quota
from tests.planning.access import approve_all, hand_in, make_plan

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
RAMP = [Decimal("0"), Decimal("0.25"), Decimal("0.505")]


def planned(cast: Cast, **settings: object) -> PlanVersion:
    """Acme's year in force; Alice was hired in June."""
    Person.objects.filter(pk=cast.alice.pk).update(hired_on=date(2026, 6, 1))
    return approved(cast, make_plan(cast, ramp_ratios=RAMP, **settings))


def approved(cast: Cast, version: PlanVersion) -> PlanVersion:
    approve_all(hand_in(version, cast.viewer("dana")), cast.organization)
    return version


def said(cast: Cast, person: Person) -> list[tuple[str, str]]:
    return approval_words(issue(person).content)


# --- The ramp ---------------------------------------------------------------------------------------


@given(st.lists(st.fractions(0, 1, max_denominator=100), max_size=4), st.integers(0, 500), st.integers(0, 500))
def test_the_share_of_a_ramp_is_the_factor_of_the_month_without_days_and_leave(
    shares: list[Fraction], hired: int, away: int
) -> None:
    start = date(2026, 1, 1).toordinal()
    first = date.fromordinal(start + away)
    presence = Presence(
        Period(date(2025, 6, 10), date(2028, 1, 1)),
        date.fromordinal(start + hired),
        [Period(first, date.fromordinal(first.toordinal() + 9))],
    )
    for number in range(1, 13):
        month, ramp = month_of(date(2026, number, 1)), Ramp(tuple(shares))
        share = ramp_share(month, presence, ramp)
        assert share is not None and 0 <= share <= 1
        assert share * month_factor(month, presence, Ramp()) == month_factor(month, presence, ramp)


def test_the_months_of_a_ramp_are_named_with_their_share(cast: Cast) -> None:
    planned(cast)
    letter = issue(cast.alice)
    ramp = [each for each in letter.content["adjustments"] if each[0] == "ramp"]
    assert ramp == [["ramp", "2026-07-01", "2026-08-01", "0.250"], ["ramp", "2026-08-01", "2026-09-01", "0.505"]]
    words = letter_data(letter, cast.organization)["adjustments"]
    assert words == [
        "Ramp while new: July 2026 at 25% of a full quota",
        "Ramp while new: August 2026 at 50.5% of a full quota",
    ]
    assert [each for each in issue(cast.carol).content["adjustments"] if each[0] == "ramp"] == []


def test_a_ramp_is_named_for_quotas_of_a_quarter_and_with_leave_in_it(cast: Cast) -> None:
    Leave.objects.create(person=cast.alice, starts_on=date(2026, 7, 11), ends_before=date(2026, 7, 21))
    planned(cast, grain="quarter")
    ramp = [each[1:] for each in issue(cast.alice).content["adjustments"] if each[0] == "ramp"]
    # ten days away pause the tenure: its third month begins on 11 August, the whole quota on 11 September
    assert ramp == [
        ["2026-07-01", "2026-08-01", "0.250"],
        ["2026-08-01", "2026-09-01", str(round((Decimal(10) * RAMP[1] + 21 * RAMP[2]) / 31, 3))],
        ["2026-09-01", "2026-10-01", str(round((Decimal(10) * RAMP[2] + 20) / 30, 3))],
    ]


def test_holidays_are_no_working_days_of_a_ramp(cast: Cast) -> None:
    Holiday.objects.bulk_create(Holiday(day=date(2026, 7, day), name="Works holiday") for day in (1, 2, 3))
    Person.objects.filter(pk=cast.alice.pk).update(hired_on=date(2026, 6, 16))
    approved(cast, make_plan(cast, ramp_ratios=RAMP, days="working"))
    july = issue(cast.alice).content["adjustments"][0]
    # 20 working days, 12 of them in the second month of tenure and none of the others with a quota
    assert july == ["ramp", "2026-07-01", "2026-08-01", str(round(12 * RAMP[1] / 20, 3))]


def test_a_quota_that_was_changed_since_is_no_matter_of_the_ramp(cast: Cast) -> None:
    planned(cast)
    quota = Quota.objects.get(person=cast.alice, starts_on=date(2026, 7, 1))
    quota_change(viewer=cast.viewer("dana"), quota=quota, at=NOW, reason="More", amount=Decimal(77_000))
    ramp = [each[1] for each in issue(cast.alice).content["adjustments"] if each[0] == "ramp"]
    assert ramp == ["2026-08-01"]


def test_the_api_says_what_was_taken_into_account_and_who_approved(cast: Cast, sign_in: SignIn) -> None:
    planned(cast)
    letter = issue(cast.alice)
    said = sign_in("dana").get(f"/api/v1/quota-letters/{letter.pk}").json()
    assert said["adjustments"][0] == {
        "kind": "ramp", "starts_on": "2026-07-01", "ends_before": "2026-08-01", "share": "0.250",
    }  # fmt: skip
    assert [(each["by_id"], each["kind"]) for each in said["approvals"]] == [
        (cast.bob.pk, "manager"),
        (cast.ada.pk, "operations"),
    ]
    assert said["unapproved"] == []


# --- Who approved ----------------------------------------------------------------------------------


def test_who_approved_the_plan_is_named_with_their_step_and_day(cast: Cast) -> None:
    approved(cast, make_plan(cast))
    assert said(cast, cast.alice) == [
        ("Approved by", "Bob Brand (the manager of the person), 15 Jun 2026; Ada Abel (operations), 15 Jun 2026")
    ]
    assert said(cast, cast.carol) == [("Approved by", "Ada Abel (operations), 15 Jun 2026")]


def test_who_approved_a_change_is_named_and_the_rest_is_said_to_be_imported(cast: Cast) -> None:
    first = Period(date(2026, 7, 1), date(2026, 8, 1))
    quota = make_quota(cast.alice, "30000", first, by=cast.erin)
    rest = make_quota(cast.alice, "60000", Period(first.ends_before, QUARTER.ends_before))
    Quota.objects.filter(pk=rest.pk).update(source="quotas.csv")
    request = quota_request_ask(
        viewer=cast.viewer("dana"), quota=quota, amount=Decimal(31_000), reason="A region more", at=NOW
    )
    for who, step in (("dell", 0), ("ada", 1)):
        quota_request_decide(
            viewer=cast.viewer(who), request=request, step=step, is_approved=True, reason="Fair", at=NOW
        )
    assert said(cast, cast.alice) == [
        (
            "Approved by",
            "Dell Dunn for Bob Brand (the manager of the person), 15 Jun 2026; Ada Abel (operations), 15 Jun 2026",
        ),
        ("Not approved", "Part of the amount: it was taken from a file or another system"),
    ]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("quotas.csv", "it was taken from a file or another system"),
        ("", "it was entered without the steps of approval"),
    ],
)
def test_a_quota_that_nobody_approved_says_so_plainly(cast: Cast, source: str, why: str) -> None:
    quota = make_quota(cast.alice, by=cast.erin)
    Quota.objects.filter(pk=quota.pk).update(source=source)
    assert said(cast, cast.alice) == [("Not approved", f"Nobody approved this quota: {why}")]


def test_a_letter_of_before_says_what_its_document_says(cast: Cast) -> None:
    assert approval_words({"approver": cast.erin.pk}) == [("Approved by", "Erin East")]
    assert approval_words({"approver": None}) == []
    assert adjustment_words("leave", "2026-07-01", "2026-07-03") == "Away: 1 Jul 2026 to 2 Jul 2026"


def test_approvals_alone_are_no_reason_for_a_new_letter(cast: Cast) -> None:
    make_quota(cast.alice)
    issue(cast.alice)
    Quota.objects.update(source="quotas.csv")
    [proposal] = letter_proposals(None, QUARTER, measure="bookings", person_ids=[cast.alice.pk])
    assert proposal.result == "same"


def test_letters_of_many_take_as_many_queries_as_those_of_few(cast: Cast) -> None:
    def queries(count: int) -> int:
        for number in range(count):
            make_seat(cast.south, make_person(f"Rep {count} {number}"))
        approved(cast, make_plan(cast, f"Year {count}", ramp_ratios=RAMP))
        with CaptureQueriesContext(connection) as found:
            assert len(letter_proposals(None, QUARTER, measure="bookings")) >= count
        return len(found)

    assert queries(2) == queries(15)
