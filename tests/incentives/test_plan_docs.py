"""The published schema and the reference page are what the code says; the schema accepts what the reader accepts."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from incentives.language import schema
from incentives.language.settings import by_spelling
from tests.incentives.golden import PAGE

ROOT = Path(__file__).resolve().parents[2]
PLANS = sorted((ROOT / "incentives" / "library").glob("*.yaml"))
AGAIN = "run manage.py plan_check --write-docs"


def test_the_published_schema_is_current():
    assert json.loads((ROOT / "docs" / "plan-schema.json").read_text(encoding="utf-8")) == schema.schema(), AGAIN


def test_the_reference_page_is_current():
    assert (ROOT / "docs" / "plan-reference.md").read_text(encoding="utf-8") == schema.page(), AGAIN


@pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])
def test_the_schema_accepts_the_ready_plans(path):
    jsonschema.validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader), schema.schema())  # noqa: S506


@pytest.mark.parametrize(
    "change", [{"pay_periods": "month"}, {"pay_period": "fortnight"}, {"starts_on": "1.1.2026"}, {"components": 3}]
)
def test_the_schema_refuses_what_the_reader_refuses(change):
    plan = {"plan": "x", "name": "X", "starts_on": "2026-01-01", "components": []}
    jsonschema.validate(plan, schema.schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**plan, **change}, schema.schema())


def test_every_setting_has_a_sentence():
    for cls in schema.classes():
        assert all(item.metadata["doc"].endswith((".", "`")) for item in by_spelling(cls).values())


def test_every_choice_of_every_setting_is_worked_in_the_specification():
    words = PAGE.read_text(encoding="utf-8")
    from incentives.language import choices

    missing = [
        f"{name}.{member}"
        for name, kind in vars(choices).items()
        if isinstance(kind, type)
        and issubclass(kind, choices.StrEnum)
        and kind is not choices.StrEnum
        and name != "WeekStart"
        for member in kind
        if str(member) not in words
    ]
    assert missing == []
