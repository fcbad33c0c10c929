"""The closure table equals a slow, independent walk up the dated tree, whatever the tree."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.models import Organization, Team, TeamClosure, TeamPlacement
from tests.cast import make_team

START = date(2024, 1, 1)
DAYS = 12
Links = list[tuple[int, int, int, int]]  # team, parent (a smaller number: no circles), first day, length


@st.composite
def trees(draw: st.DrawFn) -> tuple[int, Links]:
    size = draw(st.integers(1, 6))
    links: Links = []
    for team in range(1, size):
        day = 0
        while day < DAYS and draw(st.booleans()):
            first = draw(st.integers(day, DAYS - 1))
            length = draw(st.integers(1, DAYS - first))
            links.append((team, draw(st.integers(0, team - 1)), first, length))
            day = first + length
    return size, draw(st.permutations(links)) if links else []


def walked(size: int, links: Links, day: int) -> set[tuple[int, int, int]]:
    """(ancestor, descendant, depth) on a day, by walking up from every team."""
    parent = {team: above for team, above, first, length in links if first <= day < first + length}
    found = set()
    for team in range(size):
        above, depth = team, 0
        found.add((above, team, depth))
        while above in parent:
            above, depth = parent[above], depth + 1
            found.add((above, team, depth))
    return found


def stored(numbers: dict[int, int], day: int) -> list[tuple[int, int, int]]:
    rows = TeamClosure.objects.on(START + timedelta(days=day)).values_list("ancestor_id", "descendant_id", "depth")
    return [(numbers[ancestor], numbers[descendant], depth) for ancestor, descendant, depth in rows]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_the_closure_equals_a_walk_up_the_tree_on_every_day(org: Organization, tree: tuple[int, Links]) -> None:
    size, links = tree
    with transaction.atomic():
        teams = [make_team(f"T{number}") for number in range(size)]
        for team, above, first, length in links:
            starts_on = START + timedelta(days=first)
            TeamPlacement.objects.create(
                team=teams[team],
                parent=teams[above],
                starts_on=starts_on,
                ends_before=starts_on + timedelta(days=length),
            )
        numbers = {team.pk: number for number, team in enumerate(teams)}
        for day in range(-1, DAYS + 1):
            rows = stored(numbers, day)
            assert len(rows) == len(set(rows)), "a pair of teams stands twice on one day"
            assert set(rows) == walked(size, links, day)
        transaction.set_rollback(True)


def test_a_circle_is_refused_also_where_only_some_days_overlap(org: Organization) -> None:
    upper, lower = make_team("Upper"), make_team("Lower")
    TeamPlacement.objects.create(team=lower, parent=upper, starts_on=START, ends_before=START + timedelta(days=5))
    later = START + timedelta(days=5)
    TeamPlacement.objects.create(team=upper, parent=lower, starts_on=later)
    with pytest.raises(IntegrityError, match="below itself"), transaction.atomic():
        TeamPlacement.objects.update(starts_on=START)


def test_the_closure_follows_changes_and_deletions(org: Organization) -> None:
    upper, middle, lower = make_team("Upper"), make_team("Middle"), make_team("Lower")
    TeamPlacement.objects.create(team=middle, parent=upper)
    placement = TeamPlacement.objects.create(team=lower, parent=middle)
    assert TeamClosure.objects.filter(ancestor=upper, descendant=lower, depth=2).exists()
    placement.parent = upper
    placement.save()
    assert TeamClosure.objects.get(ancestor=upper, descendant=lower).depth == 1
    placement.delete()
    assert not TeamClosure.objects.filter(descendant=lower, depth__gt=0).exists()
    Team.objects.filter(pk=lower.pk).delete()
    pairs = defaultdict(set)
    for ancestor, descendant in TeamClosure.objects.values_list("ancestor__name", "descendant__name"):
        pairs[ancestor].add(descendant)
    assert pairs == {"Upper": {"Upper", "Middle"}, "Middle": {"Middle"}}
