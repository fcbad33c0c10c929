import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled

# Erasing a person takes their name out of the details; nothing else of an entry ever changes.
CHANGED = """(
    coalesce(current_setting('app.erasure', true), '') <> 'on'
    OR (NEW.id, NEW.organization_id, NEW.at, NEW.actor_id, NEW.action, NEW.subject, NEW.subject_id)
        IS DISTINCT FROM (OLD.id, OLD.organization_id, OLD.at, OLD.actor_id, OLD.action, OLD.subject, OLD.subject_id)
)"""


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
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="unchanged", operation=pgtrigger.Update, condition=pgtrigger.Condition(CHANGED)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id or ''}"
