"""What is approved step by step, a change of a single quota or a version of a quota plan, and who decided."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.wall import Walled

# Erasing a person takes their name out of the reason; nothing else of a decision ever changes.
DECIDED = """(
    coalesce(current_setting('app.erasure', true), '') <> 'on'
    OR (NEW.id, NEW.organization_id, NEW.request_id, NEW.version_id, NEW.round, NEW.number, NEW.by_id,
        NEW.for_person_id, NEW.at, NEW.is_approved)
        IS DISTINCT FROM
        (OLD.id, OLD.organization_id, OLD.request_id, OLD.version_id, OLD.round, OLD.number, OLD.by_id,
        OLD.for_person_id, OLD.at, OLD.is_approved)
)"""


class ApprovalKind(models.TextChoices):
    """Who takes a step."""

    MANAGER = "manager", _("the manager of the person")
    MANAGER_ABOVE = "manager_above", _("the manager above that one")
    FINANCE = "finance", _("finance")
    EXECUTIVE = "executive", _("an executive")
    OPERATIONS = "operations", _("operations")


class ApprovalChain(Walled):
    """Which steps a change of a quota or a quota plan takes; the latest row holds."""

    steps = ArrayField(models.CharField(max_length=14, choices=ApprovalKind), verbose_name=_("steps"))
    created_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return ", ".join(self.steps)


class Stepped(models.Model):
    """Takes steps of approval: [[kind, team or null]], those of the chain when it was handed in. Steps of one kind are
    taken side by side, the kinds one after the other; `step` is the first that waits."""

    steps = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class QuotaRequest(Walled, Stepped):
    """Another amount for one quota, asked for with a reason."""

    class State(models.TextChoices):
        OPEN = "open", _("waits")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    quota = models.ForeignKey("crm.Quota", on_delete=models.SET_NULL, null=True, related_name="requests")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    former_amount = models.DecimalField(max_digits=20, decimal_places=6)
    amount = models.DecimalField(_("new amount"), max_digits=20, decimal_places=6)
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    asked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "quota"],
                condition=Q(state="open"),
                name="quotarequest_one_open",
                violation_error_message=_("A change of this quota waits for approval already."),
            ),
            models.CheckConstraint(name="quotarequest_amount", condition=Q(amount__gte=0)),
        ]
        indexes = [models.Index(fields=["organization", "state"], name="quotarequest_state")]

    def __str__(self) -> str:
        return f"{self.quota_id}: {self.amount}"


class QuotaDecision(Walled):
    """One step decided: by whom, in whose place, when and why. Kept for good. `round` counts how often a version of a plan
    was handed in."""

    request = models.ForeignKey("goals.QuotaRequest", on_delete=models.PROTECT, null=True, related_name="decisions")
    version = models.ForeignKey("goals.PlanVersion", on_delete=models.PROTECT, null=True, related_name="decisions")
    round = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    for_person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    is_approved = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request", "number"], name="quotadecision_step"),
            models.UniqueConstraint(
                fields=["organization", "version", "round", "number"], name="quotadecision_plan_step"
            ),
            models.CheckConstraint(
                name="quotadecision_of_one",
                condition=Q(request__isnull=True, version__isnull=False)
                | Q(request__isnull=False, version__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="unchanged", operation=pgtrigger.Update, condition=pgtrigger.Condition(DECIDED)),
        ]

    def __str__(self) -> str:
        return f"{self.request_id or self.version_id}.{self.number}"
