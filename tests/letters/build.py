"""Quotas and letters for tests: the third quarter of 2026, which begins two weeks after the day of the tests."""

from datetime import date
from decimal import Decimal

from crm.models import Quota
from goals.models import QuotaLetter
from goals.selectors.letters import letter_proposals
from goals.services.letters import letter_issue
from kernel.period import Period
from people.models import Person
from tests.cast import NOW

QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1))
DUE = date(2026, 6, 25)


def make_quota(
    person: Person, amount: str = "300000", period: Period = QUARTER, currency: str = "USD", by: Person | None = None
) -> Quota:
    return Quota.objects.create(
        person=person,
        starts_on=period.starts_on,
        ends_before=period.ends_before,
        amount=Decimal(amount),
        currency=currency,
        changed_by=by,
    )


def issue(person: Person, due_on: date = DUE) -> QuotaLetter:
    """The letter that the quotas of a person make now."""
    [proposal] = letter_proposals(None, QUARTER, measure="bookings", person_ids=[person.pk])
    return letter_issue(proposal=proposal, period=QUARTER, measure="bookings", due_on=due_on, issued_by=None, at=NOW)
