"""People and teams from files: apply what a file says, and take it back.

`structure_apply` is what the import of the kind `person` calls. It is idempotent: the same file twice changes nothing
the second time. See `people.engine.identity` for who is meant by a line and `people.engine.structure` for how managers
and offices make teams.

Days: a person without a seat so far gets one from the hire date on, or from the beginning where there is none. A person
who already has a seat somewhere else moves on the day `on`, so that earlier figures keep the earlier team (to correct a
wrong file, take the import back first). Placements of teams likewise.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.issue import Issue, IssueCollector
from people.audit import audit
from people.engine.identity import Identities, StructureRow, identify
from people.engine.structure import Arrangement, Statement, arrange
from people.models import Person
from people.queue import enqueue
from people.services.structure_facts import StructureChange, StructureFacts, facts_read
from people.services.structure_persons import WrittenPersons, persons_write, stated_rows
from people.services.structure_teams import WrittenTeams, teams_write
from people.services.structure_undo import StructureUndo, structure_undo
from people.wall import current_organization_id

__all__ = ["StructureChange", "StructureResult", "StructureRow", "StructureUndo", "structure_apply", "structure_undo"]


@dataclass(frozen=True)
class StructureResult:
    """What became of the lines.

    `results`: line number -> "created", "updated", "unchanged" or "refused"; `reasons`: line number -> why refused.
    `person_ids`: line number -> person, refused lines left out. `created_count` counts people, those included who are
    only named as managers. `changes`: every row that was created (before is None) or changed (its former values, ready
    for JSON), in the order of writing; hand them to `structure_undo` in any later transaction.
    """

    results: dict[int, str]
    reasons: dict[int, str]
    person_ids: dict[int, int]
    created_count: int
    issues: list[Issue]
    changes: list[StructureChange] = field(default_factory=list)


def structure_apply(
    *,
    source: str,
    rows: Iterable[StructureRow],
    actor: Person | None,
    at: datetime,
    on: date,
) -> StructureResult:
    """Create and change people, their keys, teams, placements and seats as the lines of one file say.

    Behind the wall of the organization. `on` is the organization's day of today. Bad lines are refused and reported,
    never raised. Raises: ValidationError when the teams that result would stand below themselves.
    """
    lines = list(rows)
    with transaction.atomic():
        facts = facts_read()
        identities = identify(lines, facts.known_persons(), source)
        stated = stated_rows(lines, identities.of_row)
        persons = persons_write(facts, identities, stated, source=source)
        statements = _statements(stated, identities, persons)
        names = {person.pk: person.name for person in facts.persons.values()}
        arrangement = arrange(statements, names, facts.standing_leaders(statements, on))
        teams = _teams_write(facts, arrangement, persons, on)
        changes = [*persons.changes, *teams.changes]
        if changes:
            audit(
                "structure_apply", actor=actor, at=at, subject="person", detail={"source": source, "rows": len(lines)}
            )
            enqueue("pipeline.structure_changed", organization_id=current_organization_id() or 0)
    person_ids = {number: persons.id_of(reference) for number, reference in identities.of_row.items()}
    issues = IssueCollector([*identities.issues, *persons.issues, *arrangement.issues, *teams.issues])
    return StructureResult(
        results=_results(stated, identities, persons, teams),
        reasons=identities.refused,
        person_ids=person_ids,
        created_count=len(persons.created),
        issues=issues.sorted(),
        changes=changes,
    )


def _statements(
    stated: dict[int, StructureRow], identities: Identities, persons: WrittenPersons
) -> dict[int, Statement]:
    statements = {}
    for reference, row in stated.items():
        manager = identities.of_manager.get(row.manager)
        manager_id = persons.id_of(manager) if manager is not None else None
        statements[persons.id_of(reference)] = Statement(row.number, manager_id, row.team)
    return statements


def _teams_write(facts: StructureFacts, arrangement: Arrangement, persons: WrittenPersons, on: date) -> WrittenTeams:
    try:
        with transaction.atomic():
            return teams_write(facts, arrangement, persons.former_hire_days, on=on)
    except IntegrityError as error:
        if "team_below_itself" not in str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")):
            raise
        raise ValidationError(
            _("With this file a team would stand below itself. Check the managers, or undo the former import."),
            code="team_below_itself",
        ) from error


def _results(
    stated: dict[int, StructureRow], identities: Identities, persons: WrittenPersons, teams: WrittenTeams
) -> dict[int, str]:
    results = dict.fromkeys(identities.refused, "refused")
    changed = persons.changed_ids | teams.moved_ids
    for number, reference in identities.of_row.items():
        person_id = persons.id_of(reference)
        if stated[reference].number != number:
            results[number] = "unchanged"
        elif person_id in persons.created:
            results[number] = "created"
        else:
            results[number] = "updated" if person_id in changed else "unchanged"
    return results
