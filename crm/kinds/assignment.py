"""Accounts and territories given to seats for ranges of days. A line names a seat, or the person who holds one that day.

What a line names and nobody knows yet makes it wait (`crm.models.territory`); it is taken up when that arrives.
"""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.later import bring_back
from crm.intake.references import references_find
from crm.intake.wording import value_sentence
from crm.kinds.base import Intake, Kind, reasons_write, refuse_where, register, repeated_ids_refuse
from crm.models import ImportBatch, NamedAccount, TerritoryAssignment
from crm.selectors.later import Trail, members_of
from kernel.issue import Level
from people.models import Person

WHO = (
    Field(
        "person",
        FieldType.REFERENCE,
        ("sales person", "sales person id", "sales rep", "rep", "rep id", "rep name", "employee", "employee id", "owner",
         "account manager", "person id", "person name", "e-mail", "email", "mitarbeiter"),
        label=_("person"),
    ),
    Field("seat", FieldType.REFERENCE, ("seat id", "position"), label=_("seat")),
    Field(
        "starts_on",
        FieldType.DATE,
        ("start date", "from", "valid from", "effective from", "since", "assigned on"),
        is_required=True,
        label=_("first day"),
    ),
    Field("ends_on", FieldType.DATE, ("end date", "valid to", "effective to", "last day"), label=_("last day")),
    Field("ends_before", FieldType.DATE, ("until", "ends before"), label=_("until (not included)")),
)  # fmt: skip

ENDS = (
    "UPDATE {t} SET f_ends_before = f_ends_on + 1 WHERE f_ends_before IS NULL AND f_ends_on IS NOT NULL",
    "UPDATE {t} SET f_ends_before = DATE '9999-12-31' WHERE f_ends_before IS NULL",
)
# what each usable line means; `what_key` and `seat_key` tell apart also what is not known yet
MEANT = """
CREATE TEMPORARY TABLE intake_meant ON COMMIT DROP AS
SELECT m.*, least(m.said_end, s.ends_before) AS ends_before, coalesce(m.what_id::text, lower(m.what_text)) AS what_key,
       coalesce(m.seat_id::text, lower(m.person_text || '/' || m.seat_text)) AS seat_key
FROM (
    SELECT t.number, t.f_{what} AS what_text, coalesce(t.f_person, '') AS person_text, coalesce(t.f_seat, '') AS seat_text,
           t.f_starts_on AS starts_on, t.f_ends_before AS said_end, {exclusive} AS is_exclusive,
           crm_held_meant('{what}', t.f_{what}, %(source)s) AS what_id,
           crm_seat_meant(coalesce(t.f_person, ''), coalesce(t.f_seat, ''), %(source)s, t.f_starts_on) AS seat_id
    FROM {{t}} t WHERE t.result IS NULL
) m LEFT JOIN people_seat s ON s.id = m.seat_id
"""
FIND = """
UPDATE {{t}} SET target_id = f.id, result = f.result FROM (
    SELECT m.number, o.id, CASE WHEN o.ends_before <> m.ends_before{differs} THEN 'updated' ELSE 'unchanged' END AS result
    FROM intake_meant m JOIN {table} o ON o.{what}_id = m.what_id AND o.seat_id = m.seat_id AND o.starts_on = m.starts_on
) f WHERE {{t}}.number = f.number
"""
SAME_WAITS = """w.what = '{what}' AND w.source = %(source)s AND w.what_text = m.what_text
    AND (w.person_text, w.seat_text, w.starts_on) = (m.person_text, m.seat_text, m.starts_on)"""
FIND_WAITING = """
UPDATE {{t}} SET result = f.result FROM (
    SELECT m.number, CASE WHEN (w.ends_before, w.is_exclusive) = (m.said_end, m.is_exclusive) THEN 'unchanged'
        ELSE 'updated' END AS result
    FROM intake_meant m JOIN crm_waitingassignment w ON {same}
) f WHERE {{t}}.number = f.number AND {{t}}.result IS NULL
"""
OVERLAPS_KNOWN = """
SELECT m.number, m.what_text, min(o.starts_on), min(o.ends_before) FROM intake_meant m JOIN {{t}} t ON t.number = m.number
JOIN {table} o ON o.{what}_id = m.what_id AND o.starts_on < m.ends_before AND m.starts_on < o.ends_before{clash}
    AND o.id IS DISTINCT FROM t.target_id AND NOT EXISTS (SELECT 1 FROM {{t}} x WHERE x.target_id = o.id)
WHERE coalesce(t.result, 'updated') = 'updated' GROUP BY 1, 2
"""
OVERLAPS_IN_FILE = """
SELECT m.number, m.what_text, min(o.starts_on), min(coalesce(o.ends_before, o.said_end)) FROM intake_meant m
JOIN intake_meant o ON o.what_key = m.what_key AND o.number < m.number
    AND o.starts_on < coalesce(m.ends_before, m.said_end) AND m.starts_on < coalesce(o.ends_before, o.said_end){clash}
JOIN {{t}} t ON t.number = m.number JOIN {{t}} x ON x.number = o.number
WHERE coalesce(t.result, 'updated') = 'updated' AND x.result IS DISTINCT FROM 'refused' GROUP BY 1, 2
"""

WRITE = (
    """INSERT INTO crm_importchange (batch_id, "table", object_id, before)
    SELECT %(batch)s, '{table}', o.id, to_jsonb(o) FROM {table} o JOIN {{t}} t ON t.target_id = o.id
    WHERE t.result = 'updated'""",
    """UPDATE {table} o SET ends_before = m.ends_before{sets} FROM {{t}} t JOIN intake_meant m ON m.number = t.number
    WHERE t.result = 'updated' AND o.id = t.target_id""",
    """INSERT INTO crm_importchange (batch_id, "table", object_id, before)
    SELECT %(batch)s, 'crm_waitingassignment', w.id, to_jsonb(w) FROM crm_waitingassignment w
    JOIN intake_meant m ON {same} JOIN {{t}} t ON t.number = m.number
    WHERE t.result = 'updated' AND t.target_id IS NULL""",
    """UPDATE crm_waitingassignment w SET ends_before = m.said_end, is_exclusive = m.is_exclusive
    FROM intake_meant m JOIN {{t}} t ON t.number = m.number
    WHERE t.result = 'updated' AND t.target_id IS NULL AND {same}""",
    """WITH added AS (
        INSERT INTO crm_waitingassignment (what, what_text, person_text, seat_text, starts_on, ends_before, is_exclusive,
            source, batch_id)
        SELECT '{what}', m.what_text, m.person_text, m.seat_text, m.starts_on, m.said_end, m.is_exclusive, %(source)s,
            %(batch)s
        FROM intake_meant m JOIN {{t}} t ON t.number = m.number WHERE t.result IS NULL ORDER BY m.number RETURNING id
    ) INSERT INTO crm_importchange (batch_id, "table", object_id) SELECT %(batch)s, 'crm_waitingassignment', id FROM added""",
    "SELECT crm_assignments_resolve()",
)
OF_BATCH = """c.batch_id = %(batch)s AND c."table" = '{table}' AND o.id = c.object_id"""
UNDO = (
    "DELETE FROM {table} o USING crm_importchange c WHERE " + OF_BATCH + " AND c.before IS NULL",
    """UPDATE {table} o SET ends_before = (c.before ->> 'ends_before')::date{restores}
    FROM crm_importchange c WHERE """ + OF_BATCH + " AND c.before IS NOT NULL",
)  # fmt: skip
# the log names the account or the territory; only what is still there, or was there before, can be kept or come back
GIVEN = """SELECT m.record_table, m.record_id, e.at, e.actor_id, e.action::text, e.id, NULL::bigint
FROM mine m JOIN c ON c.id = m.id LEFT JOIN {table} o ON o.id = m.object_id
JOIN people_auditentry e ON e.subject = '{what}' AND e.subject_id = coalesce(o.{what}_id, (c.before ->> '{what}_id')::bigint)
WHERE e.id > %(marker)s AND e.action IN ('territory_assign', 'account_release') AND (o.id IS NOT NULL OR NOT m.is_new)"""
EXCLUSIVE = ", is_exclusive = (c.before ->> 'is_exclusive')::boolean"


class AssignmentKind(Kind):
    """`what` a seat is given. `clash`: which of two that overlap cannot both hold, as SQL over `m` and `o`."""

    what: str
    clash = ""
    exclusive = "true"
    differs = ""
    sets = ""

    @property
    def words(self) -> dict[str, str]:
        """What the statements differ by."""
        same = SAME_WAITS.format(what=self.what)
        return {"what": self.what, "table": self.table, "differs": self.differs, "sets": self.sets, "same": same}

    @property
    def trail(self) -> Trail:
        return Trail(members_of(self.table), (GIVEN.format(**self.words),))

    @property
    def key(self) -> str:
        return f"concat_ws(' ', f_{self.what}, f_person, f_seat, f_starts_on)"

    def compare(self, intake: Intake) -> None:
        refuse_where(intake, "no_holder", "f_person IS NULL AND f_seat IS NULL", field="person")
        refuse_where(intake, "two_seats", "f_person IS NOT NULL AND f_seat IS NOT NULL", field="seat")
        for statement in ENDS:
            intake.execute(statement)
        refuse_where(intake, "end_before_start", "f_ends_before <= f_starts_on", field="ends_before")
        repeated_ids_refuse(intake, self.key)
        references = {self.what: self.what, "person": "owner", "seat": "seat"}
        references_find(intake.table, references, source=intake.source, issues=intake.issues)
        intake.execute("DROP TABLE IF EXISTS intake_meant")
        intake.execute(MEANT.format(what=self.what, exclusive=self.exclusive))
        intake.execute(FIND.format(**self.words))
        intake.execute(FIND_WAITING.format(**self.words))
        self._overlaps_refuse(intake)
        self._seatless_tell(intake)

    def write(self, intake: Intake) -> int:
        for statement in WRITE:
            intake.execute(statement.format(**self.words))
        return 0

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        """What was given goes, also what was taken up later; what was changed ends as before."""
        bring_back(NamedAccount if self.what == "account" else TerritoryAssignment, batch)
        with connection.cursor() as cursor:
            for table, restores in ((self.table, EXCLUSIVE if self.sets else ""), ("crm_waitingassignment", EXCLUSIVE)):
                for statement in UNDO:
                    cursor.execute(statement.format(table=table, restores=restores), {"batch": batch.pk})

    def _overlaps_refuse(self, intake: Intake) -> None:
        known = OVERLAPS_KNOWN.format(clash=self.clash.format(seat="seat_id"), **self.words)
        for statement in (known, OVERLAPS_IN_FILE.format(clash=self.clash.format(seat="seat_key"))):
            reasons = []
            for number, name, starts_on, ends_before in intake.rows(statement):
                days = f"{starts_on} – {ends_before}"
                sentence = value_sentence("assignment_overlaps", value=name, other=days)
                reasons.append((number, sentence))
                intake.issues.add(
                    Level.ERROR, "assignment_overlaps", sentence, row=number, field="starts_on", value=name
                )
            reasons_write(intake, reasons)

    def _seatless_tell(self, intake: Intake) -> None:
        """People who are known and hold no seat on the first day."""
        for name, count, row in intake.rows(
            """SELECT m.person_text, count(*), min(m.number) FROM intake_meant m JOIN {t} t ON t.number = m.number
            JOIN {r} r ON r.field = 'person' AND r.value = m.person_text AND r.id IS NOT NULL
            WHERE m.seat_id IS NULL AND t.result IS DISTINCT FROM 'refused' GROUP BY 1 ORDER BY 3"""
        ):
            intake.warn("no_seat_then", count, row, field="person", value=name)


@register
class NamedAccountKind(AssignmentKind):
    shape = Shape(
        kind="named_account",
        id_from="account",
        telling=frozenset({"is_exclusive", "starts_on"}),
        fields=(
            Field(
                "account",
                FieldType.REFERENCE,
                ("account name", "account id", "customer", "company", "kunde"),
                is_required=True,
                label=_("account"),
            ),
            *WHO,
            Field("is_exclusive", FieldType.FLAG, ("exclusive",), label=_("exclusive")),
        ),
    )
    label = _("named accounts of seats")
    what = "account"
    id_column = "concat_ws(' ', f_account, f_person, f_seat, f_starts_on)"
    clash = " AND (o.{seat} = m.{seat} OR o.is_exclusive OR m.is_exclusive)"
    exclusive = "coalesce(t.f_is_exclusive, 'yes') = 'yes'"
    differs = " OR o.is_exclusive <> m.is_exclusive"
    sets = ", is_exclusive = m.is_exclusive"

    @property
    def table(self) -> str:
        return "crm_namedaccount"


@register
class TerritoryAssignmentKind(AssignmentKind):
    shape = Shape(
        kind="territory_assignment",
        id_from="territory",
        telling=frozenset({"territory", "starts_on"}),
        fields=(
            Field(
                "territory",
                FieldType.REFERENCE,
                ("territory name", "territory id", "gebiet"),
                is_required=True,
                label=_("territory"),
            ),
            *WHO,
        ),
    )
    label = _("territories of seats")
    what = "territory"
    id_column = "concat_ws(' ', f_territory, f_person, f_seat, f_starts_on)"

    @property
    def table(self) -> str:
        return "crm_territoryassignment"
