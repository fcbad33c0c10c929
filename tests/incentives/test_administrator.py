"""Fifteen plans written from a sentence and the reference page alone; what they pay was worked out by hand beforehand."""

from pathlib import Path

import pytest

from incentives.simulation import check
from tests.incentives.test_library import test_the_reference_gives_what_the_examples_expect as reference_agrees

PLANS = sorted((Path(__file__).parent / "administrator").glob("*.yaml"))


def test_there_are_fifteen():
    assert len(PLANS) == 15


@pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])
def test_a_plan_pays_what_was_worked_out_by_hand(path):
    checked = check(path.name, path.read_text(encoding="utf-8"))
    assert [issue.message for issue in checked.issues] == []
    assert checked.examples >= 1


@pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])
def test_the_reference_pays_what_was_worked_out_by_hand(path):
    reference_agrees(path)
