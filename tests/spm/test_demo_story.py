"""What docs/demo.md promises about the people of the demo, found in the facts by plain queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from goals.approval_policies import turn
from goals.models import QuotaLetter, QuotaRequest
from goals.services.letters.document import approval_words
from kernel.period import add_months
from metrics.matters import matters
from people.models import Organization, Person
from people.viewer import viewer_of_person
from people.wall import tenant
from spm.demo import story
from spm.demo.letters import letters_make
from spm.demo.load import demo_create
from spm.demo.staff import staff_of
from spm.demo.story import Part, days_of

TODAYS = [date(2024, 2, 29), date(2026, 4, 1), date(2026, 8, 31), date(2026, 11, 21)]

BOOKINGS = """
    SELECT coalesce(sum(converted_amount), 0) FROM crm_opportunity
    WHERE outcome = 'won' AND owner_id = ANY(%s) AND closed_on >= %s AND closed_on < %s
"""
WIN_RATE = """
    SELECT count(*) FILTER (WHERE outcome = 'won')::numeric / nullif(count(*), 0), count(*)
    FROM crm_opportunity o JOIN crm_product p ON p.id = o.product_id
    WHERE outcome <> 'open' AND owner_id = %s AND closed_on >= %s AND closed_on < %s AND (p.name = %s) = %s
"""
CYCLE = """
    SELECT avg(closed_on - engaged_on) FROM crm_opportunity
    WHERE outcome = 'won' AND owner_id = %s AND closed_on >= %s AND closed_on < %s AND engaged_on <= closed_on
"""
IN_REGION = """
    SELECT sum(o.converted_amount) FROM crm_opportunity o
    JOIN people_seatholding h ON h.person_id = o.owner_id AND h.starts_on <= o.closed_on AND o.closed_on < h.ends_before
    JOIN people_seat s ON s.id = h.seat_id
    JOIN people_teamclosure c ON c.descendant_id = s.team_id AND c.starts_on <= o.closed_on
        AND o.closed_on < c.ends_before
    JOIN people_team t ON t.id = c.ancestor_id
    WHERE o.outcome = 'won' AND (t.name = %s) AND o.closed_on >= %s AND o.closed_on < %s
"""


@dataclass
class Demo:
    organization: Organization
    today: date
    at: datetime
    places: list[str]

    def ask(self, query: str, *values: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone()
        return row[0] if len(row) == 1 else row

    def person(self, place: int) -> Person:
        return Person.objects.get(name=self.places[place])

    @property
    def tomorrow(self) -> date:
        return self.today + timedelta(days=1)


@pytest.fixture(params=TODAYS, ids=str)
def demo(request: pytest.FixtureRequest, db: None) -> Iterator[Demo]:
    today = request.param
    at = datetime(today.year, today.month, today.day, 16, 20, tzinfo=UTC)
    organization = demo_create(slug="demo", reps=40, deals=10_000, months=24, seed=7, at=at)
    members = staff_of(40, 7, days_of(today, 24), "demo.example").members
    with tenant(organization.pk):
        yield Demo(organization, today, at, [member.name for member in members])


def test_the_story_holds_whatever_the_day(demo: Demo) -> None:
    """One company per day is dear to make, so its story is checked in one go."""
    maya_has_a_great_quarter(demo)
    maya_slips_on_one_product(demo)
    somebody_dropped_for_two_months(demo)
    somebody_got_slower(demo)
    somebody_lets_dates_pass(demo)
    one_region_carries_the_company(demo)
    there_is_something_to_mend(demo)
    goals_are_as_high_as_quotas_and_lead_to_the_company(demo)
    letters_make(demo.organization, at=demo.at, on=demo.today)
    letters_of_the_team_are_signed_but_one_and_mayas_waits(demo)
    changes_of_quotas_wait_for_daniel_and_helen(demo)


def maya_has_a_great_quarter(demo: Demo) -> None:
    maya = [demo.person(Part.MAYA).pk]
    now = demo.ask(BOOKINGS, maya, demo.today - timedelta(days=89), demo.tomorrow)
    then = demo.ask(BOOKINGS, maya, demo.today - timedelta(days=454), demo.today - timedelta(days=364))
    assert now > then * Decimal("1.2")


def maya_slips_on_one_product(demo: Demo) -> None:
    maya, since = demo.person(Part.MAYA).pk, days_of(demo.today, 24).maya_from
    now, decided = demo.ask(WIN_RATE, maya, since, demo.tomorrow, story.SLIPPING, True)
    before, _ = demo.ask(WIN_RATE, maya, since - timedelta(days=365), since, story.SLIPPING, True)
    others, _ = demo.ask(WIN_RATE, maya, since, demo.tomorrow, story.SLIPPING, False)
    assert decided >= 6
    assert now < Decimal("0.45") < Decimal("0.55") < before
    assert others > Decimal("0.65")


def somebody_dropped_for_two_months(demo: Demo) -> None:
    person, since = [demo.person(Part.DROPPED).pk], days_of(demo.today, 24).dropped_from
    usual = demo.ask(BOOKINGS, person, add_months(since, -6), since) / 6
    assert demo.ask(BOOKINGS, person, since, add_months(since, 2)) / 2 < usual * Decimal("0.6")


def somebody_got_slower(demo: Demo) -> None:
    person, since = demo.person(Part.SLOWED).pk, days_of(demo.today, 24).slowed_from
    assert demo.ask(CYCLE, person, since, demo.tomorrow) > 1.5 * float(
        demo.ask(CYCLE, person, since - timedelta(days=365), since)
    )


def somebody_lets_dates_pass(demo: Demo) -> None:
    person = demo.person(Part.OVERDUE).pk
    overdue, count = demo.ask(
        "SELECT count(*) FILTER (WHERE closed_on < %s), count(*) FROM crm_opportunity "
        "WHERE outcome = 'open' AND owner_id = %s",
        demo.today,
        person,
    )
    assert overdue >= 4 and overdue > count / 4


def one_region_carries_the_company(demo: Demo) -> None:
    def growth(region: str) -> tuple[Decimal, Decimal]:
        now = demo.ask(IN_REGION, region, demo.today - timedelta(days=89), demo.tomorrow)
        then = demo.ask(IN_REGION, region, demo.today - timedelta(days=454), demo.today - timedelta(days=364))
        return now, then

    carrier_now, carrier_then = growth(story.CARRIER)
    company_now, company_then = growth(story.COMPANY)
    assert carrier_now > company_now / 2 - company_now / 20
    assert carrier_now > carrier_then * Decimal("1.25")
    assert company_now - carrier_now < (company_then - carrier_then) * Decimal("1.05")


def there_is_something_to_mend(demo: Demo) -> None:
    count = "SELECT count(*) FROM crm_opportunity o LEFT JOIN crm_product p ON p.id = o.product_id WHERE "
    assert demo.ask(count + "owner_id IS NULL AND owner_text = %s", story.UNMATCHED_OWNER) == 5
    assert demo.ask(count + "outcome = 'won' AND amount IS NULL") == 7
    assert demo.ask(count + "outcome = 'won' AND amount = 0") == 3
    assert demo.ask(count + "engaged_on > closed_on") == 4
    assert demo.ask(count + "p.name = %s", story.NEAR_DUPLICATE) == 6
    assert demo.ask(count + "outcome = 'open' AND closed_on IS NULL") == 3
    assert demo.ask(count + "outcome = 'open' AND closed_on < %s", demo.today) > 20


def goals_are_as_high_as_quotas_and_lead_to_the_company(demo: Demo) -> None:
    quotas = "SELECT count(*), sum(amount) FROM crm_quota WHERE starts_on = date_trunc('quarter', %s::date)"
    goals = "SELECT count(*), sum(target) FROM goals_goal WHERE metric = 'revenue' AND starts_on <= %s"
    assert demo.ask(goals, demo.today) == demo.ask(quotas, demo.today)
    astray = (
        "SELECT count(*) FROM goals_goal g LEFT JOIN goals_alignment a ON a.goal_id = g.id WHERE metric = 'revenue'"
    )
    assert demo.ask(f"{astray} AND g.team_id IS NOT NULL AND a.parent_objective_id IS NULL") == 0
    assert demo.ask(f"{astray} AND g.person_id IS NOT NULL AND a.parent_goal_id IS NULL") <= 1  # who has just left
    assert demo.ask('SELECT count(*) FROM goals_checkin WHERE "on" > %s', demo.today) == 0


def letters_of_the_team_are_signed_but_one_and_mayas_waits(demo: Demo) -> None:
    waits = (
        "SELECT array_agg(p.name ORDER BY p.name) FROM goals_quotaletter l JOIN people_person p ON p.id = l.person_id "
        "WHERE l.state = 'issued' AND l.starts_on <= %s AND l.due_on < %s"
    )
    assert demo.ask(waits, demo.today, demo.today) == [demo.places[Part.OVERDUE]]
    viewer = viewer_of_person(somebody(demo, story.MANAGER), organization=demo.organization, on=demo.today)
    rows = [each for found in matters(viewer, viewer.team_id, demo.today).values() for each in found]
    found = [each.name for each in rows if "letter" in each.title]
    assert found == [demo.places[Part.OVERDUE]]
    count = "SELECT count(*) FROM goals_quotaletter WHERE state = 'acknowledged' AND starts_on > %s"
    assert demo.ask(count, demo.today) == 2
    assert demo.ask("SELECT count(*) FROM goals_letteracknowledgement WHERE at > %s", demo.at) == 0
    maya = demo.person(Part.MAYA)
    letter = QuotaLetter.objects.get(person=maya, state="issued")
    assert letter.starts_on > demo.today and letter.due_on >= demo.today
    [(label, words)] = approval_words(letter.content)
    assert label == "Approved by" and all(
        name in words for name in ("Daniel Brandt", "Helen Achterberg", "Sam Whitlock")
    )
    told = "SELECT count(*) FROM people_notification WHERE person_id = %s AND kind = 'goals.letter_issued'"
    assert demo.ask(told, maya.pk) == 2


def changes_of_quotas_wait_for_daniel_and_helen(demo: Demo) -> None:
    waiting = {}
    for request in QuotaRequest.objects.filter(state="open"):
        for sign_in in (story.MANAGER, *story.OFFICE):
            viewer = viewer_of_person(somebody(demo, sign_in), organization=demo.organization, on=demo.today)
            if turn(viewer, request).may_decide:
                waiting[sign_in.account] = request.asked_by.name
    assert waiting == {"daniel": demo.places[Part.DROPPED], "helen": story.MANAGER.name}


def somebody(demo: Demo, sign_in: story.SignIn) -> Person:
    return Person.objects.get(name=sign_in.name)
