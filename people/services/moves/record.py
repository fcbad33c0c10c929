"""Every row that a sheet writes, with what it was before and after: enough to take all of it back."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models

from people.models import ActingManager, Delegation, Grant, Person, Seat, SeatHolding, Team, TeamPlacement
from people.services.structure_facts import row_state

MODELS: dict[str, Any] = {
    model._meta.db_table: model
    for model in (Person, Team, TeamPlacement, Seat, SeatHolding, Grant, ActingManager, Delegation)
}


@dataclass
class Recorder:
    """Writes rows and remembers them, in order; `mark` and `forget` go with a savepoint."""

    changes: list[dict[str, Any]] = field(default_factory=list)

    def create(self, row: Any) -> Any:
        row.save(force_insert=True)
        self._note(row, None)
        return row

    def change(self, row: Any, **values: Any) -> None:
        before = row_state(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        self._note(row, before)

    def delete(self, row: Any) -> None:
        self._note(row, row_state(row))
        type(row).objects.filter(pk=row.pk).delete()

    def end(self, row: Any, on: Any) -> None:
        """A dated row holds until the day; one that has not begun by then goes."""
        if row.starts_on >= on:
            self.delete(row)
        elif row.ends_before > on:
            self.change(row, ends_before=on)

    def mark(self) -> int:
        return len(self.changes)

    def forget(self, mark: int) -> None:
        del self.changes[mark:]

    def finished(self) -> list[dict[str, Any]]:
        """The changes, the last one of each row with what the row is now (None: it is gone). One query per table."""
        last = {(change["table"], change["id"]): change for change in self.changes}
        for table, model in MODELS.items():
            now = model.objects.in_bulk([key for name, key in last if name == table])
            for (name, key), change in last.items():
                if name == table:
                    change["after"] = row_state(now[key]) if key in now else None
        return self.changes

    def _note(self, row: models.Model, before: dict[str, Any] | None) -> None:
        self.changes.append({"table": row._meta.db_table, "id": row.pk, "before": before})
