"""When the daily e-mail of a person is due."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(7)


def next_morning(at: datetime, zone: ZoneInfo) -> datetime:
    """The first seven o'clock in the time zone after a moment (aware), in UTC."""
    day = at.astimezone(zone).date()
    morning = _morning(day, zone)
    return morning if morning > at else _morning(day + timedelta(days=1), zone)


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, zone).astimezone(UTC)
