"""The examples of docs/api.md, run one after the other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.calls import Program, program
from tests.cast import Cast

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ANY = "…"


def examples() -> Iterator[tuple[str, str]]:
    """Request and answer, as they stand on the page."""
    blocks = re.findall(r"```http\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) % 2 == 0
    yield from zip(blocks[::2], blocks[1::2], strict=True)


def run(caller: Program, request: str, names: dict[str, Any]) -> Any:
    head, _blank, body = request.strip().partition("\n\n")
    first, *headers = head.split("\n")
    method, address = first.split(" ", 1)
    for name, key in names.items():
        address = address.replace("{" + name + "}", str(key))
    given = dict(line.split(": ", 1) for line in headers if not line.startswith("Authorization"))
    return caller.send(method, address, body.encode() if body else b"", **given)


def fits(shown: Any, found: Any) -> bool:
    """Whether an answer holds what the page shows of it."""
    if shown == ANY:
        return found is not None
    if isinstance(shown, dict):
        return isinstance(found, dict) and all(
            name in found and fits(each, found[name]) for name, each in shown.items()
        )
    if isinstance(shown, list):
        return isinstance(found, list) and len(shown) == len(found) and all(map(fits, shown, found))
    return bool(shown == found)


def test_every_example_of_the_page_answers_as_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = program(cast, "ada")
    names = {name: row.pk for name, row in {**cast.people, **cast.teams}.items()}
    count = 0
    for request, answer in examples():
        response = run(caller, request, names)
        first, _blank, body = answer.strip().partition("\n\n")
        assert response.status_code == int(first.split(" ")[1]), (request, response.content)
        if body:
            assert fits(json.loads(body), response.json()), (request, response.json())
        count += 1
    assert count >= 6
