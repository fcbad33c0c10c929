"""Definitions and comparisons without a database."""

from dataclasses import replace
from decimal import Decimal

import pytest

from metrics.catalogue import CATALOGUE
from metrics.catalogue.deals import REVENUE, WIN_RATE, WON_COUNT
from metrics.catalogue.pipeline import PIPELINE_OPEN
from metrics.engine.comparison import is_noise, wilson
from metrics.engine.definitions import DefinitionError, Derived, Unit, check
from metrics.engine.evaluate import Group, Value, evaluate
from metrics.engine.parts import Basis, Part


@pytest.mark.parametrize("metric", CATALOGUE.values(), ids=list(CATALOGUE))
def test_a_metric_of_no_deals_is_zero_or_undefined_and_never_an_error(metric) -> None:  # type: ignore[no-untyped-def]
    value = evaluate(metric, Group({}), currency_digits=2).value
    assert value in (None, 0)
    undefined = (
        "win_rate",
        "cycle",
        "deal_size",
        "quota",
        "attainment",
        "pace",
        "team_",
        "lead_conversion",
        "touches",
        "days_since",
    )
    assert (value is None) == metric.name.startswith(undefined)


def test_metrics_of_two_units_or_date_bases_do_not_add_up() -> None:
    for term in (REVENUE, PIPELINE_OPEN, WIN_RATE):
        with pytest.raises(DefinitionError):
            check(replace(WON_COUNT, kind=Derived((term,))))


def test_a_metric_uses_parts_of_its_own_date_basis_only() -> None:
    with pytest.raises(DefinitionError, match="dated by due"):
        check(replace(REVENUE, basis=Basis.DUE))


def test_money_is_rounded_half_away_from_zero_to_the_currency_s_digits() -> None:
    parts = {Part.WON_COUNT: Decimal(1), Part.WON_AMOUNT_COUNT: Decimal(1), Part.WON_AMOUNT: Decimal("0.125")}
    assert str(evaluate(REVENUE, Group(parts), currency_digits=2).value) == "0.13"
    negative = {**parts, Part.WON_AMOUNT: Decimal("-0.125")}
    assert str(evaluate(REVENUE, Group(negative), currency_digits=2).value) == "-0.13"
    tiny = {**parts, Part.WON_AMOUNT: Decimal("-0.001")}
    assert str(evaluate(REVENUE, Group(tiny), currency_digits=2).value) == "0.00"


def test_undated_deals_make_metrics_of_that_date_undefined() -> None:
    value = evaluate(CATALOGUE["created_count"], Group({}, undated=frozenset({Basis.CREATED})), currency_digits=2)
    assert (value.value, value.notes[0].code) == (None, "undated")


@pytest.mark.parametrize(
    ("now", "n", "before", "m", "expected"),
    [
        ("0.5", 10, "0.6", 10, True),
        ("0.5", 400, "0.6", 400, False),
        ("0.2", 40, "0.6", 40, False),
        ("0", 3, "1", 3, True),
        (None, 0, "0.6", 40, None),
    ],
)
def test_a_win_rate_differs_when_enough_deals_say_so(
    now: str | None, n: int, before: str, m: int, expected: bool | None
) -> None:
    mine = Value(None if now is None else Decimal(now), count=n)
    assert is_noise(WIN_RATE, mine, Value(Decimal(before), count=m)) is expected


def test_counts_differ_beyond_their_square_roots() -> None:
    assert is_noise(WON_COUNT, Value(Decimal(10), count=10), Value(Decimal(14), count=14)) is True
    assert is_noise(WON_COUNT, Value(Decimal(10), count=10), Value(Decimal(40), count=40)) is False


def test_wilson_s_interval_is_the_published_one() -> None:
    low, high = wilson(0.5, 10)
    assert (round(low, 4), round(high, 4)) == (0.2366, 0.7634)


def test_units_are_the_closed_set_that_pages_can_show() -> None:
    assert {metric.unit for metric in CATALOGUE.values()} == set(Unit)
