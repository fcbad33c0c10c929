"""Whose numbers a page shows, and of which period: the only ways to either, so that every figure obeys the policies."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kernel.period import FiscalCalendar, Grain, Period, PeriodError
from metrics.selectors.question import Dimension, Member, Scope
from people.fiscal import calendar_of
from people.models import Organization, Person, SeatHolding, TeamClosure
from people.policies import persons, teams
from people.viewer import Viewer

TREND = 12  # periods of a trend


@dataclass(frozen=True)
class Subject:
    """A person, a team with all below it, or the company; `traits` keep to values of further dimensions.

    Made by `access_…` only; person 0 is the house, for those who see everyone.
    """

    name: str
    person_id: int | None = None
    team_id: int | None = None
    traits: tuple[tuple[Dimension, Member], ...] = ()

    @property
    def scope(self) -> Scope:
        scope = Scope(None if self.person_id is None else (self.person_id,), self.team_id)
        for dimension, value in self.traits:
            scope = scope.having(dimension, value)
        return scope

    @property
    def is_company(self) -> bool:
        return self.person_id is None and self.team_id is None

    def having(self, dimension: Dimension, value: Member) -> "Subject":
        """The same person, team or company with only this value of a dimension."""
        others = tuple(each for each in self.traits if each[0] != dimension)
        return replace(self, traits=(*others, (dimension, value)))

    def trait(self, dimension: Dimension) -> Member | None:
        """The value of a dimension that it is kept to."""
        return dict(self.traits).get(dimension)


def access_person_numbers(viewer: Viewer, person_id: int) -> Subject:
    """A person whose numbers the viewer may see; a manager sees what belongs to the time below them.

    Raises: Person.DoesNotExist. Two queries at most.
    """
    found = persons.visible(viewer, "view_numbers").get(pk=person_id)
    is_own = found.pk == viewer.person.pk
    return Subject(found.name, found.pk, None if is_own or viewer.sees_everyone else _team_above(viewer, found))


def _team_above(viewer: Viewer, person: Person) -> int | None:
    """The widest of the viewer's teams that somebody sits in or below today."""
    seats = SeatHolding.objects.on(viewer.on).filter(person=person).values("seat__team")
    above = TeamClosure.objects.on(viewer.on).filter(descendant__in=seats, ancestor__in=viewer.open_team_ids)
    return above.order_by("-depth").values_list("ancestor", flat=True).first()


def access_member_numbers(viewer: Viewer, person_id: int, team_id: int) -> Subject:
    """What somebody did while in a team, or below it, whose numbers the viewer may see.

    Raises: ObjectDoesNotExist. Two queries.
    """
    team = teams.visible(viewer, "view_numbers").get(pk=team_id)
    return Subject(Person.objects.get(pk=person_id).name, person_id, team.pk)


def access_team_numbers(viewer: Viewer, team_id: int) -> Subject:
    """A team whose numbers the viewer may see. Raises: Team.DoesNotExist. One query."""
    found = teams.visible(viewer, "view_numbers").get(pk=team_id)
    return Subject(found.name, team_id=found.pk)


def access_company_numbers(viewer: Viewer) -> Subject:
    """The whole company, for roles that see everyone. Raises: PermissionDenied. No query."""
    if not viewer.sees_everyone:
        raise PermissionDenied(_("Your role does not show the whole company."))
    return Subject(viewer.organization.name)


@dataclass(frozen=True)
class Chosen:
    """The period of a page and what it is compared with; while it runs, both only up to the same day of theirs."""

    calendar: FiscalCalendar
    grain: Grain
    period: Period
    on: date

    @property
    def label(self) -> str:
        return self.calendar.label_of(self.grain, self.period)

    @property
    def is_running(self) -> bool:
        return self.period.contains(self.on)

    @property
    def previous(self) -> Period:
        return self._to_date(self.calendar.previous(self.grain, self.period))

    @property
    def last_year(self) -> Period:
        return self._to_date(self.calendar.same_period_last_year(self.grain, self.period))

    @property
    def trend(self) -> list[Period]:
        """The last periods up to this one, whole."""
        found = [self.period]
        while len(found) < TREND:
            found.insert(0, self.calendar.previous(self.grain, found[0]))
        return found

    def earlier(self, number: int) -> list[Period]:
        """The periods just before, up to the same day of theirs while this one runs."""
        found = [self.period]
        for _each in range(number):
            found.insert(0, self.calendar.previous(self.grain, found[0]))
        return [self._to_date(period) for period in found[:-1]]

    def neighbour(self, step: int) -> str:
        """The label of the period before (-1) or after (1)."""
        move = self.calendar.previous if step < 0 else self.calendar.next
        return self.calendar.label_of(self.grain, move(self.grain, self.period))

    def _to_date(self, period: Period) -> Period:
        if not self.is_running:
            return period
        elapsed = timedelta(days=(self.on - self.period.starts_on).days + 1)
        return Period(period.starts_on, min(period.starts_on + elapsed, period.ends_before))


def chosen_period(organization: Organization, *, on: date, label: str = "", grain: Grain = Grain.QUARTER) -> Chosen:
    """The period a label names (2017Q1, 2017-03, …); an empty or senseless one is the `grain` that holds `on`."""
    calendar = calendar_of(organization)
    try:
        grain, period = calendar.parse(label) if label else (grain, calendar.period_of(grain, on))
    except PeriodError:
        period = calendar.period_of(grain, on)
    return Chosen(calendar, grain, period, on)


def first_subject(viewer: Viewer) -> Subject:
    """Whose numbers somebody's home shows: the company, the own team, or their own. No query."""
    if viewer.sees_everyone and not viewer.is_manager:
        return access_company_numbers(viewer)
    for charge in viewer.open_charges:
        return Subject(charge.team_name, team_id=charge.team_id)
    return Subject(viewer.person.name, person_id=viewer.person.pk)


__all__ = [
    "Chosen",
    "Person",
    "Subject",
    "access_company_numbers",
    "access_person_numbers",
    "access_team_numbers",
    "chosen_period",
    "first_subject",
]
