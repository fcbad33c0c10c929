"""Who gets which answer at which address. A URL without a row fails, so does a row without a URL.

The table is in `tests/access/<app>.toml`, one section per URL name:

    ["people:person_detail"]
    arguments = { person_id = "alice" }   # what the address needs, by the names of `make_objects()`
    method = "post"                       # default: get; "post_json" sends the data as JSON
    data = { on = "2026-06-15" }          # of the post or of the query
    signed_in = 200                       # everybody of Acme and Mallory, unless a person has a line of their own
    ada = 302
    nobody = 302                          # default: sent to the sign-in page

`tests/<app>/access.py` may have `objects(cast)` that makes what its addresses need, and names them.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.cast import SIGN_INS, Cast
from tests.world import World

HERE = Path(__file__).parent
EVERYBODY = ["nobody", *SIGN_INS]
SETTINGS = {"arguments", "method", "data", "signed_in", "others_in_acme"}


def read_table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for path in sorted((HERE / "access").glob("*.toml")):
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not rows.keys() & table.keys(), f"{path.name} repeats {sorted(rows.keys() & table.keys())}"
        table |= rows
    return table


def url_names(resolver: URLResolver | None = None, namespace: str = "") -> list[str]:
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += url_names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            found.append(f"{namespace}{pattern.name}" if pattern.name else f"unnamed: {pattern.pattern}")
    return found


TABLE = read_table()


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    names = set(url_names())
    assert sorted(names - TABLE.keys()) == [], "add a row to tests/access/<app>.toml"
    assert sorted(TABLE.keys() - names) == [], "these rows have no URL any more"


def test_every_row_speaks_of_people_we_know() -> None:
    for name, row in TABLE.items():
        assert not row.keys() - SETTINGS - set(EVERYBODY), name
        assert "signed_in" in row, name


@pytest.mark.parametrize("name", sorted(TABLE))
def test_everybody_gets_the_answer_of_the_table(name: str, world: World) -> None:
    row = TABLE[name]
    data = world.filled(row, "data")
    address = reverse(name, kwargs=world.filled(row, "arguments"))
    answers = {who: answer(world.cast, who, row.get("method", "get"), address, data) for who in EVERYBODY}
    wanted = {who: row.get(who, row["signed_in"] if who != "nobody" else 302) for who in EVERYBODY}
    assert answers == wanted, f"{name} ({address})"


def answer(cast: Cast, who: str, method: str, address: str, data: dict[str, Any]) -> int:
    """The status; whatever the request changed is taken back."""
    client = cast.client(who)
    client.raise_request_exception = False
    with transaction.atomic():
        response = ask(client, method, address, data)
        transaction.set_rollback(True)
    if who == "nobody" and response.status_code == 302 and "login" not in response["Location"]:
        return -302  # sent elsewhere than to the sign-in page
    return int(response.status_code)


def ask(client: Any, method: str, address: str, data: dict[str, Any]) -> Any:
    """The whole answer, streamed ones read to their end."""
    if method == "post_json":
        response = client.post(address, data, content_type="application/json")
    else:
        response = getattr(client, method)(address, data)
    if response.streaming:
        b"".join(response.streaming_content)
    return response
