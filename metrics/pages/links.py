"""Where figures lead: the deals behind them, the explorer, the reason. The one place that knows the addresses."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from kernel.period import Period
from metrics.engine.definitions import Metric
from metrics.engine.parts import Basis
from metrics.pages.periods import CUSTOM, Choice
from metrics.selectors.subject import Subject
from metrics.selectors.why import DealsBehind, deals_behind
from people.addresses import address


def page(name: str, *arguments: Any, **query: Any) -> str:
    """The address of a page with its query; empty while no page has the name."""
    path = address(name, *arguments)
    return same_page(path, query) if path else ""


def same_page(path: str, query: Mapping[str, Any], **changes: Any) -> str:
    """A path with a query, some of it changed; what is None or empty is left out."""
    kept = {key: value for key, value in {**query, **changes}.items() if value not in (None, "", [], ())}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def behind(deals: DealsBehind, **more: Any) -> str:
    """The deals list with the deals behind a figure."""
    return page("crm:deal_list", **{**deals.filters, **more})


def deals_of(metric: Metric, subject: Subject, period: Period | None) -> str:
    """The deals that a metric counts."""
    return behind(deals_behind(metric, subject, period))


def deals(subject: Subject, *outcomes: str, period: Period | None = None, **more: Any) -> str:
    """Somebody's deals of these outcomes, closed in a period."""
    asked = DealsBehind(outcomes, Basis.CLOSED, period, subject.person_id, subject.team_id)
    return behind(asked, **more)


def subject_query(subject: Subject) -> dict[str, Any]:
    """Whose numbers and which, as the explorer and the reason ask for it; `without` names what has no value."""
    values = [("person", subject.person_id), ("team", subject.team_id), *subject.traits]
    without = ",".join(str(name) for name, value in values if value is not None and not value)
    return {**{str(name): value for name, value in values if value}, "without": without}


def why(metric: Metric, subject: Subject, choice: Choice, period: Period | None = None) -> str:
    """The reason for a figure of the page's days, or of other ones; open deals stand as they are unless some are given.

    On a page that looks back, as it stood then.
    """
    days = custom(period) if period else {} if metric.basis is Basis.DUE else choice.query
    back = {"as_of": choice.as_of.isoformat()} if choice.as_of else {}
    return page("metrics:why", metric=metric.name, **subject_query(subject), **{**days, **back})


def custom(period: Period) -> dict[str, str]:
    """Days as a query says them: the last one included."""
    return {"period": CUSTOM, "from": period.starts_on.isoformat(), "to": period.last_day.isoformat()}


def explorer(metric: Metric, subject: Subject, **query: Any) -> str:
    """The metric's own page."""
    return page("metrics:metric", metric.name, **subject_query(subject), **query)


def numbers_of(subject: Subject, choice: Choice | None = None) -> str:
    """The page with somebody's numbers, about the same days."""
    query = choice.query if choice else {}
    if subject.person_id:
        return page("metrics:person_numbers", subject.person_id, **query)
    if subject.team_id:
        return page("metrics:team_numbers", subject.team_id, **query)
    return page("metrics:company", **query)
