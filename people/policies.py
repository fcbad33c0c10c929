"""Who may do what with people and their organization: one object per model with `can()` and `visible()`, which agree.

Everybody in an organization sees who works there and in which team (the directory). Numbers of a person are open to
the person, to the managers above them on the date in question, and to roles that see everyone. Administrators change
set-up.
"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from people.models import ApiKey, Grant, Organization, Person, Seat, SeatHolding, Team, TeamClosure
from people.viewer import Viewer


class Policy:
    """What a viewer may do with one kind of object. `viewer` None is the command line, which may do everything."""

    seen_by_all: frozenset[str] = frozenset({"view"})

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        """Whether the viewer may do it, with this object where there is one."""
        return viewer is None or action in self.seen_by_all or viewer.is_administrator

    def require(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> None:
        """Raises: PermissionDenied."""
        if not self.can(viewer, action, obj):
            raise PermissionDenied(_("Your role does not allow this."))


class OrganizationPolicy(Policy):
    """Administrators read and change settings; nobody sees another organization."""

    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        is_own = viewer is None or obj is None or viewer.organization == obj
        return is_own and super().can(viewer, action, obj)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Organization]:
        own = Organization.objects.filter(pk=viewer.organization.pk)
        return own if self.can(viewer, action) else own.none()


class PersonPolicy(Policy):
    """ "view" is the directory; "view_numbers" depends on the day; every other action is the administrators'."""

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None, *, on: date | None = None) -> bool:
        if action != "view_numbers" or viewer is None:
            return super().can(viewer, action, obj)
        return obj is not None and self.visible(viewer, action, on=on).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view", *, on: date | None = None) -> QuerySet[Person]:
        """People the viewer may do it with; "view_numbers" as of `on` (default: the viewer's day)."""
        everyone = Person.objects.all()
        if action == "view_numbers":
            return everyone if viewer.sees_everyone else everyone.filter(_self_or_below(viewer, on or viewer.on))
        return everyone if self.can(viewer, action) else everyone.none()


class TeamPolicy(Policy):
    """Everybody sees the teams; "view_numbers" is for members' managers above, and for roles that see everyone."""

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None, *, on: date | None = None) -> bool:
        if action != "view_numbers" or viewer is None:
            return super().can(viewer, action, obj)
        return obj is not None and self.visible(viewer, action, on=on).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view", *, on: date | None = None) -> QuerySet[Team]:
        teams = Team.objects.all()
        if action != "view_numbers" or viewer.sees_everyone:
            return teams if self.can(viewer, "view") or self.can(viewer, action) else teams.none()
        return teams.filter(pk__in=_teams_below(viewer.person, on or viewer.on))


class SeatPolicy(Policy):
    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Seat]:
        return Seat.objects.all() if self.can(viewer, action) else Seat.objects.none()


class GrantPolicy(Policy):
    """Who may do what is the administrators' to see and to change."""

    seen_by_all = frozenset()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Grant]:
        return Grant.objects.all() if self.can(viewer, action) else Grant.objects.none()


class ApiKeyPolicy(Policy):
    """Keys of programs are the administrators' to see, to make and to revoke."""

    seen_by_all = frozenset()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[ApiKey]:
        return ApiKey.objects.all() if self.can(viewer, action) else ApiKey.objects.none()


def _teams_below(person: Person, on: date) -> QuerySet[Any, Any]:
    """Ids of the teams that the person leads on the day, and of all below them."""
    led = SeatHolding.objects.on(on).filter(person=person, seat__role=Seat.Role.MANAGER)
    return TeamClosure.objects.on(on).filter(ancestor__in=led.values("seat__team")).values("descendant")


def _self_or_below(viewer: Viewer, on: date) -> Q:
    teams = viewer.managed_team_ids if on == viewer.on else _teams_below(viewer.person, on)
    below = SeatHolding.objects.on(on).filter(person=OuterRef("pk"), seat__team__in=teams)
    return Q(pk=viewer.person.pk) | Q(Exists(below))


def visible_person_ids(viewer: Viewer, *, on: date | None = None) -> frozenset[int] | None:
    """Ids of the people whose numbers the viewer may see as of a day; None means everybody and the house. One query.

    Rows without an owner (the house) are for those who see everyone only.
    """
    if viewer.sees_everyone:
        return None
    return frozenset(persons.visible(viewer, "view_numbers", on=on).values_list("pk", flat=True))


organizations = OrganizationPolicy()
persons = PersonPolicy()
teams = TeamPolicy()
seats = SeatPolicy()
grants = GrantPolicy()
api_keys = ApiKeyPolicy()
