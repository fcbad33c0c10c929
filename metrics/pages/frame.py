"""What every page of numbers has: its days, its head, the ways to the viewer's other pages, and when it is true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from kernel.period import Grain
from metrics.pages import links
from metrics.pages.periods import DEFAULT, Choice, choose, past_day
from metrics.pages.switcher import Switcher, switcher
from metrics.selectors.state import State, numbers_state
from people.components import Action, Crumb, Tab
from people.fiscal import calendar_of
from people.viewer import TEAM, Charge, Viewer


@dataclass(frozen=True)
class Asked:
    """What a request asks of a page: who, where, and its query."""

    viewer: Viewer
    path: str
    query: Mapping[str, str]

    @property
    def full_path(self) -> str:
        return links.same_page(self.path, self.query)


@dataclass(frozen=True)
class Days:
    """The days of a page, the switcher that changes them, and how far the numbers are."""

    choice: Choice
    switcher: Switcher
    state: State


@dataclass(frozen=True)
class Head:
    """The head of a page; `version` is the data's, which open pages ask about."""

    title: str
    path: str
    subtitle: str = ""
    crumbs: Sequence[Crumb] = ()
    hats: Sequence[Tab] = ()
    actions: Sequence[Action] = ()
    as_of: datetime | None = None
    version: int = 0

    @classmethod
    def of(
        cls,
        title: str,
        asked: Asked,
        days: Days,
        *,
        subtitle: str = "",
        crumbs: Sequence[Crumb] = (),
        hats: Sequence[Tab] = (),
        actions: Sequence[Action] = (),
    ) -> "Head":
        """The head of a page about these days."""
        state = days.state
        return cls(title, asked.full_path, subtitle, crumbs, hats, actions, state.computed_at, state.version)


HATS = {
    "metrics:my_number": frozenset({"rep", "manager"}),
    "metrics:team": frozenset({TEAM}),
    "metrics:company": frozenset({"administrator", "executive", "operations"}),
}


def hats_of(asked: Asked, choice: Choice | None) -> list[Tab]:
    """The viewer's homes and further teams in their charge, where there is more than one."""
    words = {"metrics:my_number": _("My number"), "metrics:team": _("My team"), "metrics:company": _("Company")}
    query = choice.query if choice and "period" in asked.query else {}
    tabs = []
    for name, roles in HATS.items():
        if roles & asked.viewer.hats:
            tabs.append(Tab(words[name], links.page(name, **query), links.page(name) == asked.path))
        if name == "metrics:team":
            tabs += [_charge_tab(asked, charge, query) for charge in asked.viewer.open_charges[1:]]
    return tabs if len(tabs) > 1 else []


def _charge_tab(asked: Asked, charge: Charge, query: Mapping[str, str]) -> Tab:
    label = f"{charge.team_name} ({charge_words(charge)})" if charge_words(charge) else charge.team_name
    path = links.page("metrics:team_numbers", charge.team_id)
    return Tab(label, links.same_page(path, query), path == asked.path)


def charge_words(charge: Charge | None) -> str:
    """By which right somebody looks after a team, where it is not their own seat."""
    if charge is None or charge.right in ("seat", "granted"):
        return ""
    return _("for %(name)s") % {"name": charge.for_name} if charge.right == "delegated" else _("acting manager")


def days_of(asked: Asked, *, default: str = DEFAULT, looks_back: bool = True, has_picker: bool = False) -> Days:
    """The days a page shows. Where the last decided deals are older than the current period, "quarter" means theirs.

    `looks_back`: the page can show how things stood on a past day, which is then its today; `has_picker`: its switcher
    asks for that day. One query.
    """
    viewer, state = asked.viewer, numbers_state()
    calendar = calendar_of(viewer.organization)
    as_of = past_day(asked.query, viewer.on) if looks_back else None
    on = as_of or viewer.on
    last = min(state.last or on, on)
    is_old = last < calendar.period_of(Grain.QUARTER, on).starts_on
    chosen = choose(
        asked.query,
        calendar=calendar,
        on=on,
        anchor=last if is_old else on,
        first=state.first,
        default=default,
    )
    choice = replace(chosen, as_of=as_of)
    shown = switcher(
        choice,
        asked.path,
        asked.query,
        is_old=is_old and "period" not in asked.query,
        latest=viewer.on - timedelta(days=1) if has_picker else None,
    )
    return Days(choice, shown, state)
