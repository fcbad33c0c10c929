"""Where a person's name and addresses may stand, so that erasing a person finds every place.

Every text and JSON column of every table of the organization is searched unless an app says that it speaks of something
else (`names_others`); a new table is therefore covered without anybody thinking of it. What a search of columns cannot
reach (files, say) an app adds with `eraser`. Both are called in `AppConfig.ready`.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.encoding import force_bytes

from people.models import ErasedMark, Person
from people.wall.build import walled_models

_OTHERS: set[tuple[str, str]] = {("people.ErasedMark", "digest"), ("people.StoredFile", "sha256")}
SHORTEST = 3  # columns up to this length hold codes, such as of a currency
_ERASERS: list[Callable[["Erasing"], None]] = []


@dataclass(frozen=True)
class Erasing:
    """One erasure under way: whom, what is put in place of the name, and what to look for.

    `phrases` (names of several words, e-mail addresses) are found inside texts; `words` (names of one word, ids made of
    the name) only where they are the whole of a value. `keys`: what sources call the person, where that tells who it is.
    """

    person: Person
    pseudonym: str
    phrases: frozenset[str]
    words: frozenset[str]
    keys: frozenset[str]

    @property
    def text_pattern(self) -> str:
        """A regular expression of Postgres for a text column."""
        return _any(_inside(self.phrases, _plain), _whole(self.phrases | self.words, r"^\s*", r"\s*$", _plain))

    @property
    def json_pattern(self) -> str:
        """The same for JSON as text: strings inside it, and keys."""
        return _any(_inside(self.phrases, _in_json), _whole(self.words, '(?<=")', '(?=")', _in_json))


def names_others(label: str, *columns: str) -> None:
    """Columns of a model (`crm.Account`) that speak of something other than people of the organization."""
    _OTHERS.update((label, column) for column in columns)


def eraser(function: Callable[[Erasing], None]) -> Callable[[Erasing], None]:
    """Call it within every erasure, before the columns are searched. It may raise ValidationError: not now."""
    if function not in _ERASERS:
        _ERASERS.append(function)
    return function


def erasers() -> tuple[Callable[[Erasing], None], ...]:
    return tuple(_ERASERS)


def searched_columns() -> "list[tuple[type[models.Model], list[Any]]]":
    """Every model behind the wall with the columns that may name a person."""
    found = []
    for model in walled_models():
        columns = [
            field
            for field in model._meta.local_concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
            and not field.choices
            and (field.max_length is None or field.max_length > SHORTEST)
            and (_label(model), field.name) not in _OTHERS
        ]
        if columns:
            found.append((model, columns))
    return found


def _label(model: type[models.Model]) -> str:
    """History rows speak of what their objects speak of."""
    tracked = getattr(model, "pgh_tracked_model", None)
    return str((tracked or model)._meta.label)


def folded(text: str) -> str:
    """Texts are compared without case and with single spaces."""
    return " ".join(text.split()).lower()


FOLDED_SQL = r"lower(regexp_replace(btrim({text}), '\s+', ' ', 'g'))"
DIGEST_SQL = "encode(sha256(convert_to(%(pepper)s || " + FOLDED_SQL + ", 'UTF8')), 'hex')"  # as `digests`


def peppers() -> list[str]:
    """What makes the digests of this installation useless elsewhere: from the secret key, so not in the database."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.new(force_bytes(key), b"people.erased", hashlib.sha256).hexdigest() for key in keys]


def digest(text: str, pepper: str = "") -> str:
    """What is kept of an erased text."""
    return hashlib.sha256(((pepper or peppers()[0]) + folded(text)).encode()).hexdigest()


def marks_lift(*texts: str) -> None:
    """Somebody was entered by hand under a name or address that had been erased: it means that person from now on."""
    digests = [digest(text, pepper) for text in texts if text.strip() for pepper in peppers()]
    ErasedMark.objects.filter(digest__in=digests).delete()


def _plain(text: str) -> str:
    return r"\s+".join(re.sub(r"([^\w])", r"\\\1", word) for word in text.split())


def _in_json(text: str) -> str:
    return _plain(json.dumps(text, ensure_ascii=False)[1:-1])


def _inside(texts: Iterable[str], quote: Callable[[str], str]) -> str:
    names = _alternatives((text for text in texts if "@" not in text), quote)
    addresses = _alternatives((text for text in texts if "@" in text), quote)
    found = [f"(?<![[:alnum:]])(?:{names})(?![[:alnum:]])"] if names else []
    if addresses:
        found.append(rf"(?<![[:alnum:]._%+-])(?:{addresses})(?!\.?[[:alnum:]-])")
    return "|".join(found)


def _whole(texts: Iterable[str], before: str, after: str, quote: Callable[[str], str]) -> str:
    either = _alternatives(texts, quote)
    return f"{before}(?:{either}){after}" if either else ""


def _alternatives(texts: Iterable[str], quote: Callable[[str], str]) -> str:
    return "|".join(quote(text) for text in sorted(texts, key=lambda text: (-len(text), text)))


def _any(*patterns: str) -> str:
    return "|".join(pattern for pattern in patterns if pattern)
