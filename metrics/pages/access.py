"""Whose numbers a page shows, when its query may name a person or a team."""

from collections.abc import Collection, Mapping

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from kernel.row_id import row_id
from metrics.pages.frame import Asked
from metrics.selectors.members import member_name
from metrics.selectors.own import is_own, own_dimensions, own_require
from metrics.selectors.question import NAMED, TRAITS, WITHOUT, Dimension
from metrics.selectors.subject import (
    Subject,
    access_member_numbers,
    access_person_numbers,
    access_team_numbers,
    first_subject,
)
from metrics.words import dimension_words, member_words, without_words
from people import policies
from people.viewer import Viewer


def access_subject(viewer: Viewer, *, person: str = "", team: str = "") -> Subject:
    """Whose numbers are asked for, otherwise the widest the viewer may see. Raises: ObjectDoesNotExist. One query."""
    if person and team:
        return access_member_numbers(viewer, number_of(person), number_of(team))
    if person:
        return access_person_numbers(viewer, number_of(person))
    if team:
        return access_team_numbers(viewer, number_of(team))
    return Subject(viewer.organization.name) if viewer.sees_everyone else first_subject(viewer)


def access_slice(asked: Asked) -> Subject:
    """Whose numbers and which: person, team and a value of each further dimension, as links say it.

    Raises: ObjectDoesNotExist for what is out of sight or unknown. Three queries at most.
    """
    viewer, query = asked.viewer, asked.query
    without = set(query.get("without", "").split(","))
    if Dimension.PERSON in without:
        subject = _house(viewer)
    else:
        subject = access_subject(viewer, person=query.get("person", ""), team=query.get("team", ""))
    for dimension in TRAITS:
        is_id = dimension in NAMED
        if dimension in without:
            subject = subject.having(dimension, 0 if is_id else WITHOUT)
        elif value := query.get(dimension, "").replace("\0", ""):
            subject = subject.having(dimension, number_of(value) if is_id else value)
    return _own_slice(subject, query, without)


def _own_slice(subject: Subject, query: Mapping[str, str], without: Collection[str]) -> Subject:
    """The same by custom fields. Two queries where there are any. Raises: SwitchedOff."""
    own_require((*query, *without))
    own = own_dimensions() if any(map(is_own, (*query, *without))) else {}
    for name, dimension in own.items():
        if name in without:
            subject = subject.having(dimension, WITHOUT)
        elif value := query.get(name, "").replace("\0", ""):
            subject = subject.having(dimension, value)
    return subject


def _house(viewer: Viewer) -> Subject:
    """Deals of nobody, for those who see everyone. Raises: ObjectDoesNotExist."""
    if not viewer.sees_everyone:
        raise ObjectDoesNotExist
    return Subject(_("Nobody"), person_id=0)


def trait_words(subject: Subject) -> list[tuple[str, str]]:
    """What a subject is kept to: (Product, GTX). One query a dimension with names. Raises: ObjectDoesNotExist."""
    found = []
    for dimension, value in subject.traits:
        words = member_name(dimension, value) if value else without_words(dimension)
        if words is None:
            raise ObjectDoesNotExist
        found.append((dimension_words(dimension), member_words(dimension, words) if value else words))
    return found


def myself(viewer: Viewer) -> Subject:
    """The viewer's own numbers. No query."""
    return Subject(viewer.person.name, person_id=viewer.person.pk)


def people_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """Everybody whose numbers are open to the viewer. One query."""
    return list(policies.persons.visible(viewer, "view_numbers").order_by("name").values_list("pk", "name"))


def team_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """Every team whose numbers are open to the viewer. One query."""
    return list(policies.teams.visible(viewer, "view_numbers").order_by("name").values_list("pk", "name"))


def number_of(value: str) -> int:
    """The id that a query says. Raises: ObjectDoesNotExist."""
    number = row_id(value)
    if number is None:
        raise ObjectDoesNotExist
    return number
