import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


class AuditEntry(Walled):
    """Who did what, kept for good: the database refuses to change or delete an entry."""

    at = models.DateTimeField(_("when"), db_index=False)
    actor = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(_("action"), max_length=60)
    subject = models.CharField(_("subject"), max_length=60)
    subject_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organization", "at"], name="auditentry_at")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id or ''}"
