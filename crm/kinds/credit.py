"""Credits of deals. The lines of a deal say all of its credits: they replace what was there."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.references import references_find
from crm.intake.wording import value_sentence
from crm.kinds.base import Intake, Kind, reasons_write, register, repeated_ids_refuse
from crm.models import ImportBatch
from crm.selectors.later import Trail, audited
from kernel.issue import Level
from people.formats import percent
from people.models import Person

SHAPE = Shape(
    kind="credit",
    id_from="opportunity",
    telling=frozenset({"share", "opportunity"}),
    fields=(
        Field(
            "opportunity",
            FieldType.REFERENCE,
            ("opportunity id", "deal id", "deal", "opp id", "order number"),
            is_required=True,
            longest=200,
            label=_("deal"),
        ),
        Field(
            "person",
            FieldType.REFERENCE,
            ("sales person", "sales person id", "rep", "rep name", "credited to", "credit to", "employee", "owner", "name"),
            label=_("person"),
        ),
        Field(
            "share",
            FieldType.SHARE,
            ("split", "split percent", "percentage", "percent", "credit", "credit percent", "share percent", "anteil"),
            is_required=True,
            label=_("share"),
        ),
        Field("role", FieldType.TEXT, ("credit type", "credit role", "type", "split type"), longest=20, label=_("role")),
    ),
)  # fmt: skip

ROLE = "lower(coalesce(t.f_role, 'split'))"
KEY = "concat_ws(' ', f_opportunity, lower(coalesce(f_role, 'split')), f_person)"
JOINS = """
    LEFT JOIN {r} rp ON rp.field = 'person' AND rp.value = t.f_person
    LEFT JOIN {r} ro ON ro.field = 'opportunity' AND ro.value = t.f_opportunity
"""

WRONG_TOTALS = """
SELECT f_opportunity, sum(f_share), min(number) FROM {t} t WHERE result IS NULL AND lower(coalesce(f_role, 'split')) <> 'overlay'
GROUP BY 1 HAVING sum(f_share) <> 1 ORDER BY 3
"""

# the credits there are of the deals of the file: of known ones, and of names that wait
KNOWN = """
SELECT c.* FROM crm_credit c WHERE c.origin = 'given' AND (c.opportunity_id IN (
        SELECT ro.id FROM {t} t JOIN {r} ro ON ro.field = 'opportunity' AND ro.value = t.f_opportunity
        WHERE ro.id IS NOT NULL AND coalesce(t.result, 'updated') = 'updated'
    ) OR (c.opportunity_id IS NULL AND c.source = %(source)s AND c.opportunity_text IN (
        SELECT t.f_opportunity FROM {t} t WHERE coalesce(t.result, 'updated') = 'updated'
    )))
"""

SETTLE = f"""
WITH known AS ({KNOWN}), ours AS (
    SELECT t.f_opportunity AS deal, ro.id, array_agg((coalesce(rp.id, 0), CASE WHEN rp.id IS NULL THEN coalesce(t.f_person, '')
               ELSE '' END, {ROLE}, t.f_share) ORDER BY rp.id, t.f_person, {ROLE}, t.f_share)::text AS said
    FROM {{t}} t {JOINS} WHERE t.result IS NULL GROUP BY 1, 2
), theirs AS (
    SELECT k.opportunity_id, CASE WHEN k.opportunity_id IS NULL THEN k.opportunity_text ELSE '' END AS deal,
           array_agg((coalesce(k.person_id, 0), CASE WHEN k.person_id IS NULL THEN k.person_text ELSE '' END, k.role::text,
               k.share) ORDER BY k.person_id, k.person_text, k.role::text, k.share)::text AS said
    FROM known k GROUP BY 1, 2
)
UPDATE {{t}} SET result = CASE WHEN ours.said = theirs.said THEN 'unchanged' ELSE 'updated' END
FROM ours JOIN theirs ON theirs.opportunity_id = ours.id OR (ours.id IS NULL AND theirs.deal = ours.deal)
WHERE {{t}}.result IS NULL AND {{t}}.f_opportunity = ours.deal
"""

REPLACE = (
    f"""INSERT INTO crm_importchange (batch_id, "table", object_id, before)
    SELECT %(batch)s, 'crm_credit', k.id, to_jsonb(k) FROM ({KNOWN}) k""",
    """DELETE FROM crm_credit WHERE id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = 'crm_credit')""",
    f"""WITH added AS (
        INSERT INTO crm_credit (opportunity_id, opportunity_text, person_id, person_text, kind, role, share, source, batch_id)
        SELECT ro.id, t.f_opportunity, rp.id, coalesce(t.f_person, ''), 'bookings', {ROLE}, t.f_share, %(source)s, %(batch)s
        FROM {{t}} t {JOINS} WHERE coalesce(t.result, 'updated') = 'updated' ORDER BY t.number RETURNING id
    ) INSERT INTO crm_importchange (batch_id, "table", object_id) SELECT %(batch)s, 'crm_credit', id FROM added""",
    # whose shares these are, also when nobody had any before and they are given anew by hand
    """INSERT INTO crm_importchange (batch_id, "table", object_id)
    SELECT DISTINCT %(batch)s::bigint, 'credit_of_deal', ro.id FROM {t} t
    JOIN {r} ro ON ro.field = 'opportunity' AND ro.value = t.f_opportunity
    WHERE coalesce(t.result, 'updated') = 'updated' AND ro.id IS NOT NULL""",
)

MEMBERS = """SELECT c.id, c."table", c.object_id, false AS is_new, 'crm_opportunity'::text AS record_table,
    CASE c."table" WHEN 'credit_of_deal' THEN c.object_id
        ELSE coalesce((c.before ->> 'opportunity_id')::bigint, k.opportunity_id) END AS record_id
FROM c LEFT JOIN crm_credit k ON c."table" = 'crm_credit' AND k.id = c.object_id"""
UNDO = (
    """DELETE FROM crm_credit WHERE origin = 'given'
        AND opportunity_id IN (SELECT record_id FROM undo_record WHERE fate = 'taken')""",
    """DELETE FROM crm_credit WHERE id IN (SELECT object_id FROM crm_importchange
        WHERE batch_id = %(batch)s AND "table" = 'crm_credit' AND before IS NULL)""",
    """INSERT INTO crm_credit SELECT b.* FROM crm_importchange c, jsonb_populate_record(NULL::crm_credit,
            '{"origin": "given"}'::jsonb || c.before || jsonb_build_object('recorded_at', now())) b
        WHERE c.batch_id = %(batch)s AND c."table" = 'crm_credit' AND c.before IS NOT NULL""",
)


@register
class CreditKind(Kind):
    shape = SHAPE
    label = _("credits (shares of deals)")
    id_column = KEY

    @property
    def trail(self) -> Trail:
        return Trail(MEMBERS, (audited("opportunity", "crm_opportunity", "credits_save"),))

    def compare(self, intake: Intake) -> None:
        _refuse_where(intake, "unknown_role", "lower(f_role) NOT IN ('owner', 'split', 'overlay')", field="role")
        _refuse_where(intake, "no_share", "f_share <= 0", field="share")
        repeated_ids_refuse(intake, KEY)
        _totals_refuse(intake)
        references = {"opportunity": "opportunity", "person": "owner"}
        references_find(intake.table, references, source=intake.source, issues=intake.issues)
        intake.execute(SETTLE)

    def write(self, intake: Intake) -> int:
        for statement in REPLACE:
            intake.execute(statement)
        return 0

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        with connection.cursor() as cursor:
            for statement in UNDO:
                cursor.execute(statement, {"batch": batch.pk})


def _refuse_where(intake: Intake, code: str, condition: str, *, field: str) -> None:
    numbers = [n for (n,) in intake.rows(f"SELECT number FROM {{t}} WHERE result IS NULL AND {condition} ORDER BY 1")]
    if numbers:
        sentence = value_sentence(code)
        reasons_write(intake, [(number, sentence) for number in numbers])
        intake.issues.add(Level.ERROR, code, sentence, row=numbers[0], field=field, count=len(numbers))


def _totals_refuse(intake: Intake) -> None:
    """All lines of a deal whose shares do not make the whole; refused lines are missing from it."""
    for deal, total, row in intake.rows(WRONG_TOTALS):
        sentence = value_sentence("split_total", value=deal, other=percent(total, 4))
        lines = intake.table.rows("SELECT number FROM {t} WHERE result IS NULL AND f_opportunity = %s", [deal])
        reasons_write(intake, [(number, sentence) for (number,) in lines])
        intake.issues.add(Level.ERROR, "split_total", sentence, row=row, field="share", value=deal, count=len(lines))
