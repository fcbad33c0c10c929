"""Take an applied sheet back as a whole, while nothing later depends on it."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from people.audit import audit
from people.belongings import belongings
from people.models import AuditEntry, Move, MoveSheet, Person, Seat, SeatHolding, Team
from people.policies import moves
from people.queue import enqueue
from people.services.moves.record import MODELS
from people.services.structure_facts import row_state
from people.viewer import Viewer
from people.wall import current_organization_id

IGNORED = (Move, AuditEntry)


@transaction.atomic
def sheet_undo(*, viewer: Viewer | None, sheet: MoveSheet, at: datetime) -> None:
    """Every row is what it was before. Raises: ValidationError naming what has changed since; nothing is undone then."""
    moves.require(viewer, "undo", sheet)
    row = MoveSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if row.state != MoveSheet.State.APPLIED:
        raise ValidationError(_("Only a sheet that is applied can be undone."), code="not_applied")
    _unchanged_check(row.changes)
    _unused_check(row.changes)
    _deals_take_back(row, at)
    try:
        with transaction.atomic():
            _restore(row.changes)
    except IntegrityError as error:
        raise _changed_since(_("a seat or a team")) from error
    row.state, row.changed_at, row.changed_by = MoveSheet.State.UNDONE, at, viewer.person if viewer else None
    row.save(update_fields=["state", "changed_at", "changed_by"])
    audit("moves_undo", actor=viewer, at=at, subject=row, detail={"rows": len(row.changes)})
    enqueue("pipeline.structure_changed", organization_id=current_organization_id() or 0)


def _unchanged_check(changes: list[dict[str, Any]]) -> None:
    """What the sheet left behind is still so."""
    for table, model in MODELS.items():
        wanted = {change["id"]: change["after"] for change in changes if change["table"] == table and "after" in change}
        rows = model.objects.select_for_update(of=("self",)).in_bulk(list(wanted))
        for key, after in wanted.items():
            now = row_state(rows[key]) if key in rows else None
            if now != after:
                raise _changed_since(_name(table, rows.get(key), after))


def _unused_check(changes: list[dict[str, Any]]) -> None:
    """Nothing but the sheet itself refers to what it created."""
    created: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        if change["before"] is None:
            created[change["table"]].add(change["id"])
    for table, ids in created.items():
        for relation in MODELS[table]._meta.get_fields(include_hidden=True):
            other = relation.related_model if relation.auto_created and not relation.concrete else None
            if other is None or hasattr(other, "pgh_tracked_model") or other in IGNORED:
                continue
            rows = other._base_manager.filter(**{f"{relation.field.name}__in": ids})
            if hasattr(other, "FOLLOWS"):
                rows = rows.exclude(other.FOLLOWS)
            user = rows.exclude(pk__in=created.get(other._meta.db_table, ())).values_list(relation.field.name).first()
            if user is not None and not _is_derived(other):
                raise _changed_since(_name(table, MODELS[table].objects.filter(pk=user[0]).first(), None))
        if table == Person._meta.db_table:
            with_sign_in = Person.objects.filter(pk__in=ids, user__isnull=False).first()
            if with_sign_in is not None:
                raise _changed_since(with_sign_in.name)


def _is_derived(model: Any) -> bool:
    """Tables that triggers and workers keep: they follow by themselves."""
    return model._meta.label in {"people.TeamClosure"} or model._meta.app_label == "metrics"


def _deals_take_back(sheet: MoveSheet, at: datetime) -> None:
    for move in sheet.moves.exclude(handed_over_at=None).exclude(handed_ids=[]).select_related("heir"):
        assert move.person_id is not None and move.heir_id is not None and move.on is not None
        given_back = belongings().take_back(
            ids=move.handed_ids, from_id=move.person_id, to_id=move.heir_id, on=move.on, at=at
        )
        if not given_back:
            raise _changed_since(_("deals that went to %(name)s") % {"name": move.heir.name if move.heir else ""})
        move.handed_ids, move.handed_over_at = [], None
        move.save(update_fields=["handed_ids", "handed_over_at"])


def _restore(changes: list[dict[str, Any]]) -> None:
    for change in reversed(changes):
        rows, before = MODELS[change["table"]].objects.filter(pk=change["id"]), change["before"]
        if before is None:
            if change["table"] == Person._meta.db_table:
                _named_again(change["id"])
            rows.delete()
        elif not rows.update(**before):
            MODELS[change["table"]](pk=change["id"], **before).save(force_insert=True)


def _named_again(person_id: int) -> None:
    """No line refers any more to somebody whom the sheet had added: it says by name again who was meant."""
    name = Person.objects.values_list("name", flat=True).get(pk=person_id)
    for column in ("person", "manager", "heir"):
        Move.objects.filter(**{column: person_id}).update(**{column: None, f"{column}_text": name})


def _name(table: str, row: Any, state: dict[str, Any] | None) -> str:
    """What a row is about, in words."""
    if isinstance(row, Person | Team):
        return row.name
    seat_id = (state or {}).get("seat_id") or (row.seat_id if isinstance(row, SeatHolding) else None)
    if isinstance(row, Seat):
        seat_id = row.pk
    seat = Seat.objects.select_related("team").filter(pk=seat_id).first() if seat_id else None
    return _("a seat in %(team)s") % {"team": seat.team.name} if seat else _("a seat or a team")


def _changed_since(what: str) -> ValidationError:
    return ValidationError(
        _(
            "This cannot be undone as a whole any more, because something has changed since: %(what)s. Change it by hand."
        )
        % {"what": what},
        code="changed_since",
    )
