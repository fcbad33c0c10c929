"""The period switcher of a page: month, quarter, year, all time, one step back or on, dates of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from metrics.pages import links
from metrics.pages.periods import ALL, GRAINS, Choice, grain_words
from people import formats
from people.components import Callout, Tab


@dataclass(frozen=True)
class LookBack:
    """The picker of a past day: what is chosen, the latest there is, the rest of the query, and the way back to today."""

    day: str
    words: str
    latest: str
    kept: list[tuple[str, str]]
    today_href: str


@dataclass(frozen=True)
class Switcher:
    """Links that change the days and keep the rest of the query; `kept` are its other values, for the form of dates."""

    tabs: list[Tab]
    label: str
    days: str
    previous: Tab | None
    following: Tab | None
    starts_on: str
    last_day: str
    kept: list[tuple[str, str]]
    is_custom: bool
    callout: Callout | None
    look_back: LookBack | None = None


def switcher(
    choice: Choice, path: str, query: Mapping[str, Any], *, is_old: bool = False, latest: date | None = None
) -> Switcher:
    """The switcher of a page; `is_old` says that the days are the last ones with facts rather than today's. `latest` is
    the last past day that its picker offers; None: it has no picker."""
    rest = {key: value for key, value in query.items() if key not in ("period", "from", "to")}

    def to(**changes: Any) -> str:
        return links.same_page(path, rest, **changes)

    def step(by: int) -> Tab | None:
        neighbour = choice.step(by)
        return None if neighbour is None else Tab(neighbour.label, to(**neighbour.query))

    tabs = [Tab(grain_words(grain), to(period=grain.value), grain == choice.grain) for grain in GRAINS]
    tabs.append(Tab(_("All time"), to(period=ALL), choice.key == ALL))
    return Switcher(
        tabs=tabs,
        label=choice.label,
        days=choice.days_words,
        previous=step(-1),
        following=step(1),
        starts_on=choice.period.starts_on.isoformat(),
        last_day=choice.period.last_day.isoformat(),
        kept=[(key, str(value)) for key, value in rest.items()],
        is_custom=choice.grain is None and choice.key != ALL,
        callout=_callout(choice, is_old),
        look_back=_look_back(choice, path, query, latest) if latest else None,
    )


def _look_back(choice: Choice, path: str, query: Mapping[str, Any], latest: date) -> LookBack:
    kept = [(key, str(value)) for key, value in query.items() if key != "as_of"]
    return LookBack(
        choice.as_of.isoformat() if choice.as_of else "",
        _("As it stood on %(day)s") % {"day": formats.day(choice.as_of)} if choice.as_of else _("As it stood on …"),
        latest.isoformat(),
        kept,
        links.same_page(path, query, as_of=None) if choice.as_of else "",
    )


def _callout(choice: Choice, is_old: bool) -> Callout | None:
    if choice.as_of is not None:
        return Callout(
            _("A look back to %(day)s") % {"day": formats.day(choice.as_of)},
            _(
                "The figures as they stood at the end of that day, by the teams, quotas and credits of that day. Deals "
                "that were deleted since then are not in the figures."
            ),
        )
    if choice.is_refused:
        return Callout(
            _("These dates could not be read"),
            _("Give a first and a last day, the first one not after the last. The page shows %(label)s instead.")
            % {"label": choice.label},
            "warn",
        )
    if is_old and not choice.is_running and choice.key in GRAINS:
        return Callout(
            _("No deal was decided lately"),
            _("The page shows %(label)s, the last days with decided deals (up to %(day)s).")
            % {"label": choice.label, "day": formats.day(choice.period.last_day)},
        )
    return None
