"""Opportunities ("deals" in the interface) and the history of what mattered about them.

The texts (`owner_text`, …) stay as the source wrote them; the references are what they mean, as far as known.

These are the big tables: references carry no constraint and are checked by the wall's statement-level triggers.
"""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.detail import DEAL_CHANGES, detail_trigger
from crm.models.lead import deals_convert
from crm.models.pipeline import Outcome
from crm.models.reference import loose, unresolved
from people.wall import WalledFact

NO_DUE_DAY = date(9999, 12, 31)  # the bucket of open deals without an expected close date

HISTORY_COLUMNS = "stage_id, outcome, amount, currency, closed_on, owner_id"

HISTORY_INSERT = f"""
    IF current_setting('app.history', true) = 'off' THEN RETURN NULL; END IF;
    INSERT INTO crm_opportunitychange
        (organization_id, opportunity_id, happened_on, recorded_at, batch_id, {HISTORY_COLUMNS})
    SELECT n.organization_id, n.id,
           CASE WHEN n.outcome = 'open' THEN coalesce(n.engaged_on, n.created_on, current_date)
                ELSE coalesce(n.closed_on, n.engaged_on, n.created_on, current_date) END,
           clock_timestamp(), n.batch_id,
           n.stage_id, n.outcome, n.amount, n.currency, n.closed_on, n.owner_id
    FROM new_rows n;
    RETURN NULL;
"""

HISTORY_UPDATE = """
    IF current_setting('app.history', true) = 'off' THEN RETURN NULL; END IF;
    EXECUTE $plan_anew$ INSERT INTO crm_opportunitychange
        (organization_id, opportunity_id, happened_on, recorded_at, batch_id,
         stage_id, outcome, amount, currency, closed_on, owner_id)
    SELECT n.organization_id, n.id,
           CASE WHEN n.outcome <> 'open' AND o.outcome = 'open' THEN coalesce(n.closed_on, current_date)
                ELSE current_date END,
           clock_timestamp(), n.batch_id,
           n.stage_id, n.outcome, n.amount, n.currency, n.closed_on, n.owner_id
    FROM new_rows n JOIN old_rows o USING (id)
    WHERE (n.stage_id, n.outcome, n.amount, n.currency, n.closed_on, n.owner_id)
        IS DISTINCT FROM (o.stage_id, o.outcome, o.amount, o.currency, o.closed_on, o.owner_id) $plan_anew$;
    RETURN NULL;
"""


HISTORY_CHANGED = """(
    (NEW.opportunity_id, NEW.happened_on, NEW.recorded_at, NEW.batch_id, NEW.stage_id, NEW.outcome, NEW.amount,
     NEW.currency, NEW.closed_on)
    IS DISTINCT FROM
    (OLD.opportunity_id, OLD.happened_on, OLD.recorded_at, OLD.batch_id, OLD.stage_id, OLD.outcome, OLD.amount,
     OLD.currency, OLD.closed_on)
)"""


class DealType(models.TextChoices):
    NEW = "new", _("new business")
    EXPANSION = "expansion", _("expansion")
    RENEWAL = "renewal", _("renewal")


class Opportunity(WalledFact):
    """A deal as its source last told it. `closed_on` is the expected day while the deal is open."""

    source = models.CharField(_("source"), max_length=100)
    external_id = models.CharField(_("id"), max_length=200)
    name = models.CharField(_("name"), max_length=300, blank=True, default="")
    owner = loose("people.Person", "opportunities", verbose_name=_("owner"))
    owner_text = models.CharField(max_length=300, blank=True, default="")
    account = loose("crm.Account", "opportunities", verbose_name=_("account"))
    account_text = models.CharField(max_length=300, blank=True, default="")
    product = loose("crm.Product", "opportunities", verbose_name=_("product"))
    product_text = models.CharField(max_length=300, blank=True, default="")
    stage = models.ForeignKey(
        "crm.Stage", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="opportunities"
    )
    outcome = models.CharField(_("outcome"), max_length=4, choices=Outcome)  # the stage's, repeated for the indexes
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    converted_amount = models.DecimalField(max_digits=26, decimal_places=6, null=True)  # organization's currency
    plan_amount = models.DecimalField(
        max_digits=26, decimal_places=6, null=True
    )  # at the plan rate, where there is one
    probability = models.DecimalField(max_digits=5, decimal_places=4, null=True)  # the deal's own, before the stage's
    created_on = models.DateField(_("created on"), null=True, blank=True)
    engaged_on = models.DateField(_("engaged on"), null=True, blank=True)
    closed_on = models.DateField(_("closes on"), null=True, blank=True)
    lead_text = models.CharField(max_length=300, blank=True, default="")
    lead_source = models.CharField(_("lead source"), max_length=200, blank=True, default="")
    deal_type = models.CharField(_("type"), max_length=9, choices=DealType, blank=True, default="", db_default="")
    term_months = models.PositiveSmallIntegerField(_("term in months"), null=True, blank=True)
    loss_reason = models.CharField(_("loss reason"), max_length=200, blank=True, default="", db_default="")
    next_step = models.CharField(_("next step"), max_length=300, blank=True, default="", db_default="")
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    has_credits = models.BooleanField(db_default=False, default=False, editable=False)  # kept by triggers of credits
    is_split = models.BooleanField(db_default=False, default=False, editable=False)
    is_deleted = models.BooleanField(default=False)  # gone from the source; out of every figure, kept for history
    batch = loose("crm.ImportBatch", verbose_name=_("import"))
    row_number = models.PositiveIntegerField(null=True)  # line in the batch's file
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="opportunity_source")
        ]
        indexes = [
            models.Index(fields=["organization", "id"], name="opportunity_order"),  # parts of a list, by cursor
            models.Index(
                fields=["organization", "owner", "closed_on"],
                name="opportunity_decided",
                condition=Q(outcome__in=["won", "lost"], is_deleted=False),
                include=["outcome", "converted_amount", "engaged_on", "created_on", "product"],
            ),
            models.Index(
                fields=["organization", "owner", "closed_on"],
                name="opportunity_open",
                condition=Q(outcome="open", is_deleted=False),
                include=["stage", "converted_amount", "probability"],
            ),
            models.Index(
                fields=["organization", "closed_on"],
                name="opportunity_credits_closed",
                condition=Q(has_credits=True),
                include=["id"],
            ),
            models.Index(
                fields=["organization", "created_on"],
                name="opportunity_credits_created",
                condition=Q(has_credits=True),
                include=["id"],
            ),
            models.Index(
                fields=["organization", "owner", "created_on"],
                name="opportunity_created",
                condition=Q(is_deleted=False),
                include=["converted_amount"],
            ),
            models.Index(
                fields=["organization", "closed_on"],
                name="opportunity_won_day",
                condition=Q(outcome="won", is_deleted=False),
                include=["converted_amount", "engaged_on", "created_on", "owner", "product"],
            ),
            models.Index(
                F("organization"),
                F("closed_on").desc(nulls_last=True),
                F("id").desc(),
                name="opportunity_recent",
                include=["converted_amount", "outcome", "owner", "is_deleted"],
            ),
            models.Index(
                F("organization"),
                F("converted_amount").desc(nulls_last=True),
                F("id").desc(),
                name="opportunity_amount",
            ),
            models.Index(fields=["organization", "product", "closed_on"], name="opportunity_product"),
            models.Index(fields=["organization", "account"], name="opportunity_account"),
            models.Index(fields=["organization", "stage"], name="opportunity_stage"),
            models.Index(fields=["organization", "batch"], name="opportunity_batch"),
            models.Index(fields=["organization", "lead_text"], name="opportunity_lead", condition=~Q(lead_text="")),
            unresolved("opportunity", "owner"),
            unresolved("opportunity", "account"),
            unresolved("opportunity", "product"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="history_insert",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]
                func=HISTORY_INSERT,
            ),
            pgtrigger.Trigger(
                name="history_update",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),  # type: ignore[no-untyped-call]
                func=HISTORY_UPDATE,
            ),
            detail_trigger(DEAL_CHANGES),
            deals_convert(pgtrigger.Insert, {"new": "new_rows"}),
            deals_convert(pgtrigger.Update, {"old": "old_rows", "new": "new_rows"}),
            deals_convert(pgtrigger.Delete, {"old": "old_rows"}),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class OpportunityChange(WalledFact):
    """A deal's stage, amount, close date and owner from `happened_on` on. Append-only; written by triggers."""

    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="changes"
    )
    happened_on = models.DateField()
    recorded_at = models.DateTimeField()
    stage = models.ForeignKey(
        "crm.Stage", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    outcome = models.CharField(max_length=4, choices=Outcome)
    amount = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    currency = models.CharField(max_length=3)
    closed_on = models.DateField(null=True)
    owner = loose("people.Person")
    batch = loose("crm.ImportBatch")

    class Meta:
        indexes = [models.Index(fields=["organization", "opportunity", "happened_on"], name="opportunitychange_deal")]
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update,
                # whose key stands for the owner may be learned or merged later; nothing else ever changes
                condition=pgtrigger.Condition(HISTORY_CHANGED),
            )
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.happened_on}"
