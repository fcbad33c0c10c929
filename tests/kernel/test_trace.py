import json
from decimal import Decimal

import pytest

from kernel.trace import Trace

PAY = Trace(
    "pay",
    Decimal("120.00"),
    "base times rate",
    (Trace("base", Decimal("1000"), "order 7"), Trace("rate", "12 %", "tier 2", (Trace("attainment", None),))),
)


def test_a_trace_reads_as_indented_lines():
    assert PAY.text().splitlines() == [
        "pay: 120.00 (base times rate)",
        "  base: 1000 (order 7)",
        "  rate: 12 % (tier 2)",
        "    attainment: –",
    ]


def test_a_trace_is_plain_data_and_back():
    data = json.loads(json.dumps(PAY.to_dict()))
    assert data["value"] == "120.00"
    assert Trace.from_dict(data).to_dict() == PAY.to_dict()


def test_a_step_is_found_by_its_name():
    assert PAY.find("attainment") == Trace("attainment")
    assert PAY.find("nothing") is None


def test_a_step_is_added_to_a_copy():
    longer = PAY.with_step(Trace("rounding", 0))
    assert [step.name for step in longer.steps] == ["base", "rate", "rounding"]
    assert len(PAY.steps) == 2


@pytest.mark.parametrize("value", [1.5, True])
def test_a_trace_keeps_no_inexact_value(value):
    with pytest.raises(TypeError):
        Trace("x", value)


def test_steps_are_a_tuple_so_that_nobody_changes_them():
    with pytest.raises(TypeError):
        Trace("x", 1, "", [])  # type: ignore[arg-type]
