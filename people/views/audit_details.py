"""The details of entries of the audit log in words: what was before and after, people and teams by their names."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from people import formats
from people.formats import UNDEFINED
from people.frame import role_words
from people.models import BEGINNING, FOREVER, AuditEntry
from people.selectors.audit import OTHERS, TEAMS, AuditNames, persons_of
from people.words import detail_words as key_words

LONGEST = 500  # characters
FINGERPRINT = re.compile(r"^[0-9a-f]{40,}$")
SHOWN = 12  # characters of one
EXACT = re.compile(r"^(-?\d+)(?:\.0+|(\.\d*[1-9])0*)(?= [A-Z]{3}$|$)")  # an exact amount and its needless zeros
AMOUNT = re.compile(r"^(-?\d+)(?:\.(\d+))?( [A-Z]{3})?$")
AMOUNTS = frozenset({"amount", "cells", "target"})
MONTH = re.compile(r"^\d{4}-\d\d-01$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
CHANGE = ("before", "after")
PLACES = {"before": -2, "after": -1, "starts_on": 2, "ends_before": 3}  # the others stand between, by name
LISTS = frozenset({"fields", "texts", "merged", "scopes", "regions", "industries", "steps", "quotas_taken_away"})


def details_words(entry: AuditEntry, names: AuditNames) -> str:
    """One line for reading: fingerprints by their beginning, cut where it gets too long."""
    words = "; ".join(_Details(entry, names).pairs(entry.detail))
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip(' ,;')} …"


def details_whole(entry: AuditEntry, names: AuditNames) -> str:
    """The same with nothing left out."""
    return "; ".join(_Details(entry, names, is_whole=True).pairs(entry.detail))


class _Details:
    """Reads the details of one entry."""

    def __init__(self, entry: AuditEntry, names: AuditNames, *, is_whole: bool = False) -> None:
        self.is_whole = is_whole
        self.persons, self.teams, self.others = names.persons, names.teams, names.others
        self.person_keys = persons_of(entry.action)

    def pairs(self, detail: Mapping[str, Any]) -> list[str]:
        """Each name with its value; what was before and after stands as one change."""
        before, after = (detail.get(name) for name in CHANGE)
        if isinstance(before, dict) and isinstance(after, dict):
            rest = {name: value for name, value in detail.items() if name not in CHANGE}
            return [*self._changes(before, after), *self.pairs(rest)]
        order = sorted(detail, key=lambda name: (PLACES.get(name, 1), name))
        return [f"{key_words(name)}: {self.value(name, detail[name])}" for name in order]

    def _changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
        found = []
        for name in sorted({*before, *after}, key=lambda name: (PLACES.get(name, 1), name)):
            was, now = (self.value(name, each.get(name)) for each in (before, after))
            found.append(f"{key_words(name)}: {now}" if was == now else f"{key_words(name)}: {was} → {now}")
        return found

    def value(self, name: str, value: Any) -> str:
        """A list of two is a value before and after; nothing is a dash."""
        if isinstance(value, dict):
            if name == "cells" and all(isinstance(each, list) and len(each) == 3 for each in value.values()):
                return ", ".join(self._cell(month, *value[month]) for month in sorted(value)) or UNDEFINED
            return ", ".join(self.pairs(value)) or UNDEFINED
        if isinstance(value, list):
            inner = [self._listed(each) if isinstance(each, list) else self.value(name, each) for each in value]
            if len(value) == 2 and all(isinstance(each, list) for each in value):
                return " → ".join(inner)
            if any(isinstance(each, dict | list) for each in value):
                return " / ".join(inner)
            if name == "days" and len(inner) == 2:
                return _("%(start)s until before %(end)s") % {"start": inner[0], "end": inner[1]}
            is_change = len(inner) == 2 and name not in LISTS
            return " → ".join(inner) if is_change else ", ".join(inner) or UNDEFINED
        return self._plain(name, value)

    def _cell(self, month: str, before: Any, after: Any, is_locked: Any) -> str:
        """One number of a quota plan: its month, what it was and is, whether it is locked."""
        when = date_format(date.fromisoformat(month), "M Y") if MONTH.match(month) else month
        was, now = self.value("cells", before), self.value("cells", after)
        words = f"{when} {now}" if was == now else f"{when} {was} → {now}"
        return _("%(number)s (locked)") % {"number": words} if is_locked else words

    def _listed(self, values: list[Any]) -> str:
        return ", ".join(self.value("", each) for each in values) or UNDEFINED

    def _plain(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if value in (None, ""):
            return UNDEFINED
        if isinstance(value, int):
            if value in self.others.get(OTHERS.get(name, ""), {}):
                return self.others[OTHERS[name]][value][0]
            if name == "steps":
                return str(value + 1)  # counted from 0
            known = self.teams if name in TEAMS else self.persons if name in self.person_keys else {}
            return known.get(value, str(value))
        text = str(value)
        if FINGERPRINT.match(text) and not self.is_whole:
            return f"{text[:SHOWN]}…"
        if name == "fields":
            return key_words(text)
        if name == "role":
            return role_words(text)
        if DAY.match(text):
            return day_words(text)
        plain = EXACT.sub(r"\1\2", text)
        amount = AMOUNT.match(plain) if name in AMOUNTS else None
        return amount_words(amount) if amount else plain


def amount_words(found: re.Match[str]) -> str:
    """An exact amount with its thousands apart: 12,000,000 USD."""
    whole, fraction, currency = found[1], found[2] or "", found[3] or ""
    return formats.number(Decimal(f"{whole}.{fraction or 0}"), len(fraction)) + currency


def day_words(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return (
        str(_("the beginning"))
        if day == BEGINNING
        else str(_("further notice"))
        if day == FOREVER
        else formats.day(day)
    )
