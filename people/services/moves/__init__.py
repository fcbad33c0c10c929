"""Joiners, movers and leavers as one sheet: tried out, applied in one transaction, undone as a whole."""

from people.services.moves.due import moves_due
from people.services.moves.sheet import (
    Preview,
    sheet_apply,
    sheet_create,
    sheet_discard,
    sheet_preview,
    sheet_save,
)
from people.services.moves.steps import Outcome
from people.services.moves.undo import sheet_undo

__all__ = [
    "Outcome",
    "Preview",
    "moves_due",
    "sheet_apply",
    "sheet_create",
    "sheet_discard",
    "sheet_preview",
    "sheet_save",
    "sheet_undo",
]
