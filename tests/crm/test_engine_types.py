import pytest

from crm.engine.dates import DateOrder
from crm.engine.guess import type_guess
from crm.engine.layout import Line
from crm.engine.moments import parse_moment
from crm.engine.profile import profile_of
from crm.engine.types import activity_type, deal_type, flag_of, transaction_type


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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("New Business", "new"), ("New logo", "new"), ("Existing Business", "expansion"), ("Upsell", "expansion"),
        ("Cross-sell", "expansion"), ("Renewal", "renewal"), ("Existing customer renewal", "renewal"), ("Barter", None),
    ],
)  # fmt: skip
def test_a_deal_says_its_type_or_nothing(text: str, wanted: str | None) -> None:
    assert deal_type(text) == wanted


def test_yes_and_no_are_read_in_several_languages() -> None:
    assert [flag_of(text) for text in ("Yes", "TRUE", "1", "ja", "x")] == [True] * 5
    assert [flag_of(text) for text in ("no", "False", "0", "nein", "N")] == [False] * 5
    assert flag_of("maybe") is None


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["2026-01-05", "2026-02-05"], "date"),
        (["yes", "no", "yes"], "flag"),
        (["12", "13.5", "7"], "number"),
        (["$12", "$13.50"], "money"),
        (["pet", "car"] * 5, "choice"),
        ([f"Text {number} of many words" for number in range(10)], "text"),
        (["", ""], "text"),
    ],
)
def test_the_type_of_a_column_is_guessed_from_its_values(cells: list[str], wanted: str) -> None:
    profile = profile_of((Line(place, [cell]) for place, cell in enumerate(cells, 2)), ["x"])
    assert type_guess(profile.columns[0]) == wanted
