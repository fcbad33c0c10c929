"""Targets of many goals changed at once because the strategy changed, and taken back as a whole."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models.measured import value_field
from people.wall import Walled


class BulkRevision(Walled):
    """One reason, one rule, many goals. Each goal has its own revision; undoing makes another one of each."""

    class Rule(models.TextChoices):
        FACTOR = "factor", _("multiply the target by")
        AMOUNT = "amount", _("add to the target")
        TARGET = "target", _("set the target to")

    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    rule = models.CharField(_("new target"), max_length=6, choices=Rule, default=Rule.FACTOR)
    value = value_field(_("by"))
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["organization", "at"], name="bulkrevision_at")]

    def __str__(self) -> str:
        return f"{self.at}: {self.reason}"


class BulkRevisionLine(Walled):
    """One goal of it: the revision that changed it, and the one that took the change back."""

    bulk = models.ForeignKey("goals.BulkRevision", on_delete=models.PROTECT, related_name="lines")
    goal = models.ForeignKey("goals.Goal", on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey("goals.Revision", on_delete=models.PROTECT, related_name="bulk_lines")
    undone_by_revision = models.ForeignKey("goals.Revision", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "bulk", "goal"], name="bulkrevisionline_once"),
            models.CheckConstraint(
                name="bulkrevisionline_undone",
                condition=Q(undone_by_revision__isnull=True) | ~Q(undone_by_revision=models.F("revision")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bulk_id}: {self.goal_id}"
