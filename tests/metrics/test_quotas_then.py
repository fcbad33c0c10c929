"""Quotas, attainment and pace as they stood on a past day equal a count by the day over what was written down by then."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from crm.models import Opportunity, Quota
from people.models import Organization, Person, Team
from people.wall import tenant
from tests.api.calls import program
from tests.cast import Cast
from tests.metrics import build
from tests.metrics.numbers import get, make_deals, recompute, shown

QuotaEvent: Any = Quota.pgh_event_model  # type: ignore[attr-defined]
FIRST, TODAY = date(2017, 1, 1), date(2017, 12, 31)
DAYS = [date(2017, 1, 15), date(2017, 3, 20), date(2017, 6, 1), date(2017, 8, 11), date(2017, 11, 30), TODAY]


@dataclass(frozen=True)
class Held:
    person: str | None
    team: str | None
    starts_on: date
    ends_before: date
    amount: Decimal

    def overlaps(self, other: "Held") -> bool:
        same = (self.person, self.team) == (other.person, other.team)
        return same and self.starts_on < other.ends_before and other.starts_on < self.ends_before


@dataclass
class World:
    """What stood in the table after the last step of each day, and everything that ever stood there."""

    organization: Organization
    people: list[Person]
    teams: list[Team]
    after: dict[date, dict[int, Held]] = field(default_factory=dict)
    seen: int = 0

    def wrote(self, on: date) -> None:
        """Say that what was written since the last step was written on a day."""
        moment = datetime.combine(on, time(9), UTC)
        QuotaEvent.objects.filter(pgh_id__gt=self.seen).update(pgh_created_at=moment)
        self.seen = QuotaEvent.objects.order_by("-pgh_id").values_list("pgh_id", flat=True).first() or 0
        self.after[on] = {
            row.pk: Held(
                row.person and row.person.name, row.team and row.team.name, row.starts_on, row.ends_before, row.amount
            )
            for row in Quota.objects.select_related("person", "team")
        }

    def stood(self, day: date) -> list[Held]:
        """Known by then, and of what was written only later what had begun and stands beside nothing known."""
        days = [each for each in sorted(self.after) if each <= day]
        known = self.after[days[-1]] if days else {}
        written = {key for each in days for key in self.after[each]}
        last = self.after[max(self.after)]
        later = [row for key, row in last.items() if key not in written and row.starts_on <= day]
        return [*known.values(), *(row for row in later if not any(row.overlaps(each) for each in known.values()))]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A year in which quotas are given, changed, taken away and replaced."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization("quotasthen")
        with tenant(made.pk):
            yield _fill(made, random.Random(5))
        transaction.set_rollback(True)


def _fill(organization: Organization, chance: random.Random) -> World:
    top = build.team("Top")
    world = World(organization, [build.person(f"P{n}") for n in range(4)], [top, build.team("North", top)])
    for who in world.people:
        build.seated(who, world.teams[1])
    for on in sorted(date(2017, 2, 1) + timedelta(chance.randrange(290)) for _ in range(30)):
        _step(world, chance)
        world.wrote(on)
    won = build.stages()["won"]
    build.deals(
        *(
            build.deal(won, chance.choice(world.people), chance.randrange(1, 9_000), closed_on=FIRST + timedelta(n))
            for n in range(0, 364, 3)
        )
    )
    return world


def _step(world: World, chance: random.Random) -> None:
    """A quota more; or one gets another amount, other days, is taken away, or makes room for another."""
    rows = list(Quota.objects.order_by("pk"))
    what = chance.choice(["give", "give", "amount", "days", "take", "replace"]) if rows else "give"
    row = chance.choice(rows) if rows else None
    if row is None or what == "give":
        _give(world, chance)
    elif what == "amount":
        Quota.objects.filter(pk=row.pk).update(amount=row.amount + 600, converted_amount=row.amount + 600)
    elif what == "days":
        row.ends_before = row.starts_on + timedelta((row.ends_before - row.starts_on).days // 2 + 1)
        row.save()
    else:
        row.delete()
        if what == "replace":
            _one(row.person or row.team, row.amount * 2, row.starts_on, row.ends_before)


def _give(world: World, chance: random.Random) -> None:
    holder = chance.choice([*world.people, *world.people, *world.teams])
    first = FIRST + timedelta(chance.randrange(300))
    end = first + timedelta(chance.randrange(20, 120))
    of = {"person" if isinstance(holder, Person) else "team": holder}
    if not Quota.objects.filter(**of, starts_on__lt=end, ends_before__gt=first).exists():
        _one(holder, chance.randrange(1_000, 90_000), first, end)


def _one(holder: Any, amount: Any, first: date, end: date) -> None:
    build.quota(holder, amount, first, end)


def counted(world: World, day: date) -> dict[str, dict[str, Fraction]]:
    """Quota, what of it is due, and attained: per person, a day at a time."""
    sold: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for deal in Opportunity.objects.select_related("owner"):
        if deal.closed_on and deal.closed_on <= day and deal.owner:
            sold[deal.owner.name, deal.closed_on] += Fraction(deal.amount or 0)
    found: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for row in world.stood(day):
        length = (row.ends_before - row.starts_on).days
        for on in (row.starts_on + timedelta(n) for n in range(length)):
            name = row.person or f"team {row.team}"
            found[name]["quota"] += Fraction(row.amount) / length
            found[name]["due"] += Fraction(row.amount) / length if on <= day else 0
            who = [row.person] if row.person else [each.name for each in world.people]
            found[name]["attained"] += sum(sold[each, on] for each in who if each)
    return found


def rounded(value: Fraction, digits: int) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)}"


def ours(world: World, metric: str, by: str, day: date) -> dict[str, str]:
    rows = build.ask(world.organization, metric, by=by, on=TODAY, as_of=day.isoformat())
    return {str(row.names[by]): f"{row.figure.value:f}" for row in rows if row.figure.value is not None}


@pytest.mark.parametrize("day", DAYS)
def test_figures_of_people_are_those_of_the_day(world: World, day: date) -> None:
    theirs = {name: parts for name, parts in counted(world, day).items() if not name.startswith("team ")}
    assert ours(world, "quota", "person", day) == {name: rounded(each["quota"], 2) for name, each in theirs.items()}
    for metric, top, bottom in (("attainment", "attained", "quota"), ("pace", "due", "quota")):
        expected = {name: rounded(each[top] / each[bottom], 6) for name, each in theirs.items()}
        assert ours(world, metric, "person", day) == expected, metric


@pytest.mark.parametrize("day", DAYS)
def test_figures_of_teams_and_of_the_company_are_those_of_the_day(world: World, day: date) -> None:
    found = counted(world, day)
    people = [parts for name, parts in found.items() if not name.startswith("team ")]
    total = {name: sum((each[name] for each in people), Fraction(0)) for name in ("quota", "attained")}
    team = rounded(total["attained"] / total["quota"], 6) if total["quota"] else None
    assert build.figure(world.organization, "attainment", on=TODAY, as_of=day.isoformat()) == team
    assert ours(world, "attainment", "team", day) == ({"North": team, "Top": team} if team else {})
    theirs = {name.removeprefix("team "): each for name, each in found.items() if name.startswith("team ")}
    expected = {name: rounded(each["attained"] / each["quota"], 6) for name, each in theirs.items()}
    assert ours(world, "team_attainment", "team", day) == expected


def test_on_the_last_day_it_stands_as_it_is(world: World) -> None:
    for metric in ("quota", "attainment", "pace", "team_quota", "team_attainment"):
        now = build.figure(world.organization, metric, on=TODAY)
        assert build.figure(world.organization, metric, on=TODAY, as_of=TODAY.isoformat()) == now, metric


def test_the_day_ends_where_the_organization_is(acme: Organization) -> None:
    Organization.objects.filter(pk=acme.pk).update(time_zone="America/Los_Angeles")
    ann = build.person("Ann")
    quota = build.quota(ann, 100, FIRST, date(2018, 1, 1))
    QuotaEvent.objects.update(pgh_created_at=datetime(2017, 1, 1, tzinfo=UTC))
    Quota.objects.filter(pk=quota.pk).update(amount=200, converted_amount=200)
    changed = QuotaEvent.objects.filter(pgh_label="update")
    changed.update(pgh_created_at=datetime(2017, 6, 2, 5, tzinfo=UTC))  # 1 June, 22 o'clock there
    told = {day: build.figure(acme, "quota", on=TODAY, as_of=day) for day in ("2017-05-31", "2017-06-01")}
    assert told == {"2017-05-31": "100.00", "2017-06-01": "200.00"}


# --- Pages and API -----------------------------------------------------------------------------------------------------

THEN = "2026-02-15"


@pytest.fixture
def changed(cast: Cast) -> Quota:
    """Alice's quota of 6,000 until the end of February, of 24,000 since; her won deals."""
    make_deals(cast)
    year = {"starts_on": date(2026, 1, 1), "ends_before": date(2027, 1, 1)}
    quota: Quota = Quota.objects.create(person=cast.alice, amount=6000, converted_amount=6000, currency="USD", **year)
    QuotaEvent.objects.update(pgh_created_at=datetime(2026, 1, 2, tzinfo=UTC))
    Quota.objects.filter(pk=quota.pk).update(amount=24000, converted_amount=24000)
    QuotaEvent.objects.filter(pgh_label="update").update(pgh_created_at=datetime(2026, 3, 1, tzinfo=UTC))
    recompute(cast)
    return quota


def test_the_home_shows_the_attainment_of_the_day(cast: Cast, changed: Quota) -> None:
    client = cast.client("alice")
    then, now = (get(client, "/me/", period="year", **asked) for asked in ({"as_of": THEN}, {}))
    assert shown(then)["attainment"] == "50.0%"
    assert shown(now)["attainment"] == "25.0%"
    [tile] = [tile for tile in then.context["page"].figures if "metric=attainment" in tile.why_href]
    reason = client.get(tile.why_href).context["page"]
    assert reason.text == "50.0%" and sum(row.cells[2].value for row in reason.rows.rows) == 3000


def test_the_reason_lists_the_quotas_of_the_day_gone_ones_too(cast: Cast, changed: Quota) -> None:
    client, asked = cast.client("alice"), {"metric": "quota", "person": cast.alice.pk, "period": "year"}
    [row] = client.get("/why/", {**asked, "as_of": THEN}).context["page"].rows.rows
    assert (row.cells[2].text, row.cells[3].value, row.cells[2].href != "") == ("$6,000", Decimal(6000), True)
    changed.delete()
    QuotaEvent.objects.filter(pgh_label="delete").update(pgh_created_at=datetime(2026, 4, 1, tzinfo=UTC))
    [row] = client.get("/why/", {**asked, "as_of": THEN}).context["page"].rows.rows
    assert (row.cells[2].text, row.cells[2].href) == ("$6,000", "")
    assert client.get("/why/", asked).context["page"].rows.rows == []
    days = "from=2026-01-01&to=2027-01-01&as_of=2026-02-15"
    why = program(cast, "alice").get(f"/api/v1/metrics/why?metric=quota&person={cast.alice.pk}&{days}").json()
    assert (why["value"], [row["amount"] for row in why["quotas"]]) == ("6000.00", ["6000"])
