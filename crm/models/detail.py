"""What changed about a deal beside its stage, amount, close date and owner; written by triggers, for people to read.

`name` is the column (`deal_type`, `next_step`, …), `field:<id>` for a custom field, `role:<role>` for a person in a role.
Values are texts; an empty text is nothing.
"""

import pgtrigger
from django.db import models

from crm.models.reference import loose
from people.wall import WalledFact

COLUMNS = ("deal_type", "term_months", "loss_reason", "next_step", "next_step_on")

INSERT = """
    IF current_setting('app.history', true) = 'off' OR current_setting('app.erasure', true) = 'on' THEN
        RETURN NULL;
    END IF;
    EXECUTE $plan_anew$ INSERT INTO crm_detailchange
        (organization_id, opportunity_id, recorded_at, batch_id, name, before, after)
    {changes} $plan_anew$;
    RETURN NULL;
"""

DEAL_CHANGES = f"""
    SELECT n.organization_id, n.id, clock_timestamp(), n.batch_id, d.name, coalesce(d.before, ''), coalesce(d.after, '')
    FROM new_rows n JOIN old_rows o USING (id)
    CROSS JOIN LATERAL (VALUES {", ".join(f"('{name}', o.{name}::text, n.{name}::text)" for name in COLUMNS)})
        AS d (name, before, after)
    WHERE ({", ".join(f"n.{name}" for name in COLUMNS)}) IS DISTINCT FROM ({", ".join(f"o.{name}" for name in COLUMNS)})
        AND d.before IS DISTINCT FROM d.after
"""
VALUE_CHANGES = """
    SELECT n.organization_id, n.opportunity_id, clock_timestamp(), n.batch_id, 'field:' || n.field_id, o.text, n.text
    FROM new_rows n JOIN old_rows o USING (id) WHERE n.opportunity_id IS NOT NULL AND n.text <> o.text
"""
# the import that took a value away wrote its deal too
VALUES_GONE = """
    SELECT o.organization_id, o.opportunity_id, clock_timestamp(), d.batch_id, 'field:' || o.field_id, o.text, ''
    FROM old_rows o LEFT JOIN crm_opportunity d ON d.id = o.opportunity_id WHERE o.opportunity_id IS NOT NULL
"""
# a value that comes with its deal is no change; one that a deal known before gets is
VALUES_ADDED = """
    SELECT n.organization_id, n.opportunity_id, clock_timestamp(), n.batch_id, 'field:' || n.field_id, '', n.text
    FROM new_rows n WHERE n.opportunity_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM crm_opportunitychange c WHERE c.opportunity_id = n.opportunity_id AND c.recorded_at < now()
    )
"""
ROLE_CHANGES = """
    SELECT n.organization_id, n.opportunity_id, clock_timestamp(), n.batch_id, 'role:' || n.role, o.person_text,
        CASE WHEN n.is_deleted THEN '' ELSE n.person_text END
    FROM new_rows n JOIN old_rows o USING (id)
    WHERE n.opportunity_id IS NOT NULL AND (n.person_text, n.is_deleted) IS DISTINCT FROM (o.person_text, o.is_deleted)
"""


def detail_trigger(changes: str, operation: pgtrigger.Operation = pgtrigger.Update) -> pgtrigger.Trigger:
    """A trigger that keeps what a statement changed."""
    rows = {"insert": {"new": "new_rows"}, "delete": {"old": "old_rows"}}
    both = {"old": "old_rows", "new": "new_rows"}
    name = str(operation).lower()
    return pgtrigger.Trigger(
        name=f"detail_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows.get(name, both)),  # type: ignore[no-untyped-call]
        func=INSERT.format(changes=changes),
    )


class DetailChange(WalledFact):
    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="detail_changes"
    )
    recorded_at = models.DateTimeField()
    batch = loose("crm.ImportBatch")
    name = models.CharField(max_length=120)
    before = models.CharField(max_length=300, blank=True)
    after = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "opportunity", "recorded_at"], name="detailchange_deal"),
            models.Index(fields=["organization", "batch"], name="detailchange_batch"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update,
                # the name of an erased person is taken out of the texts; nothing else ever changes
                condition=pgtrigger.Condition("(coalesce(current_setting('app.erasure', true), '') <> 'on')"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.before} → {self.after}"
