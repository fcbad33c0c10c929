"""States of goals as components: status, confidence, progress."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from goals.engine.pace import Status as Pace
from goals.engine.progress import Level
from goals.models import Goal, Measured, Objective
from goals.selectors.states import State
from goals.words import measure_words
from people import formats
from people.components import Cell, PersonChip, Progress, Status


def status_chip(row: Goal | Objective, state: State) -> Status:
    """What a goal is today, as icon and word."""
    if row.withdrawn_at:
        return Status(_("Withdrawn"), "neutral", "x-circle")
    return {
        Pace.NOT_STARTED: Status(_("Not begun"), "neutral", "clock"),
        Pace.NO_FIGURE: Status(_("No figure yet"), "warn"),
        Pace.AHEAD: Status(_("Ahead"), "good", "arrow-up"),
        Pace.ON_TRACK: Status(_("On track"), "good"),
        Pace.AT_RISK: Status(_("At risk"), "warn"),
        Pace.BEHIND: Status(_("Behind"), "bad", "arrow-down"),
        Pace.MET: Status(_("Met"), "good"),
        Pace.MISSED: Status(_("Missed"), "bad"),
    }[state.status]


def confidence_chip(state: State) -> Status | None:
    """What the owner last said, and whether that is old."""
    if state.confidence is None:
        return None
    words = {"high": (_("Confident"), "good"), "medium": (_("Unsure"), "warn"), "low": (_("Not without help"), "bad")}
    label, tone = words[state.confidence.value]
    if state.confidence.is_stale:
        label = _("%(confidence)s, some time ago") % {"confidence": label}
    return Status(label, tone)  # type: ignore[arg-type]


def level_words(state: State) -> str:
    """The best level that the value meets."""
    return {
        Level.NONE: "",
        Level.COMMIT: _("commit reached"),
        Level.TARGET: _("target reached"),
        Level.STRETCH: _("stretch reached"),
    }[state.level]


def progress_bar(row: Goal | Objective, state: State, currency: str, *, is_small: bool = False) -> Progress:
    """How far it has come; exact above the target."""
    if row.kind == Measured.Kind.MILESTONES or state.value is None:
        value = state.ratio if state.ratio is not None else None
        return Progress(
            _("Progress"),
            value,
            Decimal(1),
            "ratio",
            is_small=is_small,
            share=state.ratio,
            is_rounded=state.is_rounded,
        )
    unit = str(row.unit)
    return Progress(_("Progress"), state.value, row.target, unit, currency, is_small=is_small, share=state.ratio)


def holder_name(goal: Goal) -> str:
    """Whose goal it is."""
    holder = goal.person or goal.team
    return holder.name if holder else ""


def holder_cell(goal: Goal) -> Cell:
    """Whose goal it is, in a table."""
    if goal.person_id:
        return Cell(person=PersonChip(holder_name(goal), is_small=True))
    return Cell(holder_name(goal), detail=_("team"))


def value_words(row: Goal | Objective, value: Any, currency: str) -> str:
    """A value in the unit of its measure."""
    return measure_words(row.unit, value, currency)


def days_left_words(row: Goal | Objective, on: Any) -> str:
    """Until when, in words."""
    last = formats.plain(row.ends_before)
    return _("before %(day)s") % {"day": last}
