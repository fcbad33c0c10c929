"""Who may do what with people and their organization: one object per model with `can()` and `visible()`, which agree.

Everybody in an organization sees who works there and in which team (the directory). Numbers of a person are open to
the person, to the managers above them on the date in question (and whoever acts or stands in for them), and to roles
that see everyone; where such a role is limited to a team, to what stood below that team on the date. Administrators
change set-up.
"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from people.models import (
    ActingManager,
    ApiKey,
    AuditEntry,
    Delegation,
    Grant,
    Holiday,
    Invitation,
    Leave,
    MoveSheet,
    Organization,
    Person,
    Seat,
    SeatHolding,
    Team,
    TeamClosure,
)
from people.viewer import Viewer, delegated_seats, led_seats, viewer_of_person


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
    """ "view" is the directory; "view_numbers" depends on the day; "export" is one's own too; "look_as" leads downwards
    only; every other action is the administrators'."""

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None, *, on: date | None = None) -> bool:
        if action == "look_as":
            return viewer is not None and _may_look(viewer, obj)
        if action == "export" and viewer is not None and obj == viewer.person:
            return True
        if action != "view_numbers" or viewer is None:
            return super().can(viewer, action, obj)
        return obj is not None and self.visible(viewer, action, on=on).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view", *, on: date | None = None) -> QuerySet[Person]:
        """People the viewer may do it with; "view_numbers" as of `on` (default: the viewer's day)."""
        everyone = Person.objects.all()
        if action == "view_numbers":
            return everyone if viewer.sees_everyone else everyone.filter(_self_or_below(viewer, on or viewer.on))
        return everyone if self.can(viewer, action) else everyone.none()


PRIVATE_ROLES = frozenset({"administrator", "finance", "hr"})  # what they see is nobody else's


def _may_look(viewer: Viewer, person: Model | None) -> bool:
    """Whether the viewer may look as somebody: administrators, and managers as people below their own seat.

    Never as themselves or as somebody who sees more, or who sees pay and personal matters. Without a person: at all.
    """
    if person is None:
        return viewer.is_administrator or viewer.is_manager
    if not isinstance(person, Person) or person == viewer.person or person.erased_at or person.has_left(viewer.on):
        return False
    target = viewer_of_person(person, organization=viewer.organization, on=viewer.on)
    if (target.roles | target.limited_roles) & PRIVATE_ROLES:
        return False
    if viewer.is_administrator:
        return True
    below = frozenset().union(*(charge.below for charge in viewer.charges if charge.right == "seat"))
    sees_no_more = not target.sees_everyone and target.open_team_ids <= below
    return target.team_id in below and sees_no_more and viewer.team_id not in target.managed_team_ids


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
        return teams.filter(pk__in=_teams_open(viewer, on or viewer.on))


class SeatPolicy(Policy):
    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Seat]:
        return Seat.objects.all() if self.can(viewer, action) else Seat.objects.none()


class GrantPolicy(Policy):
    """Who may do what is the administrators' to see and to change."""

    seen_by_all = frozenset()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Grant]:
        return Grant.objects.all() if self.can(viewer, action) else Grant.objects.none()


class MovePolicy(Policy):
    """Joiners, movers and leavers are the administrators' business."""

    seen_by_all = frozenset()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[MoveSheet]:
        return MoveSheet.objects.all() if self.can(viewer, action) else MoveSheet.objects.none()


class InvitationPolicy(GrantPolicy):
    """Invitations are the administrators' to make and to see."""

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Any]:
        return Invitation.objects.all() if self.can(viewer, action) else Invitation.objects.none()


class AuditPolicy(Policy):
    """Administrators read the whole log; everybody the entries about themselves."""

    seen_by_all = frozenset()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[AuditEntry]:
        entries = AuditEntry.objects.all()
        own = entries.filter(subject="person", subject_id=viewer.person.pk)
        return entries if self.can(viewer, action) else own


class ApiKeyPolicy(Policy):
    """Keys of programs are the administrators' to see, to make and to revoke."""

    seen_by_all = frozenset()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[ApiKey]:
        return ApiKey.objects.all() if self.can(viewer, action) else ApiKey.objects.none()


class HolidayPolicy(Policy):
    """Everybody sees the days off; administrators and operations of the whole organization keep them."""

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        return super().can(viewer, action, obj) or (viewer is not None and "operations" in viewer.roles)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Holiday]:
        return Holiday.objects.all() if self.can(viewer, action) else Holiday.objects.none()


class LeavePolicy(Policy):
    """Leave is seen by the person and kept by administrators, HR and whoever leads them today, within their teams.

    Nobody enters their own leave by leading a team. That somebody is away today is open to everybody (`absences`).
    """

    seen_by_all = frozenset()
    keepers = frozenset({"administrator", "hr"})

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        """`obj` is the person or one leave of theirs."""
        if viewer is None or obj is None or viewer.reach(self.keepers) is None:
            return viewer is None or obj is not None
        person_id = obj.person_id if isinstance(obj, Leave) else obj.pk
        return self.persons(viewer, action).filter(pk=person_id).exists()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Leave]:
        found: QuerySet[Leave] = Leave.objects.filter(person__in=self.persons(viewer, action))
        return found

    def persons(self, viewer: Viewer, action: str = "view") -> QuerySet[Person]:
        """Whose leave the viewer may see, or change."""
        within = viewer.reach(self.keepers)
        if within is None:
            return Person.objects.all()
        own = Q(pk=viewer.person.pk)
        led = Q(Exists(_seated(viewer.on, viewer.managed_team_ids))) & ~own
        open_to = led | Q(Exists(_seated(viewer.on, within)))
        return Person.objects.filter(open_to | own if action == "view" else open_to)


class DelegationPolicy(Policy):
    """A manager, or an administrator, says who stands in for the manager; both of them and the delegate see it."""

    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        """`obj` is the manager or one delegation of theirs."""
        if viewer is None or obj is None or viewer.is_administrator:
            return viewer is None or viewer.is_administrator
        return viewer.person.pk == (obj.manager_id if isinstance(obj, Delegation) else obj.pk)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Delegation]:
        found: QuerySet[Delegation] = Delegation.objects.all()
        if viewer.is_administrator:
            return found
        own = Q(manager=viewer.person.pk)
        return found.filter(own | Q(delegate=viewer.person.pk) if action == "view" else own)


class ActingPolicy(Policy):
    """Everybody sees who leads a team for a while; administrators and whoever leads a team above it say so."""

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        """`obj` is the team or one acting manager of it."""
        if viewer is None or obj is None or super().can(viewer, action, obj):
            return viewer is None or super().can(viewer, action, obj)
        team_id = obj.team_id if isinstance(obj, ActingManager) else obj.pk
        above = [charge for charge in viewer.charges if charge.is_leading and team_id in charge.below]
        return any(charge.team_id != team_id for charge in above)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[ActingManager]:
        found: QuerySet[ActingManager] = ActingManager.objects.all()
        return found


def _teams_open(viewer: Viewer, on: date) -> Any:
    """Ids of the teams whose numbers of the day are open to the viewer.

    Teams led by a seat are those of the day itself. A delegation, an acting manager or a limited role must hold today;
    what stands below such a team is then read as of the day.
    """
    if on == viewer.on:
        return viewer.open_team_ids
    lent = [charge.team_id for charge in viewer.open_charges if charge.right in ("acting", "granted")]
    own = led_seats(on).filter(person=viewer.person).values("seat__team")
    stood_in = delegated_seats(viewer.person, on, delegated_on=viewer.on).values("seat__team")
    above = Q(ancestor__in=own) | Q(ancestor__in=stood_in) | Q(ancestor__in=lent)
    return TeamClosure.objects.on(on).filter(above).values("descendant")


def _self_or_below(viewer: Viewer, on: date) -> Q:
    return Q(pk=viewer.person.pk) | Q(Exists(_seated(on, _teams_open(viewer, on))))


def _seated(on: date, team_ids: Any) -> QuerySet[SeatHolding]:
    """Whether somebody sits in one of the teams on the day, for a query of people."""
    found: QuerySet[SeatHolding] = SeatHolding.objects.on(on).filter(person=OuterRef("pk"), seat__team__in=team_ids)
    return found


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
invitations = InvitationPolicy()
audits = AuditPolicy()
api_keys = ApiKeyPolicy()
holidays = HolidayPolicy()
leaves = LeavePolicy()
moves = MovePolicy()
delegations = DelegationPolicy()
acting_managers = ActingPolicy()
