"""Leads: somebody who may become a customer. When one became a customer is worked out by triggers.

A lead is converted by its own file (`stated_converted_on`) or by a won deal that names it (`Opportunity.lead_text`) or
that it names (`opportunity_text`), within the same source; whichever file arrives first. A deal that is won no more, is
deleted, or names another lead takes its conversion back.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.reference import loose, unresolved
from people.wall import WalledFact

# which deal a lead became: a won one before others, the earliest before later ones; planned anew for the rows at hand
CONVERT = """
    EXECUTE $plan_anew$
    WITH touched AS (
        SELECT l.id, l.source, l.external_id, l.opportunity_text, l.stated_converted_on FROM crm_lead l
        WHERE l.id IN ({touched})
    ), named AS (
        SELECT l.id AS lead_id, o.id, o.outcome, o.closed_on FROM touched l
        JOIN crm_opportunity o ON o.lead_text = l.external_id AND o.source = l.source
        WHERE o.lead_text <> '' AND NOT o.is_deleted
        UNION ALL
        SELECT l.id, o.id, o.outcome, o.closed_on FROM touched l
        JOIN crm_opportunity o ON o.external_id = l.opportunity_text AND o.source = l.source
        WHERE l.opportunity_text <> '' AND NOT o.is_deleted
    ), best AS (
        SELECT DISTINCT ON (lead_id) * FROM named ORDER BY lead_id, outcome <> 'won', closed_on NULLS LAST, id
    ), found AS (
        SELECT l.id, b.id AS opportunity_id,
            coalesce(l.stated_converted_on, CASE WHEN b.outcome = 'won' THEN b.closed_on END) AS converted_on,
            l.stated_converted_on IS NOT NULL OR coalesce(b.outcome = 'won', false) AS is_converted
        FROM touched l LEFT JOIN best b ON b.lead_id = l.id
    )
    UPDATE crm_lead l SET opportunity_id = f.opportunity_id, converted_on = f.converted_on,
        is_converted = f.is_converted
    FROM found f WHERE l.id = f.id AND (l.opportunity_id, l.converted_on, l.is_converted)
        IS DISTINCT FROM (f.opportunity_id, f.converted_on, f.is_converted)
    $plan_anew$;
"""

# the leads that changed deals name or named, or that name them
TOUCHED_BY_DEALS = """
    SELECT l.id FROM crm_lead l JOIN ({changed}) c ON l.external_id = c.lead_text AND l.source = c.source
    WHERE c.lead_text <> ''
    UNION
    SELECT l.id FROM crm_lead l JOIN ({changed}) c ON l.opportunity_text = c.external_id AND l.source = c.source
    WHERE l.opportunity_text <> ''
"""
WHOLE = "SELECT source, external_id, lead_text FROM {rows}"
DIFFERENT = """
    SELECT {side}.source, {side}.external_id, {side}.lead_text FROM old_rows o JOIN new_rows n USING (id)
    WHERE (o.source, o.external_id, o.lead_text, o.outcome, o.closed_on, o.is_deleted)
        IS DISTINCT FROM (n.source, n.external_id, n.lead_text, n.outcome, n.closed_on, n.is_deleted)
"""


def deals_convert(operation: pgtrigger.Operation, rows: dict[str, str]) -> pgtrigger.Trigger:
    """A trigger of the deals that keeps the leads right."""
    changed = {
        "INSERT": WHOLE.format(rows="new_rows"),
        "DELETE": WHOLE.format(rows="old_rows"),
        "UPDATE": DIFFERENT.format(side="o") + " UNION " + DIFFERENT.format(side="n"),
    }[str(operation)]
    touched = TOUCHED_BY_DEALS.format(changed=changed)
    return pgtrigger.Trigger(
        name=f"leads_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),  # type: ignore[no-untyped-call]
        func="IF NOT EXISTS (SELECT 1 FROM crm_lead) THEN RETURN NULL; END IF;"
        + CONVERT.format(touched=touched)
        + "RETURN NULL;",
    )


def leads_convert(operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """A trigger of the leads that keeps them right; it ends because what it wrote changes nothing again."""
    return pgtrigger.Trigger(
        name=f"convert_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]
        func="IF NOT EXISTS (SELECT 1 FROM new_rows) THEN RETURN NULL; END IF;"
        + CONVERT.format(touched="SELECT id FROM new_rows")
        + "RETURN NULL;",
    )


class Lead(WalledFact):
    """A lead as its source last told it, and what became of it."""

    source = models.CharField(_("source"), max_length=100)
    external_id = models.CharField(_("id"), max_length=200)
    name = models.CharField(_("name"), max_length=300, blank=True, default="")
    owner = loose("people.Person", "leads", verbose_name=_("owner"))
    owner_text = models.CharField(max_length=300, blank=True, default="")
    account = loose("crm.Account", "leads", verbose_name=_("account"))
    account_text = models.CharField(max_length=300, blank=True, default="")
    lead_source = models.CharField(_("lead source"), max_length=200, blank=True, default="")
    created_on = models.DateField(_("created on"), null=True, blank=True)
    stated_converted_on = models.DateField(null=True, blank=True)  # by the lead's own file
    opportunity_text = models.CharField(max_length=300, blank=True, default="")
    is_converted = models.BooleanField(_("became a customer"), default=False, db_default=False)
    converted_on = models.DateField(_("became a customer on"), null=True, blank=True)
    opportunity = loose("crm.Opportunity", "leads", verbose_name=_("deal"))
    is_deleted = models.BooleanField(default=False)  # gone from the source; out of every figure
    batch = loose("crm.ImportBatch", verbose_name=_("import"))
    row_number = models.PositiveIntegerField(null=True)  # line in the batch's file
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "source", "external_id"], name="lead_source")]
        indexes = [
            models.Index(fields=["organization", "id"], name="lead_order"),  # parts of a list, by cursor
            models.Index(
                fields=["organization", "owner", "created_on"],
                name="lead_owner",
                condition=Q(is_deleted=False),
                include=["is_converted", "converted_on", "lead_source"],
            ),
            models.Index(
                fields=["organization", "created_on"],
                name="lead_created",
                condition=Q(is_deleted=False),
                include=["is_converted", "converted_on", "lead_source", "owner"],
            ),
            models.Index(
                fields=["organization", "converted_on"],
                name="lead_converted",
                condition=Q(is_deleted=False, is_converted=True),
                include=["lead_source", "owner"],
            ),
            models.Index(
                F("organization"),
                F("created_on").desc(nulls_last=True),
                F("id").desc(),
                name="lead_recent",
                include=["owner", "is_deleted"],
            ),
            models.Index(fields=["organization", "account"], name="lead_account"),
            models.Index(fields=["organization", "opportunity"], name="lead_opportunity"),
            models.Index(
                fields=["organization", "opportunity_text"],
                name="lead_names_deal",
                condition=~Q(opportunity_text=""),
            ),
            models.Index(fields=["organization", "batch"], name="lead_batch"),
            unresolved("lead", "owner"),
            unresolved("lead", "account"),
        ]
        triggers = [leads_convert(pgtrigger.Insert), leads_convert(pgtrigger.Update)]

    def __str__(self) -> str:
        return self.name or self.external_id
