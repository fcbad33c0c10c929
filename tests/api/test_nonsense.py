"""Nonsense in any parameter or body of any operation is refused or answered, never an error of the program."""

from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from spm.api import schema
from tests.api.calls import PROBLEM, Program, make_key
from tests.api.test_scopes import TABLE, filled, operations
from tests.world import World

HUGE = "9" * 25
TEXTS = [
    "", "\x00", "%", "'\"><script>", "\u202e💩" * 50, "-1", "0", HUGE, "9" * 5_000, "²", "NaN", "1e400", "2026-02-30",
    "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "null", "[]", "a,b", "=", "k=v",
]  # fmt: skip
RAW = ["%FF%FE", "%00", "a[]=1", "&&=&"]
VALUES: list[Any] = [
    None, True, -1, 0, 10**25, 1.5, "", " ", "x" * 5_000, "\u202e💩", "²", "NaN", "0001-01-01", "9999-12-31", "2026-02-30",
    [], {}, [[]], {"a": None}, [None], [{}], [{"id": None}], [{"id": "x", "name": "y" * 5_000}], ["x"],
]  # fmt: skip
READS = sorted(name for name, (method, _address) in operations().items() if method == "GET")
WRITES = sorted(name for name, (method, _address) in operations().items() if method != "GET")


def parameters(name: str) -> list[str]:
    method, address = operations()[name]
    listed = schema("en")["paths"][address][method.lower()].get("parameters", [])
    return [each["name"] for each in listed if each["in"] == "query"]


def fields(name: str) -> dict[str, Any]:
    """Field → schema of what an operation takes."""
    method, address = operations()[name]
    content = schema("en")["paths"][address][method.lower()].get("requestBody", {}).get("content", {})
    found = content.get("application/json", {}).get("schema", {})
    if "$ref" in found:
        found = schema("en")["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    properties: dict[str, Any] = found.get("properties", {})
    return properties


def is_sound(answer: Any) -> bool:
    return answer.status_code < 500 and (answer.status_code < 400 or answer["Content-Type"].startswith(PROBLEM))


def some(values: list[Any], *of: str) -> list[Any]:
    """A quarter of the values, other ones for every name: together all operations meet each of them many times."""
    return Random(" ".join(of)).sample(values, len(values) // 4)


def queries(name: str) -> Iterator[str]:
    own = TABLE[name].get("query", "?").lstrip("?")
    for parameter in parameters(name):
        for text in some(TEXTS, name, parameter):
            yield f"{own}&{parameter}={quote(text)}"
    for raw in RAW:
        yield f"{own}&{raw}"


@pytest.mark.parametrize("name", READS)
def test_no_query_breaks_a_reading_operation(name: str, world: World) -> None:
    row = TABLE[name]
    caller = Program(make_key(world.cast, "ada")[1])
    address = filled(operations()[name][1], {**row, "query": ""}, world.objects)
    asked = [f"{address}?{query}" for query in queries(name)]
    assert [each[:200] for each in asked if not is_sound(caller.get(each))] == []


@pytest.mark.parametrize("name", WRITES)
def test_no_body_breaks_a_writing_operation(name: str, world: World) -> None:
    row = TABLE[name]
    caller = Program(make_key(world.cast, "ada")[1])
    method, address = operations()[name]
    address = filled(address, row, world.objects)
    good = dict(row.get("body", {}))
    bodies = some(VALUES, name)
    bodies += [{**good, field: value} for field in fields(name) for value in some(VALUES, name, field)]
    broken = [body for body in bodies if not is_sound(caller.send(method, address, body, **{"If-Match": "*"}))]
    assert [repr(body)[:200] for body in broken] == []


@pytest.mark.parametrize("name", sorted(name for name, (_method, address) in operations().items() if "{" in address))
def test_no_id_breaks_an_operation(name: str, world: World) -> None:
    caller = Program(make_key(world.cast, "ada")[1])
    method, address = operations()[name]
    start, _open, rest = address.partition("{")
    end = rest.partition("}")[2]
    for key in ["0", str(2**31), str(2**63), HUGE, "-1", "x", "%00", "²", "x" * 3_000]:
        answer = caller.send(method, f"{start}{key}{end}", TABLE[name].get("body"), **{"If-Match": "*"})
        assert answer.status_code in {404, 415}, (key, answer.status_code)
        assert is_sound(answer)
