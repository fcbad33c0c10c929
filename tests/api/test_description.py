"""What the OpenAPI document says is what the program does."""

import re
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from jsonschema import Draft202012Validator

from people.api.views import ApiView
from spm.api import PROBLEMS, schema
from tests.api.calls import program
from tests.cast import Cast

HIDDEN = {"schema", "nowhere"}
METHODS = {"get", "post", "patch", "put", "delete"}


def real_operations() -> set[tuple[str, str]]:
    """Every method of every view of the API below /api/v1/."""

    def walk(resolver: URLResolver, before: str) -> Any:
        for pattern in resolver.url_patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, route)
            elif isinstance(pattern, URLPattern) and pattern.name not in HIDDEN:
                view = getattr(pattern.callback, "cls", None)
                if view is not None and issubclass(view, ApiView):
                    yield from (
                        (method, "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route))
                        for method in METHODS
                        if hasattr(view, method)
                    )

    return set(walk(get_resolver(), ""))


def test_every_operation_is_documented_and_every_documented_one_exists() -> None:
    documented = {(method, address) for address, methods in schema("en")["paths"].items() for method in methods}
    assert documented == real_operations()
    assert len(documented) > 10


def test_the_document_is_valid_openapi_and_was_made_without_a_guess() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO(), stderr=StringIO())


def test_every_operation_says_what_it_is_and_how_it_refuses() -> None:
    for address, methods in schema("en")["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, address)
            assert {"400", "401", "403", "429"} <= operation["responses"].keys(), (method, address)
            assert operation["security"] == [{"key": []}, {"session": []}], (method, address)


def answers_as_documented(cast: Cast, address: str, documented: str, who: str = "ada") -> None:
    """The answer of a GET fits the schema of its operation."""
    whole = schema("en")
    answer = program(cast, who).get(address)
    operation = whole["paths"][documented]["get"]
    found = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    Draft202012Validator({**found, "components": whole["components"]}).validate(answer.json())


def test_answers_fit_their_description(cast: Cast) -> None:
    answers_as_documented(cast, "/api/v1/me", "/api/v1/me")
    answers_as_documented(cast, "/api/v1/people", "/api/v1/people")
    answers_as_documented(cast, f"/api/v1/people/{cast.nils.pk}", "/api/v1/people/{person_id}", "bob")
    answers_as_documented(cast, "/api/v1/teams", "/api/v1/teams")
    answers_as_documented(cast, "/api/v1/seats", "/api/v1/seats")


def test_the_page_loads_nothing_from_elsewhere_and_lists_the_refusals(cast: Cast) -> None:
    page = cast.client("alice").get("/api/docs")
    text = page.content.decode()
    assert "swagger-ui-bundle.js" in text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)
    assert "style=" not in text
    assert [code for codes in PROBLEMS.values() for code in codes if f'id="problem-{code}"' not in text] == []
