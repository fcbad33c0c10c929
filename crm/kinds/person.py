"""People and teams. What the lines mean for seats and teams is the business of `people`; here they are handed over."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.resolve import created_ids, facts_forget, facts_resolve, quotas_forget
from crm.intake.wording import value_sentence
from crm.kinds.base import Intake, Kind, register
from crm.models import ImportBatch, ImportChange
from crm.selectors.later import Trail, audited
from kernel.issue import Issue
from people.models import Person
from people.services.structure import (
    StructureChange,
    StructureResult,
    StructureRow,
    structure_apply,
    structure_undo,
)

ID = "coalesce(f_id, f_name)"
BEYOND_THE_FILE = 1_000_000_000  # numbers of lines that state what others only mention: the names of managers

SHAPE = Shape(
    kind="person",
    id_from="name",
    telling=frozenset({"manager", "hired_on", "team", "email"}),
    ignored=frozenset({"salesquota", "quota", "territory", "territoryid"}),
    fields=(
        Field(
            "id",
            names=(
                "sales person id",
                "person id",
                "employee id",
                "user id",
                "owner id",
                "rep id",
                "sales rep id",
                "agent id",
                "employee number",
                "business entity id",
            ),
            longest=200,
            label=_("id"),
        ),
        Field(
            "name",
            names=(
                "sales agent",
                "sales rep",
                "sales person",
                "full name",
                "employee name",
                "employee",
                "person",
                "rep",
                "rep name",
                "agent",
                "sales representative",
                "sales person name",
                "owner",
                "user",
                "mitarbeiter",
            ),
            longest=200,
            label=_("name"),
        ),
        Field(
            "email", FieldType.EMAIL, ("e-mail", "email address", "mail", "work email"), longest=254, label=_("e-mail")
        ),
        Field(
            "manager",
            FieldType.REFERENCE,
            (
                "manager id",
                "sales manager",
                "manager email",
                "supervisor",
                "reports to",
                "team lead",
                "boss",
                "vorgesetzter",
            ),
            longest=200,
            label=_("manager"),
        ),
        Field("manager_name", names=("manager name", "supervisor name"), longest=200, label=_("manager's name")),
        Field(
            "team",
            names=(
                "office",
                "regional office",
                "team name",
                "sales office",
                "sales team",
                "region",
                "branch",
                "department",
            ),
            longest=200,
            label=_("team or office"),
        ),
        Field(
            "hired_on",
            FieldType.DATE,
            ("hire date", "hired", "date hired", "joined", "start date", "date of hire"),
            label=_("hired on"),
        ),
    ),
)

ROWS = f"""
SELECT number, {ID}, coalesce(f_name, ''), coalesce(f_email, ''), coalesce(f_manager, f_manager_name, ''),
    coalesce(f_team, ''), f_hired_on
FROM {{t}} WHERE result IS DISTINCT FROM 'refused' ORDER BY number
"""

MANAGERS = """
SELECT DISTINCT ON (f_manager) f_manager, f_manager_name FROM {t} m
WHERE result IS DISTINCT FROM 'refused' AND f_manager IS NOT NULL AND f_manager_name IS NOT NULL
    AND f_manager <> f_manager_name
    AND NOT EXISTS (
        SELECT 1 FROM {t} o
        WHERE o.result IS DISTINCT FROM 'refused' AND coalesce(o.f_id, o.f_name) = m.f_manager
    )
ORDER BY f_manager, number
"""

RESULTS = """
UPDATE {t} SET result = r.result, reason = r.reason, target_id = r.target_id
FROM unnest(%s::integer[], %s::text[], %s::text[], %s::bigint[]) AS r (number, result, reason, target_id)
WHERE {t}.number = r.number
"""

TEAMS = """
SELECT h.person_id, t.name FROM people_seatholding h
JOIN people_seat s ON s.id = h.seat_id JOIN people_team t ON t.id = s.team_id
WHERE h.starts_on <= %(on)s AND h.ends_before > %(on)s
"""

MOVED = """
UPDATE {t} SET changes = jsonb_build_array(jsonb_build_array('team', m.former, m.team))
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS m (person_id, former, team)
WHERE {t}.target_id = m.person_id AND {t}.result = 'updated'
"""

MEMBERS = """SELECT c.id, c."table", c.object_id, c.before IS NULL AS is_new, r.record_table, r.record_id FROM c
LEFT JOIN people_seatholding h ON c."table" = 'people_seatholding' AND h.id = c.object_id
LEFT JOIN people_personkey k ON c."table" = 'people_personkey' AND k.id = c.object_id
LEFT JOIN people_teamplacement p ON c."table" = 'people_teamplacement' AND p.id = c.object_id
CROSS JOIN LATERAL (VALUES
    ('people_person', CASE WHEN c."table" = 'people_person' THEN c.object_id
        ELSE coalesce(h.person_id, k.person_id, (c.before ->> 'person_id')::bigint) END),
    ('people_seat', CASE WHEN c."table" = 'people_seat' THEN c.object_id
        ELSE coalesce(h.seat_id, (c.before ->> 'seat_id')::bigint) END),
    ('people_team', CASE WHEN c."table" = 'people_team' THEN c.object_id WHEN c."table" = 'people_teamplacement'
        THEN coalesce(p.team_id, (c.before ->> 'team_id')::bigint) END)
) r (record_table, record_id) WHERE r.record_id IS NOT NULL"""
PERSON_ACTIONS = (
    "person_change", "person_invite", "invitation_accept", "sign_in_disable", "sign_in_enable", "profile_change",
    "merge",
)  # fmt: skip
# a sheet of joiners, movers and leavers says which rows it wrote
BY_SHEETS = """SELECT m.record_table, m.record_id, e.at, e.actor_id, e.action::text, e.id, NULL::bigint
FROM people_auditentry e JOIN people_movesheet s ON s.id = e.subject_id AND s.state = 'applied'
CROSS JOIN LATERAL jsonb_to_recordset(s.changes) AS x ("table" text, id bigint)
JOIN mine m ON m."table" = x."table" AND m.object_id = x.id
WHERE e.id > %(marker)s AND e.subject = 'movesheet' AND e.action = 'moves_apply'"""
# whoever stays needs a seat, the seat its team, the team its place
KEPT_WITH = tuple(
    f"""SELECT c.id FROM undo_kept JOIN crm_importchange g USING (id)
    JOIN {table} o ON g."table" = '{table}' AND o.id = g.object_id
    JOIN crm_importchange c ON c.batch_id = g.batch_id AND c."table" = '{needed}' AND {condition}"""
    for table, needed, condition in (
        ("people_seatholding", "people_seat", "c.object_id = o.seat_id"),
        ("people_seat", "people_team", "c.object_id = o.team_id"),
        (
            "people_team",
            "people_teamplacement",
            "c.object_id IN (SELECT id FROM people_teamplacement WHERE team_id = o.id)",
        ),
        ("people_teamplacement", "people_team", "c.object_id = o.parent_id"),
    )
)


@register
class PersonKind(Kind):
    shape = SHAPE
    label = _("people and teams")
    id_column = ID

    @property
    def table(self) -> str:
        return "people_person"

    @property
    def trail(self) -> Trail:
        signs = (
            audited("person", "people_person", *PERSON_ACTIONS),
            audited("team", "people_team", "team_rename", "team_move"),
            audited("seat", "people_seat", "seat_change", "seat_assign", "seat_vacate", "seat_end"),
            BY_SHEETS,
        )
        return Trail(MEMBERS, signs, KEPT_WITH)

    def compare(self, intake: Intake) -> None:
        """Applied and taken back at once: only that tells exactly what the file would do."""
        if intake.batch is not None and not intake.is_all_or_nothing:
            return
        with transaction.atomic():
            result = self._apply(intake)
            transaction.set_rollback(True)
        self._results_write(intake, result)

    def write(self, intake: Intake) -> int:
        former = dict(intake.rows(TEAMS))
        result = self._apply(intake)
        self._results_write(intake, result)
        self._moved_tell(intake, former)
        ImportChange.objects.bulk_create(
            [
                ImportChange(batch=intake.batch, table=change.table, object_id=change.object_id, before=change.before)
                for change in result.changes
            ]
        )
        facts_resolve("owner")
        return 0

    def _apply(self, intake: Intake) -> StructureResult:
        rows = [StructureRow(*row) for row in intake.rows(ROWS)]
        named = [
            StructureRow(BEYOND_THE_FILE + place, key, name)
            for place, (key, name) in enumerate(intake.rows(MANAGERS) if "manager_name" in intake.fields else [])
        ]
        return structure_apply(
            source=intake.source, rows=[*rows, *named], actor=intake.actor, at=intake.at, on=intake.on
        )

    def _results_write(self, intake: Intake, result: StructureResult) -> None:
        intake.issues.extend(_worded(issue) for issue in result.issues if (issue.row or 0) < BEYOND_THE_FILE)
        told = [
            (number, text, result.reasons.get(number, ""), result.person_ids.get(number))
            for number, text in result.results.items()
            if number < BEYOND_THE_FILE
        ]
        if told:
            intake.table.execute(RESULTS, [list(column) for column in zip(*told, strict=True)])

    def _moved_tell(self, intake: Intake, former: dict[int, str]) -> None:
        """Put the former and the new team beside those who moved."""
        teams = dict(intake.rows(TEAMS))
        moved = [key for key in former.keys() | teams.keys() if former.get(key) != teams.get(key)]
        if moved:
            columns = [moved, [former.get(key) for key in moved], [teams.get(key) for key in moved]]
            intake.table.execute(MOVED, columns)

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        facts_forget("owner", created_ids(batch, "people_person"))
        quotas_forget("team", created_ids(batch, "people_team"))
        changes = [
            StructureChange(change.table, change.object_id, change.before)
            for change in batch.changes.order_by("pk").iterator()
        ]
        structure_undo(changes=changes, in_use_person_ids=[], actor=actor, at=at)
        facts_resolve("owner")


def _worded(issue: Issue) -> Issue:
    """The same finding in the reader's language."""
    return replace(issue, message=value_sentence(issue.code, field=issue.field or "", value=issue.value or ""))
