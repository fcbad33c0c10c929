"""Whose numbers a page shows, when its query may name a person or a team."""

from django.core.exceptions import ObjectDoesNotExist

from kernel.row_id import row_id
from metrics.selectors.subject import Subject, access_person_numbers, access_team_numbers, first_subject
from people import policies
from people.viewer import Viewer


def access_subject(viewer: Viewer, *, person: str = "", team: str = "") -> Subject:
    """Whose numbers are asked for, otherwise the widest the viewer may see. Raises: ObjectDoesNotExist. One query."""
    if person:
        return access_person_numbers(viewer, _number(person))
    if team:
        return access_team_numbers(viewer, _number(team))
    return Subject(viewer.organization.name) if viewer.sees_everyone else first_subject(viewer)


def myself(viewer: Viewer) -> Subject:
    """The viewer's own numbers. No query."""
    return Subject(viewer.person.name, person_id=viewer.person.pk)


def people_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """Everybody whose numbers are open to the viewer. One query."""
    return list(policies.persons.visible(viewer, "view_numbers").order_by("name").values_list("pk", "name"))


def team_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """Every team whose numbers are open to the viewer. One query."""
    return list(policies.teams.visible(viewer, "view_numbers").order_by("name").values_list("pk", "name"))


def _number(value: str) -> int:
    number = row_id(value)
    if number is None:
        raise ObjectDoesNotExist
    return number
