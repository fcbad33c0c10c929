"""What entering facts by hand has in common: for whom, once, and never over what somebody else did meanwhile."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext as _

from crm.models import BY_HAND
from crm.policies import EnteredPolicy, people_entered_for
from people.meanwhile import unchanged_check
from people.models import Person
from people.viewer import Viewer


def entered_before(model: type[models.Model], key: str) -> Any:
    """What a form with this key entered already, if it did. Two clicks at once: the second waits for the first."""
    if not key:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7305120, hashtext(%s))", [key])
    return model._default_manager.filter(source=BY_HAND, external_id=key).first()


def entered_lock(viewer: Viewer, policy: EnteredPolicy, row: Any, action: str, seen: int | None = None) -> Any:
    """The row, locked. Raises: PermissionDenied, ValidationError where somebody changed it or took it away."""
    policy.require(viewer, action, row)
    found: Any = policy.model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    unchanged_check(found, seen)
    if found.is_deleted:
        raise ValidationError(_("Somebody has taken this away meanwhile."), code="gone")
    return found


def holder_check(viewer: Viewer, field: str, person: Person, kept: int | None = None) -> None:
    """Raises: ValidationError where somebody is not below the viewer; `kept`: whose it is already."""
    if person.pk != kept and not people_entered_for(viewer).filter(pk=person.pk).exists():
        raise ValidationError({field: _("Choose yourself or somebody below you.")}, code="person")
