"""What accounts and products have in common: a name, keys of sources, and deals that wait for them by text."""

from datetime import datetime

from django.db import connection

from crm.engine.near import TYPO_LIMIT, near_groups
from crm.intake.resolve import created_ids, facts_forget, facts_resolve
from crm.intake.worth import worth_of_values
from crm.kinds.base import Intake, Kind, empty_ids_refuse, repeated_ids_refuse
from crm.kinds.custom import customs_compare, customs_find, customs_members, customs_of, customs_undo, customs_write
from crm.models import CustomField, ImportBatch
from crm.selectors.later import Trail, audited
from people.models import Person

ID = "coalesce(f_id, f_name)"

FIND = """
UPDATE {{t}} SET target_id = f.id, result = f.result FROM (
    SELECT t.number, o.id, CASE WHEN k.is_alias THEN 'unchanged'
        WHEN k.id IS NULL OR ({ours}) IS DISTINCT FROM ({theirs}) THEN 'updated' ELSE 'unchanged' END AS result
    FROM {{t}} t
    LEFT JOIN crm_{name}key k ON k.source = %(source)s AND k.external_id = coalesce(t.f_id, t.f_name)
    LEFT JOIN (
        SELECT name, min(id) AS id FROM crm_{name} GROUP BY 1 HAVING count(*) = 1
    ) same ON k.id IS NULL AND same.name = coalesce(t.f_name, t.f_id)
        AND NOT EXISTS (SELECT 1 FROM crm_{name}key x WHERE x.{name}_id = same.id AND x.source = %(source)s
            AND NOT x.is_alias)
    JOIN crm_{name} o ON o.id = coalesce(k.{name}_id, same.id)
    WHERE t.result IS NULL
) f WHERE {{t}}.number = f.number
"""

REMEMBER = """
INSERT INTO crm_importchange (batch_id, "table", object_id, before)
SELECT %(batch)s, 'crm_{name}', o.id, to_jsonb(o) FROM crm_{name} o
JOIN {{t}} t ON t.target_id = o.id WHERE t.result = 'updated'
"""

UPDATE = """
UPDATE crm_{name} o SET {sets} FROM {{t}} t WHERE t.result = 'updated' AND o.id = t.target_id
"""

# a new row finds its key by its place: both are numbered in the order of the lines
INSERT = """
WITH line AS (
    SELECT t.*, nextval(pg_get_serial_sequence('crm_{name}', 'id')) AS new_id FROM {{t}} t WHERE t.result IS NULL
), added AS (
    INSERT INTO crm_{name} (id, {columns}) SELECT t.new_id, {values} FROM line t ORDER BY t.number RETURNING id
), numbered AS (
    UPDATE {{t}} SET target_id = line.new_id FROM line WHERE {{t}}.number = line.number
)
INSERT INTO crm_importchange (batch_id, "table", object_id) SELECT %(batch)s, 'crm_{name}', id FROM added
"""

KEYS = """
WITH added AS (
    INSERT INTO crm_{name}key (source, external_id, {name}_id, is_alias)
    SELECT %(source)s, coalesce(t.f_id, t.f_name), t.target_id, false FROM {{t}} t
    WHERE t.target_id IS NOT NULL AND t.result IS DISTINCT FROM 'refused'
    ON CONFLICT DO NOTHING RETURNING id
) INSERT INTO crm_importchange (batch_id, "table", object_id) SELECT %(batch)s, 'crm_{name}key', id FROM added
"""

UNDO = (
    """UPDATE crm_{name} o SET {restore} FROM crm_importchange c, jsonb_populate_record(NULL::crm_{name}, c.before) b
        WHERE c.batch_id = %(batch)s AND c."table" = 'crm_{name}' AND c.before IS NOT NULL AND o.id = c.object_id""",
    """DELETE FROM crm_{name}key WHERE id IN (SELECT object_id FROM crm_importchange
        WHERE batch_id = %(batch)s AND "table" = 'crm_{name}key')""",
    """DELETE FROM crm_{name}key WHERE {name}_id IN (SELECT object_id FROM crm_importchange
        WHERE batch_id = %(batch)s AND "table" = 'crm_{name}' AND before IS NULL)""",
    """DELETE FROM crm_{name} WHERE id IN (SELECT object_id FROM crm_importchange
        WHERE batch_id = %(batch)s AND "table" = 'crm_{name}' AND before IS NULL)""",
)

MEMBERS = """SELECT c.id, c."table", c.object_id, c.before IS NULL AS is_new, 'crm_{name}'::text AS record_table,
    CASE c."table" WHEN 'crm_{name}' THEN c.object_id ELSE k.{name}_id END AS record_id
FROM c LEFT JOIN crm_{name}key k ON c."table" = 'crm_{name}key' AND k.id = c.object_id
WHERE c."table" IN ('crm_{name}', 'crm_{name}key')"""
# what hangs on a row that the batch made: seats that look after it, names that were merged into it
HANGS_ON = "(r.is_new OR e.action NOT IN ('merge', 'account_assign', 'account_release'))"
# a name of the batch that means another one now
MERGED = """SELECT m.record_table, m.record_id, e.at, e.actor_id, e.action::text, e.id, NULL::bigint
FROM mine m JOIN crm_{name}key k ON m."table" = 'crm_{name}key' AND k.id = m.object_id AND k.is_alias
CROSS JOIN LATERAL (
    SELECT * FROM people_auditentry a WHERE a.id > %(marker)s AND a.subject = '{name}'
        AND a.action IN ('merge', 'references_assign') ORDER BY a.id DESC LIMIT 1
) e"""


# rows of another name for it change nothing
NO_ALIAS = """AND NOT EXISTS (SELECT 1 FROM crm_{name}key k
    WHERE k.source = %(source)s AND k.external_id = coalesce(t.f_id, t.f_name) AND k.is_alias)"""


class NamedKind(Kind):
    """`columns`: column of the table ← SQL over the row `t`, by the field that feeds it; the name is always fed."""

    id_column = ID
    columns: dict[str, dict[str, str]]
    goes_first: tuple[str, ...] = ()  # what hangs on rows that are taken back, as statements

    @property
    def name(self) -> str:
        return self.shape.kind

    @property
    def has_customs(self) -> bool:
        return self.name in CustomField.Entity.values

    @property
    def trail(self) -> Trail:
        members = MEMBERS.format(name=self.name)
        if self.has_customs:
            key = f"WHEN 'crm_{self.name}key' THEN k.{self.name}_id"
            joins = f"LEFT JOIN crm_{self.name}key k ON c.\"table\" = 'crm_{self.name}key' AND k.id = c.object_id"
            members = customs_members(self.name, self.table, further=key, joins=joins)
        said = audited(self.name, self.table, condition=HANGS_ON)
        return Trail(members, (said, MERGED.format(name=self.name)))

    def compare(self, intake: Intake) -> None:
        empty_ids_refuse(intake, ID)
        repeated_ids_refuse(intake, ID)
        columns = self._fed(intake)
        ours = ", ".join(f"o.{column}" for column in columns)
        intake.execute(FIND.format(name=self.name, ours=ours, theirs=", ".join(columns.values())))
        if self.has_customs:
            customs_compare(intake, customs_find(intake, self.name), NO_ALIAS.format(name=self.name))
        self._near_tell(intake)

    def write(self, intake: Intake) -> int:
        fed, every = self._fed(intake), self._fed(intake, is_insert=True)
        sets = ", ".join(f"{column} = {value}" for column, value in fed.items())
        intake.execute(REMEMBER.format(name=self.name))
        intake.execute(UPDATE.format(name=self.name, sets=sets))
        intake.execute(INSERT.format(name=self.name, columns=", ".join(every), values=", ".join(every.values())))
        intake.execute(KEYS.format(name=self.name))
        if self.has_customs:
            customs_write(intake, customs_of(intake, self.name))
            if intake.batch is not None:
                worth_of_values(intake.batch.pk)
        facts_resolve(self.name)
        return 0

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        facts_forget(self.name, created_ids(batch, f"crm_{self.name}"))
        if self.has_customs:
            customs_undo(batch)
        restore = ", ".join(f"{column} = b.{column}" for column in self._every())
        with connection.cursor() as cursor:
            for statement in (*self.goes_first, *UNDO):
                cursor.execute(statement.format(name=self.name, restore=restore), {"batch": batch.pk})

    def _every(self) -> dict[str, str]:
        return {column: value for feeds in self.columns.values() for column, value in feeds.items()}

    def _fed(self, intake: Intake, *, is_insert: bool = False) -> dict[str, str]:
        """A name is only overwritten by a file that has one."""
        if is_insert:
            return self._every()
        feeds = [self.columns[name] for name in self.columns if name in intake.fields]
        fed = {column: value for feed in feeds for column, value in feed.items()}
        return fed or {"id": "o.id"}

    def _near_tell(self, intake: Intake) -> None:
        """New names that look like others, known or new."""
        new = dict(
            intake.rows(
                "SELECT coalesce(f_name, f_id), min(number) FROM {t} WHERE result IS NULL GROUP BY 1"
                f" LIMIT {TYPO_LIMIT + 1}"
            )
        )
        if not new or len(new) > TYPO_LIMIT:
            return
        names = {name for (name,) in intake.rows(f"SELECT name FROM crm_{self.name} LIMIT {TYPO_LIMIT}")}
        for group in near_groups(names | new.keys()):
            for name in group:
                if name in new and name != group[0]:
                    intake.warn("near_duplicate", 1, new[name], field="name", value=name, other=group[0])
                elif name in new:
                    intake.warn("near_duplicate", 1, new[name], field="name", value=name, other=group[1])
