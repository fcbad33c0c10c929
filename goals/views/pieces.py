"""How goals and objectives look wherever they are shown: their state, how far they have come, their days."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from goals.engine.pace import Status as Pace
from goals.models import Measured, Objective
from goals.selectors.limits import filters_words, metric_choices
from goals.selectors.states import State
from goals.words import measure_words
from people import formats
from people.components import Cell, Progress, Status


def state_status(state: State | None) -> Status:
    """The state as icon and word."""
    words: dict[Pace, Status] = {
        Pace.NOT_STARTED: Status(_("Not started"), "neutral", "clock"),
        Pace.NO_FIGURE: Status(_("No figure yet"), "neutral", "dot"),
        Pace.AHEAD: Status(_("Ahead"), "good", "arrow-up"),
        Pace.ON_TRACK: Status(_("On track"), "good"),
        Pace.AT_RISK: Status(_("At risk"), "warn"),
        Pace.BEHIND: Status(_("Behind"), "bad", "arrow-down"),
        Pace.MET: Status(_("Met"), "good"),
        Pace.MISSED: Status(_("Missed"), "bad"),
    }
    return Status(formats.UNDEFINED) if state is None else words[state.status]


def state_progress(state: State, label: str, *, is_small: bool = True) -> Progress:
    """The share of the way, with the mark of what is expected by now; below the start the bar is empty."""
    ratio = state.ratio
    shown = None if ratio is None else max(ratio, Decimal(0))
    return Progress(label, shown, 1, "ratio", pace=state.expected_ratio, is_small=is_small)


def percent_words(state: State | None) -> str:
    """62.5%, exact above 100 % and below 0; – where it is undefined."""
    return formats.percent(state.ratio if state else None)


def progress_cell(state: State, label: str) -> Cell:
    return Cell(progress=state_progress(state, label))


def row_value(row: Measured, value: Decimal | None, currency: str) -> str:
    """A value in the row's own unit."""
    return measure_words(row.unit, value, currency)


def way_words(row: Measured, state: State, currency: str) -> str:
    """$430,000 of $500,000."""
    if row.kind == Measured.Kind.MILESTONES or state.value is None:
        return formats.UNDEFINED
    now, target = row_value(row, state.value, currency), row_value(row, row.target, currency)
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


def objective_status(objective: Objective, state: State | None) -> Status:
    """Whether it is a draft or withdrawn, otherwise how it stands."""
    if objective.withdrawn_at:
        return Status(_("Withdrawn"), "neutral", "x-circle")
    if objective.published_at is None:
        return Status(_("Draft"), "neutral", "edit")
    return state_status(state)


def confidence_words(state: State) -> str:
    """What was said last, and whether that is long ago."""
    said: Any = state.confidence
    if said is None:
        return formats.UNDEFINED
    words = {"high": _("confident"), "medium": _("unsure"), "low": _("not without help")}[said.value]
    values = {"words": words, "day": formats.day(said.given_on)}
    return (_("%(words)s, but that was said on %(day)s") if said.is_stale else _("%(words)s (%(day)s)")) % values
