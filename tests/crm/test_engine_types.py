import pytest

from crm.engine.dates import DateOrder
from crm.engine.moments import parse_moment
from crm.engine.types import activity_type, transaction_type


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Call", "call"), ("Outbound call – voicemail", "call"), ("E-mail", "email"), ("Email sent", "email"),
        ("On-site meeting", "meeting"), ("Product Demo", "demo"), ("Quote sent", "proposal"), ("To-do", "other"),
        ("Frobnication", None), ("", None),
    ],
)  # fmt: skip
def test_an_activity_says_its_type_or_nothing(text: str, wanted: str | None) -> None:
    assert activity_type(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Booking", "booking"), ("Sales order", "booking"), ("Invoice", "invoice"), ("Rechnung", "invoice"),
        ("Shipment", "delivery"), ("Payment received", "payment"), ("Credit note", "cancellation"),
        ("Credit-Memo", "cancellation"), ("Cancelled order", "cancellation"), ("Storno", "cancellation"),
        ("Adjustment", None),
    ],
)  # fmt: skip
def test_a_transaction_says_its_type_or_nothing(text: str, wanted: str | None) -> None:
    assert transaction_type(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-02-01", "2026-02-01 00:00:00"),
        ("2026-02-01 09:30", "2026-02-01 09:30:00"),
        ("2026-02-01T09:30:15Z", "2026-02-01 09:30:15+00:00"),
        ("2026-02-01T09:30:15+02:00", "2026-02-01 09:30:15+02:00"),
        ("2026-02-01T09:30:15-0530", "2026-02-01 09:30:15-05:30"),
        ("01/02/2026 9:30 PM", "2026-02-01 21:30:00"),
        ("01/02/2026 12:05 am", "2026-02-01 00:05:00"),
        ("2026-02-01 25:00", "None"),
        ("2026-02-01 13:00 PM", "None"),
        ("soon", "None"),
    ],
)
def test_a_moment_has_a_day_and_what_else_the_text_says(text: str, wanted: str) -> None:
    assert str(parse_moment(text, DateOrder.DAY_FIRST)) == wanted
