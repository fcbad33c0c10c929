"""Teams, their dated place in the tree, seats and who holds them."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from people.audit import audit
from people.meanwhile import unchanged_check
from people.models import BEGINNING, FOREVER, Person, Seat, SeatHolding, Team, TeamPlacement
from people.policies import seats, teams
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer
from people.wall import current_organization_id


def _announce() -> None:
    enqueue("pipeline.structure_changed", organization_id=current_organization_id() or 0)


@transaction.atomic
def team_create(
    *, viewer: Viewer | None, at: datetime, name: str, parent: Team | None = None, starts_on: date = BEGINNING
) -> Team:
    """A team, below another one from a day on. Raises: ValidationError."""
    teams.require(viewer, "create")
    with refusals():
        team = Team.objects.create(name=" ".join(name.split()))
        if parent is not None:
            TeamPlacement.objects.create(team=team, parent=parent, starts_on=starts_on)
    audit("team_create", actor=viewer, at=at, subject=team, detail={"name": team.name})
    _announce()
    return team


@transaction.atomic
def team_rename(*, viewer: Viewer | None, team: Team, at: datetime, name: str, seen: int | None = None) -> Team:
    """The new name holds for the past too. Raises: ValidationError."""
    teams.require(viewer, "change", team)
    row = Team.objects.select_for_update().get(pk=team.pk)
    unchanged_check(row, seen)
    before, row.name = row.name, " ".join(name.split())
    if before != row.name:
        with refusals():
            row.save(update_fields=["name"])
        audit("team_rename", actor=viewer, at=at, subject=row, detail={"name": [before, row.name]})
        _announce()
    return row


@transaction.atomic
def team_move(
    *, viewer: Viewer | None, team: Team, at: datetime, parent: Team | None, on: date, seen: int | None = None
) -> None:
    """From the day on the team stands below `parent` (None: at the top); before it nothing changes.

    Moves that were planned for later days are dropped. Raises: ValidationError for a team below itself.
    """
    teams.require(viewer, "change", team)
    locked = Team.objects.select_for_update().get(pk=team.pk)
    unchanged_check(locked, seen)
    with refusals():
        placements = TeamPlacement.objects.filter(team=locked)
        placements.filter(starts_on__gte=on).delete()
        placements.filter(ends_before__gt=on).update(ends_before=on)
        if parent is not None:
            former = placements.filter(ends_before=on, parent=parent).first()
            if former is not None:
                TeamPlacement.objects.filter(pk=former.pk).update(ends_before=FOREVER)
            else:
                TeamPlacement.objects.create(team=team, parent=parent, starts_on=on)
    detail = {"parent": parent and parent.pk, "on": on.isoformat()}
    audit("team_move", actor=viewer, at=at, subject=team, detail=detail)
    _announce()


@transaction.atomic
def seat_create(
    *,
    viewer: Viewer | None,
    team: Team,
    at: datetime,
    role: str = Seat.Role.REP,
    title: str = "",
    territory: str = "",
    legal_entity: str = "",
    starts_on: date = BEGINNING,
    person: Person | None = None,
    expected_count: int | None = None,
) -> Seat:
    """A seat in a team, held from its first day where a person is given.

    `expected_count`: how many seats the page showed; another number means somebody (or a second click) was faster.
    Raises: ValidationError.
    """
    seats.require(viewer, "create")
    locked = Team.objects.select_for_update().get(pk=team.pk)
    if expected_count is not None and Seat.objects.filter(team=locked).count() != expected_count:
        raise ValidationError(
            _("The seats of this team have just changed. Look at them again and add the seat if it is missing."),
            code="changed_meanwhile",
        )
    with refusals():
        words = {"title": title.strip(), "territory": territory.strip(), "legal_entity": legal_entity.strip()}
        seat = Seat.objects.create(team=locked, role=role, starts_on=starts_on, **words)
        if person is not None:
            _holding_create(seat, person, starts_on)
    audit("seat_create", actor=viewer, at=at, subject=seat, detail={"team": team.pk, "role": role})
    _announce()
    return seat


@transaction.atomic
def seat_change(*, viewer: Viewer | None, seat: Seat, at: datetime, seen: int | None = None, **values: str) -> Seat:
    """Title, territory and legal entity; they hold for the past of the seat too."""
    seats.require(viewer, "change", seat)
    row = _locked(seat, seen)
    wanted = {name: values[name].strip() for name in ("title", "territory", "legal_entity") if name in values}
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
        audit("seat_change", actor=viewer, at=at, subject=row, detail={"team": row.team_id, "fields": sorted(changed)})
    return row


@transaction.atomic
def seat_assign(
    *, viewer: Viewer | None, seat: Seat, person: Person, at: datetime, on: date, seen: int | None = None
) -> SeatHolding:
    """From the day on the person holds the seat; the seat they held before becomes vacant that day.

    Raises: ValidationError when the seat is held by somebody else on the day or later, or does not exist on it.
    """
    seats.require(viewer, "change", seat)
    row = _locked(seat, seen)
    if not row.starts_on <= on < row.ends_before:
        raise ValidationError({"starts_on": _("The seat does not exist on this day.")}, code="outside")
    with refusals():
        _leave(SeatHolding.objects.filter(person=person).exclude(seat=row), on)
        current = SeatHolding.objects.on(on).filter(seat=row, person=person).first()
        holding = current or _holding_create(row, person, on)
    detail = {"team": row.team_id, "person": person.pk, "on": on.isoformat()}
    audit("seat_assign", actor=viewer, at=at, subject=row, detail=detail)
    _announce()
    return holding


def _locked(seat: Seat, seen: int | None) -> Seat:
    """The seat, once its team is nobody else's. Raises: ValidationError where the team was changed meanwhile."""
    team = Team.objects.select_for_update().get(pk=seat.team_id)
    unchanged_check(team, seen)
    row: Seat = Seat.objects.select_for_update().get(pk=seat.pk)
    return row


def _holding_create(seat: Seat, person: Person, on: date) -> SeatHolding:
    """Until the seat ends or the person leaves: from then on it is vacant, and what it earns is the house's."""
    if person.has_left(on):
        raise ValidationError({"person": _("%(name)s has left by then.") % {"name": person.name}}, code="left")
    until = person.here_before(on, seat.ends_before)
    return SeatHolding.objects.create(seat=seat, person=person, starts_on=on, ends_before=until)


def _leave(holdings: QuerySet[SeatHolding], on: date) -> None:
    """End what holds on the day, drop what would begin later."""
    holdings.filter(starts_on__gte=on).delete()
    holdings.filter(ends_before__gt=on).update(ends_before=on)


@transaction.atomic
def seat_vacate(*, viewer: Viewer | None, seat: Seat, at: datetime, on: date, seen: int | None = None) -> None:
    """From the day on nobody holds the seat; it stays and waits for the next person."""
    seats.require(viewer, "change", seat)
    row = _locked(seat, seen)
    _leave(SeatHolding.objects.filter(seat=row), on)
    audit("seat_vacate", actor=viewer, at=at, subject=row, detail={"team": row.team_id, "on": on.isoformat()})
    _announce()


@transaction.atomic
def seat_end(*, viewer: Viewer | None, seat: Seat, at: datetime, on: date, seen: int | None = None) -> None:
    """From the day on the seat does not exist; one that has not begun is removed."""
    seats.require(viewer, "change", seat)
    row = _locked(seat, seen)
    _leave(SeatHolding.objects.filter(seat=row), on)
    if row.starts_on >= on:
        row.delete()
    elif row.ends_before > on:
        Seat.objects.filter(pk=row.pk).update(ends_before=on)
    detail = {"team": row.team_id, "on": on.isoformat()}
    audit("seat_end", actor=viewer, at=at, subject=seat, detail=detail)
    _announce()
