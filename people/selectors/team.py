"""Read teams, their tree and their seats as of a day."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.http import Http404

from people.models import ActingManager, Grant, Seat, SeatHolding, Team, TeamPlacement
from people.policies import grants, seats, teams
from people.viewer import Viewer


@dataclass
class TeamNode:
    """A team on a day: how deep it stands, who leads it, how many seats are held and vacant, below included."""

    team: Team
    depth: int = 0
    managers: list[SeatHolding] = field(default_factory=list)
    acting: list[ActingManager] = field(default_factory=list)
    held: int = 0
    vacant: int = 0
    held_below: int = 0
    children: list["TeamNode"] = field(default_factory=list)


@dataclass(frozen=True)
class SeatOn:
    """A seat on a day with whoever holds it (None: vacant, and since when) and who comes next."""

    seat: Seat
    holding: SeatHolding | None
    next_holding: SeatHolding | None
    vacant_since: date | None = None
    former: SeatHolding | None = None


def access_team(viewer: Viewer, team_id: int, action: str = "view") -> Team:
    """The team, where the viewer may do it. Raises: Http404 out of sight, PermissionDenied. One query."""
    team = teams.visible(viewer).filter(pk=team_id).first()
    if team is None:
        raise Http404
    teams.require(viewer, action, team)
    return team


def access_seat(viewer: Viewer, seat_id: int, action: str = "view") -> Seat:
    """The seat with its team, where the viewer may do it. Raises: Http404 out of sight, PermissionDenied. One query."""
    seat = seats.visible(viewer).select_related("team").filter(pk=seat_id).first()
    if seat is None:
        raise Http404
    seats.require(viewer, action, seat)
    return seat


def access_grant(viewer: Viewer, grant_id: int, action: str = "view") -> Grant:
    """The grant with its person. Raises: PermissionDenied for everybody but administrators, Http404. One query."""
    grants.require(viewer, action)
    grant = grants.visible(viewer).select_related("person").filter(pk=grant_id).first()
    if grant is None:
        raise Http404
    return grant


def team_tree(viewer: Viewer, on: date) -> list[TeamNode]:
    """Every team in the order of the tree on the day, names alphabetical. Five queries."""
    nodes = {team.pk: TeamNode(team) for team in teams.visible(viewer).order_by("name")}
    parent_of = dict(TeamPlacement.objects.on(on).values_list("team_id", "parent_id"))
    holdings = {h.seat_id: h for h in SeatHolding.objects.on(on).select_related("person")}
    for seat in Seat.objects.on(on):
        node, holding = nodes[seat.team_id], holdings.get(seat.pk)
        node.held += holding is not None
        node.vacant += holding is None
        if holding is not None and seat.role == Seat.Role.MANAGER:
            node.managers.append(holding)
    for acting in ActingManager.objects.on(on).select_related("person"):
        nodes[acting.team_id].acting.append(acting)
    for team_id, node in nodes.items():
        if team_id in parent_of:
            nodes[parent_of[team_id]].children.append(node)
    return _in_order([node for team_id, node in nodes.items() if team_id not in parent_of], 0)


def _in_order(level: list[TeamNode], depth: int) -> list[TeamNode]:
    flat = []
    for node in level:
        node.depth = depth
        below = _in_order(node.children, depth + 1)
        node.held_below = node.held + sum(child.held_below for child in node.children)
        flat += [node, *below]
    return flat


def team_seats(team: Team, on: date) -> list[SeatOn]:
    """Seats of the team that exist on the day, managers first. Two queries."""
    rows = list(Seat.objects.on(on).filter(team=team).order_by("role", "starts_on", "pk"))
    holdings = SeatHolding.objects.filter(seat__in=rows).select_related("person").order_by("starts_on")
    by_seat: dict[int, list[SeatHolding]] = {}
    for holding in holdings:
        by_seat.setdefault(holding.seat_id, []).append(holding)
    return [_seat_on(seat, by_seat.get(seat.pk, []), on) for seat in rows]


def _seat_on(seat: Seat, holdings: list[SeatHolding], on: date) -> SeatOn:
    current = next((holding for holding in holdings if holding.starts_on <= on < holding.ends_before), None)
    later = next((holding for holding in holdings if holding.starts_on > on), None)
    former = next((holding for holding in reversed(holdings) if holding.ends_before <= on), None)
    if current is not None:
        return SeatOn(seat, current, later, former=former)
    return SeatOn(seat, None, later, former.ends_before if former else seat.starts_on, former)


def seat_holding(seat: Seat, on: date) -> SeatHolding | None:
    """Who holds the seat on the day. One query."""
    holding: SeatHolding | None = SeatHolding.objects.on(on).filter(seat=seat).select_related("person").first()
    return holding


def seat_holders(seat_ids: Collection[int], on: date) -> dict[int, int | None]:
    """Whose credit a seat's is on the day: its holder's, by person id; None is the house. One query."""
    held = SeatHolding.objects.on(on).filter(seat__in=seat_ids).values_list("seat_id", "person_id")
    return {**dict.fromkeys(seat_ids), **dict(held)}


def seated_person_ids(person_ids: Collection[int], on: date) -> set[int]:
    """Who of them holds a seat on the day; what the others earn goes to the house. One query."""
    return set(SeatHolding.objects.on(on).filter(person__in=person_ids).values_list("person_id", flat=True))


def team_placements(team: Team) -> list[TeamPlacement]:
    """Where the team stood and stands, the latest first. One query."""
    return list(team.placements.select_related("parent").order_by("-starts_on"))


def team_children(team: Team, on: date) -> list[Team]:
    """Teams directly below on the day. One query."""
    placed = TeamPlacement.objects.on(on).filter(parent=team).values("team")
    return list(Team.objects.filter(pk__in=placed).order_by("name"))


def team_names() -> list[str]:
    """The names of all teams. One query."""
    return list(Team.objects.order_by("name").values_list("name", flat=True))


def seat_count(team: Team) -> int:
    """Every seat the team ever had. One query."""
    return Seat.objects.filter(team=team).count()


def grant_list(viewer: Viewer) -> list[Grant]:
    """Who may do what on the viewer's day or later, by role. One query."""
    held = grants.visible(viewer).filter(ends_before__gt=viewer.on).select_related("person__user", "team")
    return list(held.order_by("role", "person__name", "starts_on"))
