"""Two people edit one thing: whoever comes second is told what the first did, and decides again. Nothing is lost silently.

A form carries `seen`, the last entry of the audit log when it was shown. What was changed since about the same thing refuses
the form once, with who and what; sent again it goes through.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from people import formats
from people.models import AuditEntry, Team
from people.words import action_words


def last_seen() -> int:
    """The number of the latest entry. One query."""
    return AuditEntry.objects.aggregate(last=models.Max("pk"))["last"] or 0


def unchanged_check(subject: models.Model, seen: int | None) -> None:
    """Call with the subject's row locked. Raises: ValidationError with what others did since (code changed_meanwhile)."""
    if seen is None:
        return
    about = Q(subject=subject._meta.model_name, subject_id=subject.pk)
    if isinstance(subject, Team):
        about |= Q(subject="seat", detail__team=subject.pk)
    entries = list(AuditEntry.objects.filter(about, pk__gt=seen).select_related("actor").order_by("pk")[:5])
    if not entries:
        return
    done = "; ".join(
        _("%(name)s: %(action)s (%(at)s)")
        % {
            "name": entry.actor.name if entry.actor else _("Command line"),
            "action": action_words(entry.action),
            "at": formats.moment(entry.at),
        }
        for entry in entries
    )
    raise ValidationError(
        _("This was changed meanwhile. %(done)s. Your change is not made yet: look at the page, or send it again.")
        % {"done": done},
        code="changed_meanwhile",
    )
