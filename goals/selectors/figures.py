"""What the measures of goals stand at: many goals of any period, person, team and filter in few statements.

Parts of a metric add up over days. So the days of all goals are cut where one of them starts or is asked about, each
statement sums those pieces for everybody concerned, and a goal's figure is put together from its pieces. One statement
serves all goals of people, of teams or of the company that are limited by the same dimensions; only medians, which do not
add up, take one for each period.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from kernel.money import Currency
from kernel.period import Period
from metrics.catalogue import CATALOGUE
from metrics.engine.definitions import Cumulative, Direction, Metric, Quantile, Unit, parts_of, quantile_of
from metrics.engine.evaluate import Group, Value, evaluate
from metrics.engine.parts import Basis, Part
from metrics.selectors.own import is_own, own_dimensions
from metrics.selectors.question import Dimension, Question, Scope, Window
from metrics.selectors.sums import quantiles, sums
from people.models import Organization

PERSON, TEAM, COMPANY = "person", "team", "company"
Limits = tuple[tuple[str, tuple[Any, ...]], ...]  # by dimension, in the order of their names: the values kept


@dataclass(frozen=True)
class Ask:
    """One figure: a metric of a person, a team with all below it or the company, limited, in some days."""

    metric: str
    holder: tuple[str, int]  # ("person", id) · ("team", id) · ("company", 0)
    limits: Limits
    starts_on: date
    ends_before: date


def limits_of(filters: Iterable[Mapping[str, Any]]) -> Limits:
    """The stored filters of a goal as a value that can be compared."""
    return tuple(sorted((str(each["by"]), tuple(each["values"])) for each in filters))


def goal_metrics() -> dict[str, Metric]:
    """The metrics that a goal can be bound to: a direction says what is better, and a period of its own what counts."""
    return {
        name: metric
        for name, metric in CATALOGUE.items()
        if metric.direction is not Direction.NEITHER and not isinstance(metric.kind, Cumulative)
    }


def adds_up(metric: Metric) -> bool:
    """Whether a metric grows by what happens (bookings, calls) rather than being a rate, a mean or a state."""
    is_sum = metric.unit in (Unit.MONEY, Unit.COUNT) and quantile_of(metric) is None
    return is_sum and not metric.name.endswith("_mean") and metric.basis is not Basis.DUE


def figures_of(organization: Organization, asks: Iterable[Ask], on: date) -> dict[Ask, Value]:
    """The figures asked for. One query for each kind of holder and set of limiting dimensions (and for each period of
    goals on a median), one more where a custom field limits; however many goals there are."""
    wanted = [ask for ask in dict.fromkeys(asks) if ask.metric in CATALOGUE]
    digits = Currency.of(organization.currency).digits
    own = own_dimensions(with_off=True) if any(is_own(by) for ask in wanted for by, _values in ask.limits) else {}
    found: dict[Ask, Value] = {}
    for together in _alike(wanted, lambda ask: (ask.holder[0], tuple(by for by, _values in ask.limits))):
        found |= _summed(organization, together, on, digits, own)
    return found


def _alike(asks: Sequence[Ask], key: Any) -> list[list[Ask]]:
    groups: dict[Any, list[Ask]] = {}
    for ask in asks:
        groups.setdefault(key(ask), []).append(ask)
    return list(groups.values())


def _summed(
    organization: Organization, asks: list[Ask], on: date, digits: int, own: Mapping[str, Dimension]
) -> dict[Ask, Value]:
    days = sorted({day for ask in asks for day in (ask.starts_on, ask.ends_before)})
    periods = tuple(Period(first, last) for first, last in pairwise(days))
    question = _question(asks, on, own)
    wanted = {part for ask in asks for part in parts_of(CATALOGUE[ask.metric])}
    pieces = sums(question, Window(days[0], days[-1], periods), wanted, organization) if wanted else {}
    by_group: dict[tuple[Any, ...], dict[int, Mapping[Part, Decimal]]] = {}
    for key, parts in pieces.items():
        by_group.setdefault(key[:-1], {})[key[-1]] = parts
    middles = _middles(organization, asks, on, own)
    found = {}
    for ask in asks:
        parts = _added(ask, by_group, days)
        group = Group(parts, {}, middles.get(ask, {}))
        found[ask] = evaluate(CATALOGUE[ask.metric], group, currency_digits=digits)
    return found


def _added(ask: Ask, by_group: Mapping[Any, Mapping[int, Mapping[Part, Decimal]]], days: list[date]) -> dict[Part, Any]:
    """The pieces of the ask's days and values, added up."""
    first, last = days.index(ask.starts_on) + 1, days.index(ask.ends_before)
    total: dict[Part, Decimal] = {}
    for group in _groups(ask):
        for cut, parts in by_group.get(group, {}).items():
            if first <= cut <= last:
                for part, value in parts.items():
                    total[part] = total.get(part, Decimal(0)) + value
    return total


def _groups(ask: Ask) -> list[tuple[Any, ...]]:
    """The groups of the statement that the ask counts."""
    heads: list[tuple[Any, ...]] = [()] if ask.holder[0] == COMPANY else [(ask.holder[1],)]
    for _by, values in ask.limits:
        heads = [(*head, value) for head in heads for value in values]
    return heads


def _question(asks: Sequence[Ask], on: date, own: Mapping[str, Dimension]) -> Question:
    kind, limits = asks[0].holder[0], asks[0].limits
    dimensions = [own.get(by) or Dimension(by) for by, _values in limits]
    holders = {PERSON: (Dimension.PERSON,), TEAM: (Dimension.TEAM,), COMPANY: ()}[kind]
    people = tuple(sorted({ask.holder[1] for ask in asks})) if kind == PERSON else None
    scope = Scope(people)
    for place, dimension in enumerate(dimensions):
        values = sorted({value for ask in asks for value in ask.limits[place][1]}, key=str)
        scope = scope.having(dimension, *values)
    metrics = tuple(dict.fromkeys(CATALOGUE[ask.metric] for ask in asks))
    return Question(metrics, on, (*holders, *dimensions), scope=scope)


def _middles(
    organization: Organization, asks: Sequence[Ask], on: date, own: Mapping[str, Dimension]
) -> dict[Ask, dict[Quantile, Decimal | None]]:
    """Medians and percentiles: one query for each period and set of values."""
    found: dict[Ask, dict[Quantile, Decimal | None]] = {}
    medians = [ask for ask in asks if quantile_of(CATALOGUE[ask.metric])]
    for together in _alike(medians, lambda ask: (ask.starts_on, ask.ends_before, ask.limits)):
        first = together[0]
        question = _question(together, on, own)
        holders = question.by[: 0 if first.holder[0] == COMPANY else 1]
        question = Question(question.metrics, on, holders, scope=question.scope)
        wanted = {quantile for ask in together if (quantile := quantile_of(CATALOGUE[ask.metric]))}
        got = quantiles(question, Window(first.starts_on, first.ends_before), wanted, organization)
        for ask in together:
            found[ask] = got.get(() if ask.holder[0] == COMPANY else (ask.holder[1],), {})
    return found
