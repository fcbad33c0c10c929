"""The table in which a manager sets the goals of a whole team: values beside what each reached before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from goals.forms.team_goals import GoalLine
from goals.models import Goal
from goals.selectors.figures import PERSON, TEAM, Ask, figures_of
from goals.words import measure_words
from kernel.period import Period
from people.models import Person, Team
from people.viewer import Viewer


@dataclass(frozen=True)
class SetRow:
    """One line of the table: whose, what they reached before, and its cells."""

    key: str
    holder: Person | Team
    is_team: bool
    before: str
    last_year: str
    goal: Goal | None
    form: GoalLine


def set_rows(
    viewer: Viewer,
    *,
    team: Team,
    members: Sequence[Person],
    existing: dict[str, Goal],
    metric: str,
    unit: str,
    days: Period,
    data: Any = None,
) -> list[SetRow]:
    """The team, then its people. Two queries."""
    length = (days.ends_before - days.starts_on).days
    before, last_year = days.shift(-length), _year_before(days)
    holders: list[Person | Team] = [team, *members]
    asks = {
        (key_of(holder), span): Ask(metric, _holder(holder), (), span.starts_on, span.ends_before)
        for holder in holders
        for span in (before, last_year)
    }
    found = figures_of(viewer.organization, asks.values(), viewer.on)
    currency = viewer.organization.currency
    rows = []
    for holder in holders:
        key = key_of(holder)
        goal = existing.get(key)
        words = [measure_words(unit, found[asks[key, span]].value, currency) for span in (before, last_year)]
        form = GoalLine(data, prefix=key.replace(":", "-"), metric=metric, goal=goal)
        rows.append(SetRow(key, holder, isinstance(holder, Team), words[0], words[1], goal, form))
    return rows


def key_of(holder: Person | Team) -> str:
    """What forms call a person or team."""
    return f"{'team' if isinstance(holder, Team) else 'person'}:{holder.pk}"


def _holder(holder: Person | Team) -> tuple[str, int]:
    return (TEAM if isinstance(holder, Team) else PERSON, holder.pk)


def _year_before(days: Period) -> Period:
    first = _back(days.starts_on)
    return Period(first, max(_back(days.ends_before), first.fromordinal(first.toordinal() + 1)))


def _back(day: Any) -> Any:
    """The same day a year before; 29 February becomes the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def default_name(metric_label: str, period_label: str) -> str:
    """What new goals are called unless the manager says otherwise."""
    return _("%(metric)s, %(period)s") % {"metric": metric_label, "period": period_label}
