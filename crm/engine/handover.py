"""The rule of a hand-over as people write it in a cell: text in, rule out.

"" (the organization's rule) · owner at close · previous owner 30 days · shared 40/60 · shared 40/60 for 90 days.
Of two shares the first is the previous owner's; one alone is too.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

OWNER_AT_CLOSE, PREVIOUS_OWNER, SHARED = "owner_at_close", "previous_owner", "shared"
LONGEST_DAYS = 3650
WHOLE = Decimal(100)

DEFAULTS = frozenset({"", "default", "as usual", "organization", "standard"})
OWNERS = frozenset(
    {"owner", "owner at close", "owner_at_close", "new owner", "neuer inhaber", "inhaber beim abschluss"}
)
PREVIOUS = re.compile(
    r"(?:previous(?:[ _]owner)?|old owner|vorheriger inhaber|bisheriger inhaber)(?: for)?[ :]*(\d{1,5})(?: ?(?:days?|tage?|d))?"
)
SHARES = re.compile(
    r"(?:shared|share|split|geteilt)[ :]*(\d{1,2}(?:[.,]\d{1,4})?) ?%?(?: ?[/:] ?(\d{1,2}(?:[.,]\d{1,4})?) ?%?)?"
    r"(?:,? ?(?:for )?(\d{1,5}) ?(?:days?|tage?|d))?"
)


class UnreadableRule(ValueError):
    """The text is no rule; `code` says why: rule, days, total, share."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Rule:
    """`kind` is empty for the organization's rule. `previous_share` is of 1, with six digits at most."""

    kind: str = ""
    days: int | None = None
    previous_share: Decimal | None = None


def rule_of(text: str) -> Rule:
    """The rule that a text says. Raises: UnreadableRule."""
    plain = " ".join(text.split()).casefold()
    if plain in DEFAULTS:
        return Rule()
    if plain in OWNERS:
        return Rule(OWNER_AT_CLOSE)
    if match := PREVIOUS.fullmatch(plain):
        return Rule(PREVIOUS_OWNER, _days(match[1]))
    if match := SHARES.fullmatch(plain):
        return _shared(match[1], match[2], match[3])
    raise UnreadableRule("rule")


def _shared(previous: str, new: str | None, days: str | None) -> Rule:
    share = Decimal(previous.replace(",", "."))
    if new is not None and share + Decimal(new.replace(",", ".")) != WHOLE:
        raise UnreadableRule("total")
    if not Decimal("0.01") <= share <= Decimal("99.99"):
        raise UnreadableRule("share")
    return Rule(SHARED, _days(days) if days else None, share / WHOLE)


def _days(text: str) -> int:
    days = int(text)
    if not 0 < days <= LONGEST_DAYS:
        raise UnreadableRule("days")
    return days
