"""How objectives and goals look in lists: their state, how far they have come, their days."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from goals.models import Measured, Objective
from goals.pages.pieces import progress_bar, status_chip
from goals.selectors.limits import filters_words, metric_choices
from goals.selectors.states import State
from goals.words import measure_words
from people import formats
from people.components import Cell, Status


def percent_words(state: State | None) -> str:
    """62.5%, exact above 100 % and below 0; about 60% where it is rounded; – where it is undefined."""
    if state is not None and state.is_rounded:
        return _("about %(share)s") % {"share": formats.percent(state.ratio, 0)}
    return formats.percent(state.ratio if state else None)


def progress_cell(row: Any, state: State, currency: str) -> Cell:
    return Cell(progress=progress_bar(row, state, currency, is_small=True))


def way_words(row: Any, state: State, currency: str) -> str:
    """$430,000 of $500,000."""
    if row.kind == Measured.Kind.MILESTONES or state.value is None:
        return ""
    now, target = (measure_words(row.unit, value, currency) for value in (state.value, row.target))
    return _("%(now)s of %(target)s") % {"now": now, "target": target}


def days_words(row: Measured) -> str:
    """First and last day, both included."""
    last = row.ends_before - timedelta(days=1)
    return _("%(first)s to %(last)s") % {"first": formats.day(row.starts_on), "last": formats.day(last)}


def measure_label(row: Measured) -> str:
    """Bookings, only Region: EMEA. One query where a custom field limits it."""
    if row.kind != Measured.Kind.METRIC:
        return str(row.get_kind_display())
    label = dict(metric_choices()).get(row.metric, row.metric)
    limits = ", ".join(f"{name}: {text}" for name, text in filters_words(row.filters))
    return _("%(metric)s, only %(limits)s") % {"metric": label, "limits": limits} if limits else label


def objective_status(objective: Objective, state: State) -> Status:
    """Whether it is a draft, otherwise how it stands."""
    if objective.published_at is None and objective.withdrawn_at is None:
        return Status(_("Draft"), "neutral", "edit")
    return status_chip(objective, state)


def confidence_words(state: State) -> str:
    """What was said last, and whether that is long ago."""
    said = state.confidence
    if said is None:
        return formats.UNDEFINED
    words = {"high": _("confident"), "medium": _("unsure"), "low": _("not without help")}[said.value]
    values = {"words": words, "day": formats.day(said.given_on)}
    return (_("%(words)s, but that was said on %(day)s") if said.is_stale else _("%(words)s (%(day)s)")) % values
