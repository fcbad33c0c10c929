"""Who is meant by a line of a file.

A person is found by the first of these that answers:

1. the key (source, external id);
2. the e-mail address;
3. the exact name (case and spaces aside), where one person has it and the source has not given that person another id.
   A key that is the person's own name is no other id: it was made because others named them as their manager.

Nobody found: a new person, with a negative reference (-1, -2, …) until they are stored.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from kernel.issue import IssueCollector, Level


@dataclass(frozen=True)
class StructureRow:
    """One line about a person. Empty text and None mean "not stated": what is known stays."""

    number: int  # line of the file
    external_id: str  # the source's id, the name where the file has no id
    name: str = ""
    email: str = ""
    manager: str = ""  # name or external id of the manager
    team: str = ""  # team, office or region
    hired_on: date | None = None


@dataclass(frozen=True)
class KnownPerson:
    id: int
    name: str
    email: str
    hired_on: date | None = None
    keys: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be created; `row` is None for a manager who is only named by others."""

    reference: int
    external_id: str
    name: str
    row: int | None


@dataclass
class Identities:
    """Who is meant: by line, by text in the manager column; who is new; which known people get a key of this source."""

    of_row: dict[int, int] = field(default_factory=dict)
    of_manager: dict[str, int] = field(default_factory=dict)
    new: dict[int, NewPerson] = field(default_factory=dict)
    new_keys: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    issues: IssueCollector = field(default_factory=IssueCollector)


def folded(text: str) -> str:
    """Text as it is compared: case and repeated spaces aside."""
    return " ".join(text.split()).casefold()


def identify(rows: Iterable[StructureRow], known: Iterable[KnownPerson], source: str) -> Identities:
    """Find or announce the person of every line and of every manager named. Refused: no id, or an id used twice."""
    register = _Register(source, known)
    found = Identities()
    seen: dict[str, StructureRow] = {}
    for row in rows:
        reason = _refusal(row, seen)
        if reason:
            found.refused[row.number] = reason[1]
            found.issues.add(
                Level.ERROR, reason[0], reason[1], row=row.number, field="id", value=row.external_id or None
            )
            continue
        if row.external_id in seen:  # the same line twice
            found.of_row[row.number] = found.of_row[seen[row.external_id].number]
            continue
        seen[row.external_id] = row
        found.of_row[row.number] = register.person_of(row, found)
    for row in seen.values():
        if row.manager and row.manager not in found.of_manager:
            _manager_find(row, register, found)
    return found


def _refusal(row: StructureRow, seen: dict[str, StructureRow]) -> tuple[str, str] | None:
    if not row.external_id:
        return "missing_id", "The line has neither an id nor a name."
    first = seen.get(row.external_id)
    if first is not None and _said(first) != _said(row):
        return "duplicate_id", f"“{row.external_id}” stands already in line {first.number}, with other values."
    return None


def _said(row: StructureRow) -> tuple[object, ...]:
    return row.name, row.email, row.manager, row.team, row.hired_on


def _manager_find(row: StructureRow, register: "_Register", found: Identities) -> None:
    meant = register.named(row.manager)
    if len(meant) > 1:
        found.issues.add(
            Level.WARNING,
            "manager_ambiguous",
            f"{len(meant)} people are called “{row.manager}”; give the manager's id instead.",
            row=row.number,
            field="manager",
            value=row.manager,
        )
        return
    found.of_manager[row.manager] = meant[0] if meant else register.create(row.manager, row.manager, None, found)


class _Register:
    """People by key, e-mail and name."""

    def __init__(self, source: str, known: Iterable[KnownPerson]) -> None:
        self.source = source
        self.by_key: dict[str, int] = {}
        self.by_email: dict[str, int] = {}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.with_other_id: set[int] = set()
        for person in known:
            self.by_name[folded(person.name)].append(person.id)
            if person.email:
                self.by_email[person.email.lower()] = person.id
            for key_source, external_id in person.keys:
                if key_source == source:
                    self.by_key[external_id] = person.id
                    if folded(external_id) != folded(person.name):
                        self.with_other_id.add(person.id)

    def named(self, text: str) -> list[int]:
        """Everybody whom a text in the manager column can mean."""
        if text in self.by_key:
            return [self.by_key[text]]
        return self.by_name.get(folded(text), [])

    def person_of(self, row: StructureRow, found: Identities) -> int:
        if row.external_id in self.by_key:
            return self.by_key[row.external_id]
        name = row.name or row.external_id
        reference = self._by_email_or_name(row.email, name)
        if reference is None:
            return self.create(row.external_id, name, row.number, found)
        found.new_keys[reference] = row.external_id
        self._keep(row.external_id, name, reference)
        return reference

    def _by_email_or_name(self, email: str, name: str) -> int | None:
        if email and email.lower() in self.by_email:
            reference = self.by_email[email.lower()]
            return None if reference in self.with_other_id else reference
        same_name = [one for one in self.by_name.get(folded(name), []) if one not in self.with_other_id]
        return same_name[0] if len(same_name) == 1 else None

    def create(self, external_id: str, name: str, row: int | None, found: Identities) -> int:
        reference = -len(found.new) - 1
        found.new[reference] = NewPerson(reference, external_id, name, row)
        self.by_name[folded(name)].append(reference)
        self._keep(external_id, name, reference)
        return reference

    def _keep(self, external_id: str, name: str, reference: int) -> None:
        self.by_key[external_id] = reference
        if folded(external_id) != folded(name):
            self.with_other_id.add(reference)
