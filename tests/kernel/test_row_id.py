import pytest

from kernel.row_id import LARGEST, row_id


def test_digits_are_an_id() -> None:
    assert (row_id("7"), row_id("0042"), row_id(str(LARGEST))) == (7, 42, LARGEST)


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "²", "٣", "1e3", "\x00", str(LARGEST + 1), "9" * 5000])
def test_what_no_row_can_have_is_none(text: str) -> None:
    assert row_id(text) is None
