"""Deals change owner: each hand-over with the rule by which the credit of the deal is given when it is decided.

Written by triggers when the owner of an open deal changes (`crm.models.sharing`), and by services for a hand-over that
somebody orders. A hand-over without a rule of its own follows the organization's rule of its day.
"""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.reference import loose
from people.models.dated import Dated, no_overlap, ordered_days
from people.wall import Walled, WalledFact


class HandOverRule(models.TextChoices):
    """Whose the credit of a deal is that changed owner."""

    OWNER_AT_CLOSE = "owner_at_close", _("owner at close")
    PREVIOUS_OWNER = "previous_owner", _("previous owner for some days")
    SHARED = "shared", _("shared")


def rule_is_whole(name: str) -> models.CheckConstraint:
    """A rule has exactly the numbers that it needs: days, a share of the previous owner."""
    owner = Q(rule__in=["", HandOverRule.OWNER_AT_CLOSE], days=None, previous_share=None)
    previous = Q(rule=HandOverRule.PREVIOUS_OWNER, days__isnull=False, days__gt=0, previous_share=None)
    share = Q(previous_share__isnull=False, previous_share__gte="0.0001", previous_share__lte="0.9999")
    shared = Q(rule=HandOverRule.SHARED) & share & (Q(days=None) | Q(days__gt=0))
    return models.CheckConstraint(
        name=name,
        condition=owner | previous | shared,
        violation_error_message=_("The rule lacks its days or its share."),
    )


class RuleFields(models.Model):
    rule = models.CharField(_("credit goes to"), max_length=16, choices=HandOverRule, blank=True, default="")
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    previous_share = models.DecimalField(
        _("share of the previous owner"), max_digits=7, decimal_places=6, null=True, blank=True
    )

    class Meta:
        abstract = True


class HandOverDefault(Walled, Dated, RuleFields):
    """The organization's rule for hand-overs of some days; without one the owner at close gets the credit."""

    class Meta:
        constraints = [
            ordered_days("handoverdefault_days"),
            no_overlap("handoverdefault_once"),
            rule_is_whole("handoverdefault_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.starts_on}"


class HandOver(WalledFact, RuleFields):
    """A deal went from one person to another on a day."""

    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="hand_overs"
    )
    from_person = loose("people.Person", verbose_name=_("from"))
    to_person = loose("people.Person", verbose_name=_("to"))
    handed_on = models.DateField(_("on day"))
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    ruled_by = loose("people.Person")  # who chose the rule; nobody: it is the organization's
    batch = loose("crm.ImportBatch", verbose_name=_("import"))

    class Meta:
        constraints = [rule_is_whole("handover_rule")]
        indexes = [
            models.Index(fields=["organization", "opportunity"], name="handover_deal"),
            models.Index(fields=["organization", "handed_on"], name="handover_day"),
            models.Index(fields=["organization", "batch"], name="handover_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.from_person_id} → {self.to_person_id} {self.handed_on}"

    @property
    def last_day(self) -> date | None:
        """The last day on which a rule with days still shares; None where it always does, or never."""
        return self.handed_on + timedelta(self.days) if self.days else None
