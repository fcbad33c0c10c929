"""Two people edit one thing: whoever comes second is told what the first did, and decides again. Nothing is lost silently.

A form carries `seen`, the last entry of the audit log when it was shown. What was changed since about the same thing refuses
the form once, with who and what; sent again it goes through. Entries that do not name each thing they changed (an import) are
for witnesses: higher apps register what they know about a thing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from people import formats
from people.models import AuditEntry, Person, Team
from people.words import action_words

MOST_TOLD = 5


@dataclass(frozen=True)
class Witnessed:
    """Something that was done to a thing: the entry of the audit log it belongs to, when, by whom, and what."""

    entry: int
    at: datetime
    actor: Person | None
    words: str


WITNESSES: list[Callable[[models.Model, int], list[Witnessed]]] = []


def witness(tells: Callable[[models.Model, int], list[Witnessed]]) -> None:
    """Have a function asked what was done to a thing after an entry of the audit log."""
    WITNESSES.append(tells)


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
    entries = AuditEntry.objects.filter(about, pk__gt=seen).select_related("actor").order_by("pk")[:MOST_TOLD]
    found = [Witnessed(entry.pk, entry.at, entry.actor, action_words(entry.action)) for entry in entries]
    found += [each for tells in WITNESSES for each in tells(subject, seen)]
    if not found:
        return
    done = "; ".join(
        _("%(name)s: %(action)s (%(at)s)")
        % {
            "name": each.actor.name if each.actor else _("Command line"),
            "action": each.words,
            "at": formats.moment(each.at),
        }
        for each in sorted(found, key=lambda each: each.entry)[:MOST_TOLD]
    )
    raise ValidationError(
        _("This was changed meanwhile. %(done)s. Your change is not made yet: look at the page, or send it again.")
        % {"done": done},
        code="changed_meanwhile",
    )
