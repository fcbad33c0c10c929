"""The moment that a text means: a day in the column's order, a time if there is one, an offset if there is one.

Midnight stands where there is no time. A moment without an offset is local to the organization; whoever has the time
zone places it. `2026-02-01T09:30:00Z` has one, `01.02.2026 09:30` and `2/1/2026 9:30 AM` have none.
"""

import re
from datetime import datetime, time, timedelta, timezone

from crm.engine.dates import DateOrder, parse_date

_TIME = re.compile(
    r"[T ,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)


def parse_moment(text: str, order: DateOrder | None, dotted: DateOrder | None = None) -> datetime | None:
    """The moment of a cleaned text, aware where the text has an offset; None where it is no day."""
    day = parse_date(text, order, dotted)
    if day is None:
        return None
    match = _TIME.search(text)
    if match is None:
        return datetime.combine(day, time())
    clock = _clock(match)
    return None if clock is None else datetime.combine(day, clock, tzinfo=_offset(match[5]))


def _clock(match: re.Match[str]) -> time | None:
    hour, half = int(match[1]), (match[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(match[2]), int(match[3] or 0))
    except ValueError:
        return None


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in {"Z", "UTC", "GMT"}:
        return timezone(timedelta())
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
