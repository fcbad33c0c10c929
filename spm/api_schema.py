"""How the API describes itself: keys, and the refusals that every operation may answer with."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "What the code means."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs; it does not change with the language."},
        "detail": {"type": "string", "description": "For people."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
ANSWERS = {
    "400": "The request cannot be read, or has a parameter that is not known or makes no sense.",
    "401": "No key, or one that opens nothing.",
    "403": "The key lacks the scope, or the person it stands for may not do that.",
    "429": "Too many requests in this minute.",
}
BY_METHOD = {
    "post": {"415": "The body is not JSON.", "422": "What was sent is refused; `errors` says where and why."},
    "patch": {
        "412": "Somebody changed it since.",
        "415": "The body is not JSON.",
        "422": "What was sent is refused; `errors` says where and why.",
        "428": "If-Match is missing.",
    },
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "people.api.callers.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "spm_…",
            "description": "A key (People › API keys).",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "people.api.callers.SignedInAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "Somebody who is signed in."}


def problems_describe(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add to every operation what it may refuse with."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for address, operations in result["paths"].items():
        for method, operation in operations.items():
            found = ANSWERS | ({"404": "Nothing there, or not open to you."} if "{" in address else {})
            for status, words in sorted((found | BY_METHOD.get(method, {})).items()):
                operation["responses"].setdefault(status, _answer(words))
    return result


def _answer(words: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, "content": content}
