"""Who did what: one entry per use case, in its transaction."""

from datetime import datetime
from typing import Any

from django.db import models

from people.models import AuditEntry, Person
from people.viewer import Viewer


def audit(
    action: str,
    *,
    actor: Person | Viewer | None,
    at: datetime,
    subject: models.Model | str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Keep an entry for good; actor None is a command or a worker. What a program did says with which key."""
    person = actor.person if isinstance(actor, Viewer) else actor
    if isinstance(actor, Viewer) and actor.api_key_id is not None:
        detail = {**(detail or {}), "api_key": actor.api_key_id}
    kind, key = (subject, None) if isinstance(subject, str) else (str(subject._meta.model_name), subject.pk)
    AuditEntry.objects.create(action=action, actor=person, at=at, subject=kind, subject_id=key, detail=detail or {})
