"""What a page shows in words: its texts and the attributes that are read out."""

import gettext
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django

from tests.languages.catalogue import CLOSE, OPEN

SILENT = {"script", "style"}
SPOKEN = {"aria-label", "title", "placeholder", "alt", "data-live-words", "data-label", "data-confirm"}
WORD = re.compile(r"[^\W\d_]{2,}")


@cache
def words_of_libraries() -> list[re.Pattern[str]]:
    """What Django and allauth say in German: their own catalogues, not ours."""
    folders = [Path(django.__file__).parent / "conf", Path(django.__file__).parent / "contrib" / "auth"]
    found: set[str] = set()
    for folder in [*folders, Path(allauth.__file__).parent]:
        with (folder / "locale" / "de" / "LC_MESSAGES" / "django.mo").open("rb") as file:
            found |= {text for key, text in gettext.GNUTranslations(file)._catalog.items() if key}  # type: ignore[attr-defined]
    return [re.compile(re.sub(r"%(?:\\\(\w+\\\))?[sd]", ".+", re.escape(text))) for text in found]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        self.attributes += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def leaks(html: str, data: set[str]) -> list[str]:
    """Words outside the brackets of the pseudo-locale that are not data."""
    reader = _Reader()
    reader.feed(html)
    outside = _outside("\n".join(reader.texts)) + [line for text in reader.attributes for line in _outside(text)]
    known = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(data, key=len, reverse=True))) + r")\b")
    theirs = words_of_libraries()
    left = {line.strip() for line in outside if WORD.search(known.sub(" ", line))}
    return sorted(line for line in left if not any(words.fullmatch(line) for words in theirs))


def _outside(text: str) -> list[str]:
    depth, kept = 0, []
    for letter in text:
        depth += letter == OPEN
        if not depth:
            kept.append(letter)
        depth -= letter == CLOSE
    return "".join(kept).split("\n")
