"""Whose numbers a page shows, and of which period: the only ways to either, so that every figure obeys the policies."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from kernel.period import FiscalCalendar, Grain, Period, PeriodError
from metrics.selectors.question import Scope, calendar_of
from people.models import Organization, Person
from people.policies import persons, teams
from people.viewer import Viewer

TREND = 12  # periods of a trend


@dataclass(frozen=True)
class Subject:
    """A person, a team with all below it, or the company. Made by `access_…` only."""

    name: str
    person_id: int | None = None
    team_id: int | None = None

    @property
    def scope(self) -> Scope:
        return Scope((self.person_id,) if self.person_id else None, self.team_id)

    @property
    def is_company(self) -> bool:
        return self.person_id is None and self.team_id is None


def access_person_numbers(viewer: Viewer, person_id: int) -> Subject:
    """A person whose numbers the viewer may see. Raises: Person.DoesNotExist. One query."""
    found = persons.visible(viewer, "view_numbers").get(pk=person_id)
    return Subject(found.name, person_id=found.pk)


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
