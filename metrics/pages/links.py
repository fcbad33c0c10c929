"""Where figures lead: the deals behind them, the explorer, the reason. The one place that knows the addresses' parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from kernel.period import Period
from metrics.engine.definitions import Basis, Metric, parts_of
from metrics.pages.periods import Choice

DAY_FILTERS = {Basis.CLOSED: "closed", Basis.DUE: "closed", Basis.CREATED: "created"}


@dataclass(frozen=True)
class Whose:
    """Whose deals a figure counts: a person's, a team's with all below it, or everybody's."""

    person_id: int | None = None
    team_id: int | None = None

    @property
    def deals_query(self) -> dict[str, Any]:
        """As the deals list asks for it."""
        if self.person_id is not None:
            return {"owner": self.person_id}
        return {} if self.team_id is None else {"team": self.team_id}

    @property
    def query(self) -> dict[str, Any]:
        """As the pages of numbers ask for it."""
        if self.person_id is not None:
            return {"person": self.person_id}
        return {} if self.team_id is None else {"team": self.team_id}


EVERYBODY = Whose()


def page(name: str, *arguments: Any, **query: Any) -> str:
    """The address of a page with its query; empty while no page has the name."""
    try:
        path = reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
    pairs = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(pairs, doseq=True)}" if pairs else path


def deals(whose: Whose, period: Period | None = None, *, day: str = "closed", **filters: Any) -> str:
    """The deals list, limited to somebody's and to days (`day` closed or created, the last one included)."""
    query = {**whose.deals_query, **filters}
    if period is not None:
        query |= {f"{day}_from": period.starts_on.isoformat(), f"{day}_to": period.last_day.isoformat()}
    return page("crm:deal_list", **query)


def deals_of(metric: Metric, whose: Whose, period: Period | None, **filters: Any) -> str:
    """The deals that a metric counts."""
    return deals(whose, period, day=DAY_FILTERS[metric.basis], **outcome_query(metric), **filters)


def outcome_query(metric: Metric) -> dict[str, Any]:
    """Which outcomes a metric counts."""
    if metric.basis is Basis.CREATED:
        return {}
    if metric.basis is Basis.DUE:
        return {"outcome": "open"}
    parts = parts_of(metric)
    is_lost = any(part.startswith("lost") for part in parts)
    is_won = not is_lost or any(part.startswith("won") for part in parts)
    return {"outcome": [name for name, counts in (("won", is_won), ("lost", is_lost)) if counts]}


def why(metric: Metric, whose: Whose, choice: Choice | None) -> str:
    """The reason for a figure."""
    return page("metrics:why", metric=metric.name, **whose.query, **(choice.query if choice else {}))


def explorer(metric: Metric, whose: Whose = EVERYBODY, **query: Any) -> str:
    """The metric's own page."""
    return page("metrics:metric", metric.name, **whose.query, **query)


def with_choice(name: str, *arguments: Any, choice: Choice, **query: Any) -> str:
    """A page of numbers about the same days."""
    return page(name, *arguments, **choice.query, **query)


def same_page(path: str, query: Mapping[str, Any], **changes: Any) -> str:
    """This page with some of its query changed; None takes one away."""
    kept = {key: value for key, value in {**query, **changes}.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path
