"""Create and change the people that a file names."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kernel.issue import IssueCollector, Level
from people.engine.identity import Identities, StructureRow
from people.models import Person, PersonKey
from people.services.structure_facts import StructureChange, StructureFacts, row_state


@dataclass
class WrittenPersons:
    ids: dict[int, int]  # reference of a new person -> id
    created: dict[int, Person] = field(default_factory=dict)
    changed_ids: set[int] = field(default_factory=set)
    former_hire_days: dict[int, Any] = field(default_factory=dict)
    changes: list[StructureChange] = field(default_factory=list)
    issues: IssueCollector = field(default_factory=IssueCollector)

    def id_of(self, reference: int) -> int:
        return self.ids.get(reference, reference)


def persons_write(
    facts: StructureFacts, identities: Identities, stated: dict[int, StructureRow], *, source: str
) -> WrittenPersons:
    """Store new people and their keys, and what the lines say about known ones. Adds them to the facts."""
    written = WrittenPersons(ids={})
    email_of = _emails(facts, stated, written.issues)
    new = list(identities.new.values())
    persons = [
        Person(name=one.name[:200], email=email_of.get(one.reference, ""), hired_on=_hired_on(stated, one.reference))
        for one in new
    ]
    for one, person in zip(new, Person.objects.bulk_create(persons), strict=True):
        written.ids[one.reference] = person.pk
        written.created[person.pk] = facts.persons[person.pk] = person
        written.changes.append(StructureChange("people_person", person.pk, None))
    keys = [(one.external_id, written.ids[one.reference]) for one in new]
    keys += [(external_id, reference) for reference, external_id in identities.new_keys.items() if reference > 0]
    keys += [(text, written.ids[ref]) for ref, text in identities.new_keys.items() if ref < 0]
    rows = [PersonKey(source=source, external_id=text[:200], person_id=person_id) for text, person_id in keys]
    for key in PersonKey.objects.bulk_create(rows):
        written.changes.append(StructureChange("people_personkey", key.pk, None))
        written.changed_ids.add(key.person_id)
    _known_change(facts, stated, email_of, written)
    return written


def _hired_on(stated: dict[int, StructureRow], reference: int) -> Any:
    return stated[reference].hired_on if reference in stated else None


def _known_change(
    facts: StructureFacts, stated: dict[int, StructureRow], email_of: dict[int, str], written: WrittenPersons
) -> None:
    changed = []
    for reference, row in stated.items():
        if reference < 0:
            continue
        person = facts.persons[reference]
        wanted = {
            "name": row.name[:200] or person.name,
            "email": email_of.get(reference, person.email),
            "hired_on": row.hired_on or person.hired_on,
        }
        if person.erased_at is not None or all(getattr(person, name) == value for name, value in wanted.items()):
            continue
        written.changes.append(StructureChange("people_person", person.pk, row_state(person)))
        written.former_hire_days[person.pk] = person.hired_on
        for name, value in wanted.items():
            setattr(person, name, value)
        changed.append(person)
    written.changed_ids.update(person.pk for person in changed)
    Person.objects.bulk_update(changed, ["name", "email", "hired_on"])


def _emails(facts: StructureFacts, stated: dict[int, StructureRow], issues: IssueCollector) -> dict[int, str]:
    """The addresses that can be taken over; a wrong one, or one that another person has, is left out with a warning."""
    owner = {person.email.lower(): person.pk for person in facts.persons.values() if person.email}
    taken = {}
    for reference, row in stated.items():
        if not row.email:
            continue
        email, problem = (
            row.email.lower(),
            _email_problem(row.email, owner.get(row.email.lower(), reference) != reference),
        )
        if problem:
            issues.add(Level.WARNING, problem[0], problem[1], row=row.number, field="email", value=row.email)
            continue
        owner[email] = reference
        taken[reference] = email
    return taken


def _email_problem(email: str, is_taken: bool) -> tuple[str, str] | None:
    try:
        validate_email(email)
    except ValidationError:
        return "email_invalid", f"“{email}” is not an e-mail address; the person is kept without it."
    if is_taken:
        return "email_taken", f"“{email}” belongs to another person already; this one is kept without it."
    return None


def stated_rows(rows: Iterable[StructureRow], of_row: dict[int, int]) -> dict[int, StructureRow]:
    """The line about each person, the first where there are two."""
    stated: dict[int, StructureRow] = {}
    for row in rows:
        if row.number in of_row:
            stated.setdefault(of_row[row.number], row)
    return stated
