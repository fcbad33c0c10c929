"""Twelve million for forty people: sums at every level and month, a locked number, newcomers; then attainment by plain SQL."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from goals.models import PlanVersion, QuotaLetter
from goals.selectors.letters import letter_proposals
from goals.selectors.planning.sheet import sheet_of
from goals.services.letters import letter_acknowledge, letter_issue
from goals.services.planning.allocating import plan_allocate
from goals.services.planning.plans import plan_create
from goals.services.planning.states import plan_version_submit
from kernel.period import Period
from metrics.catalogue import CATALOGUE
from metrics.selectors.answer import figures_of
from metrics.selectors.question import Dimension, Question
from metrics.services import rollups_recompute
from people.models import Organization, Person
from people.viewer import Viewer, viewer_of_person
from people.wall import tenant
from spm.demo.load import demo_create
from spm.demo.plans import AGREED, NUMBER, plan_make
from tests.planning.access import approve_all

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 16, 20, tzinfo=UTC)

ASTRAY = """
SELECT up.id, c.month, c.amount, sum(below.amount) FROM goals_planline up
JOIN goals_plancell c ON c.line_id = up.id
JOIN goals_planline l ON l.parent_id = up.id JOIN goals_plancell below ON below.line_id = l.id AND below.month = c.month
WHERE up.version_id = %s GROUP BY up.id, c.month, c.amount HAVING c.amount <> sum(below.amount)
"""
CREDITED = """
credited AS (
    SELECT o.closed_on, o.owner_id AS person_id, o.converted_amount AS amount, false AS is_overlay FROM crm_opportunity o
    WHERE o.outcome = 'won' AND NOT o.is_deleted AND NOT EXISTS (
        SELECT 1 FROM crm_credit c WHERE c.opportunity_id = o.id AND c.role <> 'overlay')
    UNION ALL
    SELECT o.closed_on, c.person_id, o.converted_amount * c.share, c.role = 'overlay' FROM crm_opportunity o
    JOIN crm_credit c ON c.opportunity_id = o.id WHERE o.outcome = 'won' AND NOT o.is_deleted
)
"""
OF_PEOPLE = f"""
WITH {CREDITED}, quota AS (
    SELECT person_id, sum(amount * (least(ends_before, %(last)s) - greatest(starts_on, %(first)s))
        / (ends_before - starts_on)) AS amount
    FROM crm_quota WHERE person_id IS NOT NULL AND starts_on < %(last)s AND ends_before > %(first)s GROUP BY 1
), sold AS (
    SELECT o.person_id, sum(o.amount) AS amount FROM credited o
    WHERE o.closed_on >= %(first)s AND o.closed_on < %(last)s
        AND EXISTS (SELECT 1 FROM crm_quota q WHERE q.person_id = o.person_id AND q.starts_on <= o.closed_on
            AND o.closed_on < q.ends_before) GROUP BY 1
)
SELECT p.id, round(coalesce(sold.amount, 0) / quota.amount, 6)
FROM quota JOIN people_person p ON p.id = quota.person_id LEFT JOIN sold ON sold.person_id = p.id WHERE quota.amount > 0
"""
OF_TEAMS = f"""
WITH {CREDITED}, sat AS (
    SELECT h.person_id, c.ancestor_id AS team_id, greatest(h.starts_on, c.starts_on) AS since,
        least(h.ends_before, c.ends_before) AS until
    FROM people_seatholding h JOIN people_seat s ON s.id = h.seat_id JOIN people_teamclosure c ON c.descendant_id = s.team_id
), quota AS (
    SELECT sat.team_id, sum(q.amount * greatest(0, least(q.ends_before, sat.until, %(last)s)
        - greatest(q.starts_on, sat.since, %(first)s)) / (q.ends_before - q.starts_on)) AS amount
    FROM sat JOIN crm_quota q ON q.person_id = sat.person_id GROUP BY 1
), sold AS (
    SELECT sat.team_id, sum(o.amount) AS amount FROM credited o
    JOIN sat ON sat.person_id = o.person_id AND sat.since <= o.closed_on AND o.closed_on < sat.until
    WHERE NOT o.is_overlay AND o.closed_on >= %(first)s AND o.closed_on < %(last)s
        AND EXISTS (SELECT 1 FROM crm_quota q WHERE q.person_id = o.person_id AND q.starts_on <= o.closed_on
            AND o.closed_on < q.ends_before) GROUP BY 1
)
SELECT quota.team_id, round(coalesce(sold.amount, 0) / quota.amount, 6)
FROM quota LEFT JOIN sold USING (team_id) WHERE quota.amount > 0
"""


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values[0] if len(values) == 1 and isinstance(values[0], dict) else list(values))
        return list(cursor.fetchall())


def viewer_with(organization: Organization, role: str) -> Viewer:
    person = Person.objects.filter(grants__role=role).order_by("pk")[0]
    return viewer_of_person(person, organization=organization, on=TODAY)


def test_twelve_million_for_forty_people_and_what_becomes_of_it() -> None:
    """One company is dear to make, so the whole way is walked in one go."""
    organization = demo_create(slug="demo", reps=40, deals=10_000, months=24, seed=7, at=AT)
    rollups_recompute(organization_id=organization.pk, is_full=True, waits=True)
    version = plan_make(organization, at=AT, on=TODAY)
    assert version is not None
    with tenant(organization.pk):
        sums_hold_at_every_level_and_month(version)
        the_locked_person_is_untouched(version)
        newcomers_are_ramped(version)
        it_is_the_same_when_divided_again(organization, version)
        this_year_in_force(organization)
        everybody_acknowledges_a_letter(organization)
    rollups_recompute(organization_id=organization.pk, waits=True)
    with tenant(organization.pk):
        attainment_is_that_of_plain_sql(organization)


def sums_hold_at_every_level_and_month(version: PlanVersion) -> None:
    sheet = sheet_of(version)
    assert sheet.lines[0].total == NUMBER * 100
    assert len({line.person_id for line in sheet.lines if line.person_id}) == 40
    assert ask(ASTRAY, version.pk) == []
    months = sheet.lines[0].amounts
    assert max(months) > min(months) * Decimal("1.5")  # busy ends of quarters


def the_locked_person_is_untouched(version: PlanVersion) -> None:
    maya = next(line for line in sheet_of(version).lines if line.name == "Maya Okafor")
    assert maya.amounts == [int(AGREED * 100)] * 12
    assert all(cell.is_locked and cell.source == "hand" for cell in maya.cells)


def newcomers_are_ramped(version: PlanVersion) -> None:
    lines = sheet_of(version).lines
    ramped = [line for line in lines if any(cell.source == "ramp" for cell in line.cells)]
    assert len(ramped) == 2
    company = lines[0].amounts
    for line in ramped:
        assert line.amounts[0] / company[0] < line.amounts[11] / company[11]  # their share grows to the whole


def it_is_the_same_when_divided_again(organization: Organization, version: PlanVersion) -> None:
    before = [line.amounts for line in sheet_of(version).lines]
    viewer = viewer_with(organization, "operations")
    plan_allocate(viewer=viewer, version=version, organization=organization, on=TODAY, at=AT)
    assert [line.amounts for line in sheet_of(version).lines] == before


def this_year_in_force(organization: Organization) -> None:
    """With people who came, left and moved in the year."""
    operations = viewer_with(organization, "operations")
    version = plan_create(
        viewer=operations,
        at=AT,
        on=TODAY,
        name="This year",
        starts_on=date(2026, 1, 1),
        ends_before=date(2027, 1, 1),
        amount=NUMBER,
        currency="USD",
    )
    people = [line.person_id for line in sheet_of(version).lines if line.person_id]
    assert len(people) == len(set(people)) + 1  # one has moved
    plan_allocate(viewer=operations, version=version, organization=organization, on=TODAY, at=AT)
    assert ask(ASTRAY, version.pk) == []
    plan_version_submit(viewer=operations, version=version, at=AT, on=TODAY)
    version.refresh_from_db()
    names = approve_all(version, organization, TODAY)
    assert len(names) == 12 and len(set(names)) == 12  # eight managers, three above them, and an administrator
    assert version.state == "in_force"
    whole = ask("SELECT sum(amount) FROM crm_quota WHERE person_id IS NOT NULL AND source LIKE 'quota plan%%'")
    assert whole == [(NUMBER,)]


def everybody_acknowledges_a_letter(organization: Organization) -> None:
    """The letters of the year add up to the company's number, and nobody's is left open."""
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    operations = viewer_with(organization, "operations").person
    proposals = [each for each in letter_proposals(None, year, measure="bookings") if each.result != "unchanged"]
    letters = [
        letter_issue(proposal=each, period=year, measure="bookings", due_on=TODAY, issued_by=operations, at=AT)
        for each in proposals
    ]
    for letter in letters:
        who = viewer_of_person(letter.person, organization=organization, on=TODAY)
        letter_acknowledge(viewer=who, letter=letter, name=who.person.name, digest=letter.digest, at=AT)
    held = QuotaLetter.objects.filter(starts_on=year.starts_on, ends_before=year.ends_before)
    assert set(held.values_list("state", flat=True)) == {"acknowledged"}
    assert len(letters) == held.count() > 35
    assert sum(Decimal(amount) for letter in held for _month, amount in letter.content["months"]) == NUMBER


def attainment_is_that_of_plain_sql(organization: Organization) -> None:
    for first, last in ((date(2026, 1, 1), date(2026, 11, 21)), (date(2026, 5, 10), date(2026, 8, 20))):
        days = {"first": first, "last": last}
        for dimension, oracle in ((Dimension.PERSON, OF_PEOPLE), (Dimension.TEAM, OF_TEAMS)):
            question = Question((CATALOGUE["attainment"],), TODAY, (dimension,), None, first, last)
            rows = figures_of(organization, question)
            found = {row.ids[dimension]: row.figure.value for row in rows if row.figure.value is not None}
            wanted = dict(ask(oracle, days))
            assert len(wanted) > 10
            assert {key: round(value, 6) for key, value in found.items()} == wanted
