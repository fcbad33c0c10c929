"""Take back what a file said about people and teams."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from people.audit import audit
from people.models import (
    ActingManager,
    Delegation,
    Grant,
    Leave,
    Person,
    PersonKey,
    Seat,
    SeatHolding,
    Team,
    TeamPlacement,
)
from people.queue import enqueue
from people.services.structure_facts import StructureChange
from people.wall import current_organization_id

MODELS: dict[str, Any] = {
    model._meta.db_table: model for model in (Person, PersonKey, Team, TeamPlacement, Seat, SeatHolding)
}


@dataclass(frozen=True)
class StructureUndo:
    """What came of taking a file back. `kept_person_ids` have a sign-in, grants, deals or later entries and stay."""

    restored: int
    removed: int
    kept_person_ids: list[int]


def structure_undo(
    *, changes: Sequence[StructureChange], in_use_person_ids: Collection[int], actor: Person | None, at: datetime
) -> StructureUndo:
    """Put every row back as it was before `structure_apply`, in reverse order; people in use stay.

    `in_use_person_ids`: people whom other tables still refer to (owners of deals and the like), as the caller knows.
    Raises: ValidationError when later changes by hand stand in the way; nothing is undone then.
    """
    try:
        with transaction.atomic():
            answer = _undo(changes, set(in_use_person_ids))
            audit("structure_undo", actor=actor, at=at, subject="person", detail={"rows": len(changes)})
            enqueue("pipeline.structure_changed", organization_id=current_organization_id() or 0)
            return answer
    except IntegrityError as error:
        raise ValidationError(
            _("Seats or teams were changed since, so this import cannot be undone. Change the people by hand."),
            code="changed_since",
        ) from error


def _undo(changes: Sequence[StructureChange], in_use: set[int]) -> StructureUndo:
    removed = restored = 0
    steps = groupby(reversed(changes), key=lambda change: (change.table, change.before is None))
    for (table, is_creation), step in steps:
        if is_creation:
            removed += _remove(MODELS[table], [change.object_id for change in step], in_use)
        else:
            for change in step:
                rows = MODELS[table].objects.filter(pk=change.object_id)
                if table == Person._meta.db_table:
                    rows = rows.filter(erased_at=None)
                restored += rows.update(**_stated(change))
    created = [change.object_id for change in changes if change.table == "people_person" and change.before is None]
    kept = Person.objects.filter(pk__in=created).values_list("pk", flat=True)
    return StructureUndo(restored, removed, sorted(kept))


def _stated(change: StructureChange) -> dict[str, Any]:
    """The former columns; a sign-in is nothing that a file says."""
    return {name: value for name, value in (change.before or {}).items() if name != "user_id"}


def _remove(model: Any, ids: Iterable[int], in_use: set[int]) -> int:
    """Delete rows that nothing else has come to depend on. A key stays with a person who stays."""
    rows = model.objects.filter(pk__in=list(ids))
    if model is Seat:
        rows = rows.filter(~Exists(SeatHolding.objects.filter(seat=OuterRef("pk"))))
    elif model is Team:
        rows = rows.filter(
            ~Exists(Seat.objects.filter(team=OuterRef("pk"))),
            ~Exists(TeamPlacement.objects.filter(Q(parent=OuterRef("pk")) | Q(team=OuterRef("pk")))),
            ~Exists(Grant.objects.filter(team=OuterRef("pk"))),
            ~Exists(ActingManager.objects.filter(team=OuterRef("pk"))),
        )
    elif model is PersonKey:
        rows = rows.exclude(person__in=_persons_staying(in_use))
    elif model is Person:
        rows = rows.exclude(pk__in=_persons_staying(in_use)).filter(
            ~Exists(PersonKey.objects.filter(person=OuterRef("pk")))
        )
    deleted: dict[str, int] = rows.delete()[1]
    return deleted.get(model._meta.label, 0)


def _persons_staying(in_use: set[int]) -> models.QuerySet[Person]:
    asked_of: list[Any] = [Grant, SeatHolding, Leave, ActingManager]
    is_used = Q(user__isnull=False) | Q(erased_at__isnull=False) | Q(pk__in=in_use)
    for model in asked_of:
        is_used |= Q(Exists(model.objects.filter(person=OuterRef("pk"))))
    stands_in = Delegation.objects.filter(Q(manager=OuterRef("pk")) | Q(delegate=OuterRef("pk")))
    return Person.objects.filter(is_used | Q(Exists(stands_in)))
