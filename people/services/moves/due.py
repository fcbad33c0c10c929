"""What an applied sheet leaves for its day: open deals that go to somebody else."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from people import told
from people.belongings import belongings
from people.models import Move, MoveSheet


@transaction.atomic
def moves_due(*, at: datetime, on: date) -> int:
    """Hand over what is due today or earlier; how many lines that were. Safe to run twice and beside others."""
    return hand_over(Move.objects.filter(sheet__state=MoveSheet.State.APPLIED, on__lte=on), at=at)


def hand_over(moves: QuerySet[Move], *, at: datetime) -> int:
    """Deals of these lines go to their heirs, once."""
    due = moves.filter(heir__isnull=False, person__isnull=False, handed_over_at=None).order_by("on", "pk")
    done = 0
    for move in due.select_for_update(of=("self",), skip_locked=True):
        assert move.person_id is not None and move.heir_id is not None
        move.handed_ids = belongings().hand_over(from_id=move.person_id, to_id=move.heir_id, at=at)
        move.handed_over_at = at
        move.save(update_fields=["handed_ids", "handed_over_at"])
        told.handed_over(move, at=at)
        done += 1
    return done
