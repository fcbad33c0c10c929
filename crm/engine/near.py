"""Names that are probably the same thing written differently. They are only ever shown, never merged by themselves.

Two names are near duplicates when they are not equal and share

* their letters and digits ("GTXPro", "GTX Pro"; "Müller", "Muller"),
* their words in another order ("Snelling, Anna", "Anna Snelling"),
* everything but the legal form ("Acme", "Acme Inc."),
* everything but one letter dropped, added, changed or swapped with its neighbour, in names of at least seven letters
  ("Betasoloin", "Betasolion").

Names with different digits or single letters are told apart on purpose ("Plan 1" and "Plan 2", "Region A" and "B").
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crm.engine.texts import name_key

TYPO_LIMIT = 20_000  # names; above it only exact keys are compared
SHORTEST_TYPO = 7  # letters

_FORM_NAMES = (
    "inc incorporated llc ltd limited plc corp corporation co company gmbh ag kg ug ohg se sa sas sarl srl spa bv nv "
    "ab as oy aps pty lp llp kgaa group holding"
)
_FORMS = frozenset(_FORM_NAMES.split())
_WORD = re.compile(r"[^\W_]+")


def near_groups(names: Iterable[str]) -> list[list[str]]:
    """Groups of two or more near duplicates, each sorted, in the order of their first names."""
    parent = {name: name for name in names}
    by_key: dict[str, str] = {}
    with_typos = len(parent) <= TYPO_LIMIT
    for name in sorted(parent):
        for key in _keys(name, with_typos):
            other = by_key.setdefault(key, name)
            if other != name and _same_digits(other, name):
                parent[_root(parent, name)] = _root(parent, other)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(parent):
        groups[_root(parent, name)].append(name)
    return sorted(group for group in groups.values() if len(group) > 1)


def near_index(names: Iterable[str]) -> dict[str, str]:
    """Keys by which `near_match` finds one of the names."""
    known = list(names)
    index: dict[str, str] = {}
    for name in known:
        for key in _keys(name, len(known) <= TYPO_LIMIT):
            index.setdefault(key, name)
    return index


def near_match(name: str, index: Mapping[str, str]) -> str | None:
    """The known name that this one nearly is, or None."""
    for key in _keys(name, True):
        other = index.get(key)
        if other is not None and other != name and _same_digits(other, name):
            return other
    return None


def _root(parent: dict[str, str], name: str) -> str:
    while parent[name] != name:
        parent[name] = parent[parent[name]]
        name = parent[name]
    return name


def _keys(name: str, with_typos: bool) -> Iterator[str]:
    key = name_key(name)
    if not key:
        return
    yield f"= {key}"
    words = sorted(name_key(word) for word in _WORD.findall(name))
    if len(words) > 1:
        yield f"~ {' '.join(words)}"
        bare = [word for word in words if word not in _FORMS]
        if bare and len(bare) < len(words):
            yield f"~ {' '.join(bare)}"
            yield f"= {name_key(_without_form(name))}"
    elif words:
        yield f"~ {words[0]}"
    if with_typos and SHORTEST_TYPO <= len(key) <= 40:
        yield f"? {key}"
        yield from (f"? {key[:place]}{key[place + 1 :]}" for place in range(len(key)))


def _without_form(name: str) -> str:
    return " ".join(word for word in _WORD.findall(name) if name_key(word) not in _FORMS)


def _same_digits(one: str, other: str) -> bool:
    """Numbers and single letters tell things apart on purpose: "Plan 1" and "Plan 2", "Region A" and "Region B"."""
    return _tellers(one) == _tellers(other)


def _tellers(name: str) -> list[str]:
    digits = [char for char in name if char.isdigit()]
    return digits + sorted(word.casefold() for word in _WORD.findall(name) if len(word) == 1 and word.isalpha())
