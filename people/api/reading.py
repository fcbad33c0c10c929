"""Read the body of a request: JSON whose numbers stay exact, of a bounded size and depth."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from people.api.problem import Problem

DEEPEST = 20  # levels of lists and objects


class ExactJSONParser(BaseParser):
    """JSON in UTF-8; a number with a fraction becomes a Decimal, never a float."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.API_MOST_BYTES
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise Problem(
                413, "too_large", _("A request holds %(limit)s bytes at most. Send it in parts.") % {"limit": limit}
            )
        return exact_json(raw)


def exact_json(raw: bytes) -> Any:
    """The value of a JSON text. Raises: Problem that says what is wrong in it."""
    try:
        value = json.loads(
            raw.decode("utf-8-sig"), parse_float=_fraction, parse_constant=_no_constant, object_pairs_hook=_once
        )
    except UnicodeDecodeError as error:
        raise _malformed(_("The body is not UTF-8.")) from error
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno, "reason": error.msg}
        raise _malformed(_("The body is not JSON (line %(line)s, column %(column)s): %(reason)s.") % place) from error
    except ValueError as error:  # a whole number of thousands of digits
        raise _malformed(_("The body holds a number that is too long.")) from error
    _check(value)
    return value


def _fraction(text: str) -> Decimal:
    value = Decimal(text)
    if abs(value.adjusted()) > 1_000:
        raise _malformed(_("The body holds a number that is too long."))
    return value


def _no_constant(name: str) -> None:
    raise _malformed(_("%(name)s is not a number in JSON. Leave the value out or send null.") % {"name": name})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _malformed(_("The name “%(name)s” occurs twice in one object.") % {"name": twice[:100]})
    return found


def _check(value: Any) -> None:
    """No text that a database cannot keep, no deeper than anything asked for."""
    level: list[Any] = [value]
    for _depth in range(DEEPEST):
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                below += each
            elif isinstance(each, str):
                _text_check(each)
        if not below:
            return
        level = below
    raise _too_deep()


def _text_check(text: str) -> None:
    if "\x00" in text:
        raise _malformed(_("A text holds the character NUL, which cannot be kept."))
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise _malformed(_("A text holds half of a character (a lone surrogate)."))


def _too_deep() -> Problem:
    return _malformed(_("Lists and objects are nested too deep."))


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed", detail)
