"""Programs that call the API in tests."""

import json
from collections.abc import Sequence
from typing import Any

from django.test import Client

from people.models import ApiKey
from people.services.api_key import api_key_create
from people.wall import tenant
from tests.cast import NOW, Cast

SCOPES: list[str] = list(ApiKey.Scope.values)
PROBLEM = "application/problem+json"


def make_key(cast: Cast, who: str, scopes: Sequence[str] = SCOPES, **fields: Any) -> tuple[ApiKey, str]:
    """A key of somebody, and its text; made as from the command line."""
    organization = cast.other if who == "mallory" else cast.organization
    with tenant(organization.pk):
        made = api_key_create(
            viewer=None, name=f"{who}'s", person=cast.people[who], scopes=list(scopes), at=NOW, **fields
        )
    return made.key, made.text


class Program:
    """Calls with a key: `Program(text).get("/api/v1/me")`; bodies are sent as JSON."""

    def __init__(self, text: str = "") -> None:
        self.client = Client()
        self.client.raise_request_exception = False
        self.headers = {"Authorization": f"Bearer {text}"} if text else {}

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers={**self.headers, **headers})

    def send(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        headers = {"Content-Type": "application/json", **self.headers, **headers}
        return self.client.generic(method, address, raw, content_type=headers.pop("Content-Type"), headers=headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", address, body, **headers)

    def patch(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.send("PATCH", address, body, **headers)


def program(cast: Cast, who: str, scopes: Sequence[str] = SCOPES, **fields: Any) -> Program:
    """A program that speaks for somebody."""
    return Program(make_key(cast, who, scopes, **fields)[1])


def problem_of(answer: Any) -> dict[str, Any]:
    """The refusal, which is checked to be one."""
    assert answer["Content-Type"].startswith(PROBLEM), (
        answer.status_code,
        answer["Content-Type"],
        answer.content[:200],
    )
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    assert {"type", "title", "status", "code", "detail"} <= found.keys()
    return found
