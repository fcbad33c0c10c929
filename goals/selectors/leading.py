"""Who leads teams and people: the holders of manager seats, of the team and of those above."""

from collections.abc import Collection
from datetime import date

from people.models import ActingManager, SeatHolding, TeamClosure


def leaders_of_teams(team_ids: Collection[int], on: date) -> dict[int, list[int]]:
    """Whoever leads each team itself on the day, by seat or acting. Two queries, none without teams."""
    if not team_ids:
        return {}
    found: dict[int, list[int]] = {}
    held = SeatHolding.objects.on(on).filter(seat__team__in=team_ids, seat__role="manager")
    acting = ActingManager.objects.on(on).filter(team__in=team_ids)
    for team_id, person_id in [
        *held.values_list("seat__team", "person").order_by("pk"),
        *acting.values_list("team", "person").order_by("pk"),
    ]:
        if person_id not in found.setdefault(team_id, []):
            found[team_id].append(person_id)
    return found


def leaders_of_person(person_id: int, on: date) -> list[int]:
    """Who decides for somebody: the nearest in the tree above who lead a team and are not themselves. Four queries."""
    team_id = SeatHolding.objects.on(on).filter(person=person_id).values_list("seat__team", flat=True).first()
    if team_id is None:
        return []
    above = TeamClosure.objects.on(on).filter(descendant=team_id).order_by("depth").values_list("ancestor", flat=True)
    teams = list(above)
    leaders = leaders_of_teams(teams, on)
    for team in teams:
        others = [each for each in leaders.get(team, []) if each != person_id]
        if others:
            return others
    return []
