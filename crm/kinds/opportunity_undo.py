"""Take a batch of deals back: created ones go, changed ones are as before, their history included."""

from crm.intake.resolve import deals_resolve, history_off
from crm.models import ImportBatch, Opportunity

_COLUMNS = {field.column: f"b.{field.column}" for field in Opportunity._meta.local_concrete_fields}
del _COLUMNS["id"]
# what has gone in the meantime (merged, or its import undone) is looked up by text again
_COLUMNS["owner_id"] = "(SELECT id FROM people_person p WHERE p.id = b.owner_id)"
_COLUMNS["account_id"] = "(SELECT id FROM crm_account a WHERE a.id = b.account_id)"
_COLUMNS["product_id"] = "(SELECT id FROM crm_product p WHERE p.id = b.product_id)"

CREATED = """SELECT object_id FROM crm_importchange
    WHERE batch_id = %(batch)s AND "table" = 'crm_opportunity' AND before IS NULL"""
UPDATED = """SELECT object_id FROM crm_importchange
    WHERE batch_id = %(batch)s AND "table" = 'crm_opportunity' AND before IS NOT NULL"""
RESTORE = f"""
UPDATE crm_opportunity o SET {", ".join(f"{name} = {value}" for name, value in _COLUMNS.items())}
FROM crm_importchange c, jsonb_populate_record(NULL::crm_opportunity, c.before) b
WHERE c.batch_id = %(batch)s AND c."table" = 'crm_opportunity' AND c.before IS NOT NULL AND o.id = c.object_id
"""
STATEMENTS = (
    f"DELETE FROM crm_opportunitychange WHERE opportunity_id IN ({CREATED})",
    f"DELETE FROM crm_opportunity WHERE id IN ({CREATED})",
    f"DELETE FROM crm_opportunitychange WHERE batch_id = %(batch)s AND opportunity_id IN ({UPDATED})",
    RESTORE,
    """DELETE FROM crm_stage s WHERE id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = 'crm_stage'
    ) AND NOT EXISTS (SELECT 1 FROM crm_opportunity o WHERE o.stage_id = s.id)""",
    """DELETE FROM crm_pipeline p WHERE id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = 'crm_pipeline'
    ) AND NOT EXISTS (SELECT 1 FROM crm_stage s WHERE s.pipeline_id = p.id)""",
)


def undo(batch: ImportBatch) -> None:
    with history_off() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, {"batch": batch.pk})
    deals_resolve("owner", "account", "product")
