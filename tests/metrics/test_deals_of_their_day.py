"""A manager sees the deals of the time somebody was below them, and a team's deals are those its figure counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from crm.models import Opportunity
from crm.policies import deals
from crm.selectors.deals import deals_of_team
from metrics.catalogue import CATALOGUE
from metrics.selectors.behind import deals_counted
from metrics.selectors.subject import Subject, access_person_numbers
from people.models import Organization, Person, Team
from people.viewer import Viewer, viewer_of_person
from tests.metrics import build

TURN, ON = date(2026, 4, 1), date(2026, 6, 1)


@dataclass
class Moved:
    """Mia moved from Ned's North to Sue's South on the first of April, with a deal before, one after and one open."""

    organization: Organization
    north: Team
    south: Team
    ned: Person
    sue: Person
    mia: Person

    def viewer(self, who: Person, on: date = ON) -> Viewer:
        return viewer_of_person(who, organization=self.organization, on=on)

    def seen(self, who: Person) -> set[str]:
        return {deal.name for deal in deals.visible(self.viewer(who))}


@pytest.fixture
def moved(acme: Organization) -> Iterator[Moved]:
    stages = build.stages()
    sales = build.team("Sales")
    north, south = build.team("North", sales), build.team("South", sales)
    boss, ned, sue, mia = (build.person(name) for name in ("Boss", "Ned", "Sue", "Mia"))
    build.seated(boss, sales, role="manager")
    build.seated(ned, north, role="manager")
    build.seated(sue, south, role="manager")
    build.seated(mia, north, ends_before=TURN)
    build.seated(mia, south, starts_on=TURN)
    build.deals(
        build.deal(stages["won"], mia, 10, name="Before", closed_on=date(2026, 3, 31)),
        build.deal(stages["lost"], mia, 20, name="After", closed_on=TURN),
        build.deal(stages["open"], mia, 40, name="Open", created_on=date(2026, 2, 1)),
        build.deal(stages["won"], mia, 80, name="Dateless"),
        build.deal(stages["won"], sue, 160, name="Sue's", closed_on=date(2020, 1, 1)),
        build.deal(stages["won"], None, 320, name="Nobody's", closed_on=TURN),
    )
    yield Moved(acme, north, south, ned, sue, mia)


def test_the_new_manager_sees_the_deals_since_the_move_and_what_is_open(moved: Moved) -> None:
    assert moved.seen(moved.sue) == {"After", "Open", "Dateless", "Sue's"}


def test_the_former_manager_keeps_the_deals_of_the_time_before(moved: Moved) -> None:
    assert moved.seen(moved.ned) == {"Before", "Open"}  # the open one was created in the north


def test_the_owner_sees_all_of_their_own(moved: Moved) -> None:
    assert moved.seen(moved.mia) == {"Before", "After", "Open", "Dateless"}


def test_the_manager_above_both_sees_everything_but_the_house(moved: Moved) -> None:
    boss = Person.objects.get(name="Boss")
    assert moved.seen(boss) == {"Before", "After", "Open", "Dateless", "Sue's"}


def test_can_agrees_with_visible(moved: Moved) -> None:
    for who in (moved.ned, moved.sue, moved.mia):
        for deal in Opportunity.objects.all():
            assert deals.can(moved.viewer(who), "view", deal) == (deal.name in moved.seen(who))


def test_deals_of_a_team_are_those_of_the_people_of_each_day(moved: Moved) -> None:
    every = Opportunity.objects.all()
    for team, names in ((moved.north, {"Before"}), (moved.south, {"After", "Open", "Dateless", "Sue's"})):
        assert {deal.name for deal in deals_of_team(every, team.pk, ON)} == names
    by_creation = deals_of_team(every.filter(created_on__isnull=False), moved.north.pk, ON, by_creation=True)
    assert {deal.name for deal in by_creation} == {"Open"}


@pytest.mark.parametrize("metric", ["revenue", "won_count", "lost_count", "win_rate", "open_count", "created_count"])
def test_a_team_s_figure_counts_as_many_deals_as_its_list_holds(moved: Moved, metric: str) -> None:
    for team in (moved.north, moved.south):
        [row] = build.ask(moved.organization, metric, filters=[f"team={team.name}"], on=ON)
        subject = Subject(team.name, team_id=team.pk)
        counted = deals_counted(moved.organization, CATALOGUE[metric], subject, None, on=ON)
        assert counted.count() == len(counted[:100]) == row.figure.count, team.name


def test_a_manager_reads_of_a_person_who_moved_to_them_what_was_done_there(moved: Moved) -> None:
    subject = access_person_numbers(moved.viewer(moved.sue), moved.mia.pk)
    assert (subject.person_id, subject.team_id) == (moved.mia.pk, moved.south.pk)
    own = access_person_numbers(moved.viewer(moved.mia), moved.mia.pk)
    assert own.team_id is None
    with pytest.raises(Person.DoesNotExist):
        access_person_numbers(moved.viewer(moved.ned), moved.mia.pk)


def test_before_the_move_it_was_the_other_way_round(moved: Moved) -> None:
    then = date(2026, 3, 15)
    seen = {deal.name for deal in deals.visible(moved.viewer(moved.ned, then))}
    assert seen == {"Before", "Open"}
