"""Whose numbers a page shows, as far as the viewer may see them. What is out of sight does not exist.

A person or team that is asked for must be open to the viewer today; without one, executives, operations and administrators
get everybody, a manager the team they lead, everybody else themselves.
"""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from metrics.pages.links import Whose
from metrics.selectors.question import Scope
from people import policies
from people.models import Person, Team
from people.viewer import Viewer


@dataclass(frozen=True)
class Subject:
    """Somebody, a team, or everybody: the ids to ask with and the name to show."""

    whose: Whose
    name: str
    person: Person | None = None
    team: Team | None = None

    @property
    def scope(self) -> Scope:
        """As a question asks for it."""
        return scope_of(self.whose)

    @property
    def is_everybody(self) -> bool:
        return self.person is None and self.team is None


def scope_of(whose: Whose) -> Scope:
    """Whose deals, as a question asks for them."""
    if whose.person_id is not None:
        return Scope(person_ids=(whose.person_id,))
    return Scope(team_id=whose.team_id)


def access_subject(viewer: Viewer, *, person: str | int | None = None, team: str | int | None = None) -> Subject:
    """Whose numbers the page shows. Raises: ObjectDoesNotExist for what the viewer may not see. At most one query."""
    if person not in (None, ""):
        return access_person(viewer, _number(person))
    if team not in (None, ""):
        return access_team(viewer, _number(team))
    return default_subject(viewer)


def access_person(viewer: Viewer, person_id: int) -> Subject:
    """A person whose numbers are open to the viewer today. Raises: ObjectDoesNotExist. One query, none for oneself."""
    if person_id == viewer.person.pk:
        return myself(viewer)
    person = policies.persons.visible(viewer, "view_numbers").get(pk=person_id)
    return Subject(Whose(person_id=person.pk), person.name, person=person)


def access_team(viewer: Viewer, team_id: int) -> Subject:
    """A team whose numbers are open to the viewer today. Raises: ObjectDoesNotExist. One query."""
    team = policies.teams.visible(viewer, "view_numbers").get(pk=team_id)
    return Subject(Whose(team_id=team.pk), team.name, team=team)


def default_subject(viewer: Viewer) -> Subject:
    """The widest that is open to the viewer. At most one query."""
    if viewer.sees_everyone:
        return everybody(viewer)
    return access_team(viewer, viewer.team_id) if "manager" in viewer.roles and viewer.team_id else myself(viewer)


def myself(viewer: Viewer) -> Subject:
    return Subject(Whose(person_id=viewer.person.pk), viewer.person.name, person=viewer.person)


def everybody(viewer: Viewer) -> Subject:
    """Raises: ObjectDoesNotExist for those who see only some."""
    if not viewer.sees_everyone:
        raise ObjectDoesNotExist
    return Subject(Whose(), _("Everybody"))


def people_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """Everybody whose numbers are open to the viewer. One query."""
    return list(policies.persons.visible(viewer, "view_numbers").order_by("name").values_list("pk", "name"))


def team_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """Every team whose numbers are open to the viewer. One query."""
    return list(policies.teams.visible(viewer, "view_numbers").order_by("name").values_list("pk", "name"))


def _number(value: str | int) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise ObjectDoesNotExist from error
