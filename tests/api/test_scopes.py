"""Every operation × keys with each scope, keys of another organization, ids of another organization.

`scopes.toml` names the scope of every operation of the OpenAPI document; a missing one fails.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from people.wall import tenant
from spm.api import schema
from tests.api.calls import SCOPES, Program, make_key, problem_of
from tests.world import World

TABLE: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "scopes.toml").read_text(encoding="utf-8"))


def operations() -> dict[str, tuple[str, str]]:
    """Operation → method and address, as documented."""
    return {
        operation["operationId"]: (method.upper(), address)
        for address, methods in schema("en")["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert sorted(TABLE) == sorted(operations())


def filled(address: str, row: dict[str, Any], objects: dict[str, Any]) -> str:
    for name, value in row.get("arguments", {}).items():
        address = address.replace("{" + name + "}", str(objects.get(value, value)))
    return address + row.get("query", "")


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_key_does_what_its_scopes_open_and_nothing_of_another_organization(name: str, world: World) -> None:
    row, cast = TABLE[name], world.cast
    method, address = operations()[name]
    address = filled(address, row, world.objects)

    def refused(key: str) -> str:
        answer = Program(key).send(method, address, row.get("body"))
        return "" if answer.status_code < 400 else problem_of(answer)["code"]

    for scope in SCOPES:
        code = refused(make_key(cast, "ada", [scope])[1])
        is_open = not row["scope"] or scope == row["scope"]
        assert (code == "scope_missing") is not is_open, (scope, code)
    everything = make_key(cast, "ada")[1]
    assert refused(everything) == row.get("ada", ""), refused(everything)
    assert refused(make_key(cast, "mallory")[1]) == row.get(
        "mallory", "not_found" if "{" in operations()[name][1] else ""
    )
    assert refused(everything.replace(f"spm_{cast.organization.pk}_", f"spm_{cast.other.pk}_")) == "not_signed_in"


@pytest.mark.parametrize("name", sorted(name for name, (method, _address) in operations().items() if method == "GET"))
def test_nothing_of_another_organization_is_in_an_answer(name: str, world: World) -> None:
    row, cast = TABLE[name], world.cast
    answer = Program(make_key(cast, "mallory")[1]).get(filled(operations()[name][1], row, world.objects))
    text = answer.content.decode()
    with tenant(cast.organization.pk):
        assert not [person.name for person in cast.people.values() if person.name in text and person != cast.mallory]
