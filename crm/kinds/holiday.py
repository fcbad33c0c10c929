"""Holidays of the organization: a day and its name."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.later import bring_back
from crm.kinds.base import Intake, Kind, register, repeated_ids_refuse
from crm.models import ImportBatch
from crm.selectors.later import Trail, audited_while_there, members_of
from people.models import Holiday, Person

SHAPE = Shape(
    kind="holiday",
    id_from="day",
    telling=frozenset({"holiday"}),
    fields=(
        Field("day", FieldType.DATE, ("date", "holiday date", "on", "datum"), is_required=True, label=_("day")),
        Field(
            "holiday",
            names=("holiday name", "public holiday", "bank holiday", "feiertag", "name", "description"),
            is_required=True,
            longest=100,
            label=_("name"),
        ),
    ),
)


@register
class HolidayKind(Kind):
    shape = SHAPE
    label = _("holidays")
    id_column = "f_day::text"

    @property
    def table(self) -> str:
        return "people_holiday"

    @property
    def trail(self) -> Trail:
        return Trail(members_of(self.table), (audited_while_there("holiday", self.table),))

    def compare(self, intake: Intake) -> None:
        repeated_ids_refuse(intake, "f_day::text")
        intake.execute(
            """UPDATE {t} SET target_id = h.id,
                result = CASE WHEN h.name <> f_holiday THEN 'updated' ELSE 'unchanged' END
            FROM people_holiday h WHERE result IS NULL AND h.day = f_day"""
        )

    def write(self, intake: Intake) -> int:
        intake.execute(
            """INSERT INTO crm_importchange (batch_id, "table", object_id, before)
            SELECT %(batch)s, 'people_holiday', h.id, to_jsonb(h) FROM people_holiday h
            JOIN {t} t ON t.target_id = h.id WHERE t.result = 'updated'"""
        )
        intake.execute(
            "UPDATE people_holiday h SET name = t.f_holiday FROM {t} t WHERE t.result = 'updated' AND h.id = t.target_id"
        )
        intake.execute(
            """WITH added AS (
                INSERT INTO people_holiday (day, name) SELECT t.f_day, t.f_holiday FROM {t} t
                WHERE t.result IS NULL ORDER BY t.number RETURNING id
            ) INSERT INTO crm_importchange (batch_id, "table", object_id)
            SELECT %(batch)s, 'people_holiday', id FROM added"""
        )
        return 0

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        """Created days go, changed names are as before."""
        bring_back(Holiday, batch)
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE people_holiday h SET name = c.before ->> 'name' FROM crm_importchange c
                WHERE c.batch_id = %(batch)s AND c."table" = 'people_holiday' AND c.before IS NOT NULL
                    AND h.id = c.object_id""",
                {"batch": batch.pk},
            )
            cursor.execute(
                """DELETE FROM people_holiday WHERE id IN (SELECT object_id FROM crm_importchange
                WHERE batch_id = %(batch)s AND "table" = 'people_holiday' AND before IS NULL)""",
                {"batch": batch.pk},
            )
