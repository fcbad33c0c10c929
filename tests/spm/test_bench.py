"""`manage.py bench`: what it prints, and what it says to a wrong name."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from spm.management.commands import bench


def one(*, deals: int, people: int, as_owner: Any) -> dict[str, Any]:
    return {"size": {"deals": deals, "people": people}, "figures": {}, "ratios": {}}


def test_all_prints_one_json_object_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "benches", lambda: {"first": one, "second": one})
    out = StringIO()
    call_command("bench", "all", "--deals", "200", "--format", "json", stdout=out)
    printed = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["name"] for line in printed] == ["first", "second"]
    assert printed[0]["size"] == {"deals": 200, "people": 1000}


def test_an_unknown_name_is_answered_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "benches", lambda: {"first": one})
    with pytest.raises(CommandError, match="Known: first"):
        call_command("bench", "last")


def test_the_apps_list_their_benchmarks() -> None:
    assert {"metrics", "import"} <= bench.benches().keys()
