"""Quota letters: issue them in bulk, acknowledge, remind."""

from goals.services.letters.issuing import (
    letter_issue,
    letters_issue_start,
    letters_issue_work,
    terms_change,
)
from goals.services.letters.signing import letter_acknowledge, letter_remind, letters_due

__all__ = [
    "letter_acknowledge",
    "letter_issue",
    "letter_remind",
    "letters_due",
    "letters_issue_start",
    "letters_issue_work",
    "terms_change",
]
