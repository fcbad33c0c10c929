"""Values of goals in words, with the old and the new one."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from goals.engine.values import DAYS, NUMBERS, value_read
from goals.models import Goal, Measured
from goals.selectors.limits import filters_words, metric_choices
from people import formats


def field_label(name: str) -> str:
    """What a field of a goal is called."""
    return {
        "name": _("Name"),
        "specific": _("Specific"),
        "kind": _("Measured by"),
        "metric": _("Metric"),
        "filters": _("Only where"),
        "unit": _("Counted in"),
        "direction": _("Direction"),
        "baseline": _("Baseline"),
        "target": _("Target"),
        "commit_value": _("Commit"),
        "stretch_value": _("Stretch"),
        "achievable": _("Achievable"),
        "relevant": _("Relevant"),
        "rolls_up_by": _("Progress comes from"),
        "starts_on": _("From"),
        "ends_before": _("Until (not included)"),
        "cadence": _("Check-ins"),
        "pace": _("Expected progress"),
    }[name]


def value_words(row: Measured, name: str, stored: Any, currency: str) -> str:
    """A stored value of a field as a reader sees it. A query where a custom field limits the goal."""
    if stored in (None, "", []):
        return formats.UNDEFINED
    if name in NUMBERS:
        return measure_words(row.unit, value_read(name, stored), currency)
    if name in DAYS:
        return formats.plain(date.fromisoformat(stored))
    if name == "filters":
        return ", ".join(f"{label}: {text}" for label, text in filters_words(stored))
    if name == "metric":
        return str(dict(metric_choices()).get(stored, stored))
    field: Any = Goal._meta.get_field(name)
    return str(dict(field.flatchoices).get(stored, stored)) if field.choices else str(stored)


def measure_words(unit: str, value: Decimal | None, currency: str) -> str:
    """A value of the measure, with its unit: $1,200 · 62.5% · 14 days."""
    is_whole = value is None or value == value.to_integral_value()
    digits = None if is_whole or unit in ("money", "ratio") else 2
    return formats.figure(value, unit, currency, digits)


def field_words(row: Measured, name: str, stored: Any, currency: str) -> str:
    """Target 110."""
    return f"{field_label(name)} {value_words(row, name, stored, currency)}"


def change_words(row: Measured, name: str, before: Any, after: Any, currency: str) -> str:
    """Target from 100 to 110."""
    old, new = value_words(row, name, before, currency), value_words(row, name, after, currency)
    return _("%(field)s from %(before)s to %(after)s") % {"field": field_label(name), "before": old, "after": new}
