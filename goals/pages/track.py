"""How a goal came to where it is: its value beside what was to be expected, as a chart and as numbers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from goals.models import Goal, Measured
from goals.pages.pieces import value_words
from goals.selectors.figures import figures_of
from goals.selectors.goals import Story
from goals.selectors.states import State, ask_of, curve_of, scale_of, seasons_of
from people import formats
from people.components import Chart, Empty, Series
from people.selectors.holiday import holiday_days
from people.viewer import Viewer

POINTS = 13


def track_days(goal: Goal) -> list[date]:
    """The ends of about thirteen equal stretches of the goal's days, each as the day that follows it."""
    length = (goal.ends_before - goal.starts_on).days
    step = max(1, -(-length // POINTS))
    days = [goal.starts_on + timedelta(days=n) for n in range(step, length, step)]
    return [*days, goal.ends_before]


def track_chart(viewer: Viewer, goal: Goal, state: State, story: Story) -> Chart | None:
    """Value and expectation by day; None for what takes its progress from others. Five queries at most."""
    if goal.rolls_up_by != Measured.RollUp.OWN:
        return None
    days, on, currency = track_days(goal), viewer.on, viewer.organization.currency
    curve = curve_of(goal, seasons_of(viewer.organization, [goal], on), holiday_days())
    shown = [_last(day) for day in days]
    passed = sum(day <= on for day in shown)
    is_steps = goal.kind == Measured.Kind.MILESTONES
    unit = "ratio" if is_steps else str(goal.unit)
    if is_steps:
        values, expected = _steps(story, shown), [_share(curve.expected(day)) for day in shown]
    else:
        values = _metric(viewer, goal, days) if goal.kind == Measured.Kind.METRIC else _entered(story, shown)
        scale = scale_of(goal)
        expected = [_share(curve.expected_value(scale, day)) for day in shown]
    drawn = [*values[:passed], *[None] * (len(days) - passed)]
    if 0 < passed < len(days) or (passed == 0 and goal.starts_on <= on):
        drawn[passed] = state.value  # the running stretch, up to today
    target = Decimal(1) if is_steps else goal.target
    return Chart(
        id="track",
        title=_("Value and expectation"),
        summary=_summary(goal, state, currency, is_steps),
        categories=[_label(goal, day) for day in shown],
        series=[
            Series(_("Value"), drawn, mark="line"),
            Series(_("Expected"), expected, mark="line", role="muted", is_dashed=True),
        ],
        unit=unit,
        currency=currency,
        category_label=_("Until"),
        target=target,
        target_label=_("Target"),
        empty=Empty(_("Nothing to draw yet"), _("The value appears with the first figure."), "chart"),
    )


def _summary(goal: Goal, state: State, currency: str, is_steps: bool) -> str:
    if state.value is None:
        return _("No figure yet.")
    now = formats.percent(state.value) if is_steps else value_words(goal, state.value, currency)
    to = formats.percent(Decimal(1)) if is_steps else value_words(goal, goal.target, currency)
    return _("%(now)s of %(target)s; %(share)s of the way, %(expected)s expected by now.") % {
        "now": now,
        "target": to,
        "share": formats.percent(state.ratio),
        "expected": formats.percent(state.expected_ratio),
    }


def _label(goal: Goal, day: date) -> str:
    """16 Oct; with its year where the goal takes longer than one."""
    is_long = (goal.ends_before - goal.starts_on).days > 365
    return formats.day(day) if is_long else date_format(day, pgettext("format of a day without its year", "j M"))


def _last(day: date) -> date:
    return day - timedelta(days=1)


def _share(value: Any) -> Decimal:
    return round(Decimal(value.numerator) / Decimal(value.denominator), 6)


def _metric(viewer: Viewer, goal: Goal, days: Sequence[date]) -> list[Decimal | None]:
    asks = [replace(ask_of(goal), ends_before=day) for day in days]
    found = figures_of(viewer.organization, asks, viewer.on)
    return [found[ask].value for ask in asks]


def _entered(story: Story, days: Sequence[date]) -> list[Decimal | None]:
    said = [each for each in story.check_ins if each.value is not None]
    return [next((each.value for each in said if each.on <= day), None) for day in days]


def _steps(story: Story, days: Sequence[date]) -> list[Decimal | None]:
    whole = sum((each.weight for each in story.milestones), Decimal(0))
    if not whole:
        return [None for _day in days]
    return [
        sum((each.weight for each in story.milestones if each.done_on and each.done_on <= day), Decimal(0)) / whole
        for day in days
    ]
