"""Any metric by anything: the one way from a question to figures, for pages, commands and API alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

from kernel.money import Currency
from kernel.period import Calendar, Grain, Period
from metrics.engine.definitions import Metric, Quantile, is_cumulative, parts_of, quantile_of
from metrics.engine.evaluate import Group, Value, evaluate
from metrics.engine.parts import FAMILY_OF, Basis, Family, Part
from metrics.models import DataVersion
from metrics.selectors.kept import kept, kept_by_days
from metrics.selectors.members import members_of, names_of, pairs_of
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.span import last_closed_on, span_of
from metrics.selectors.sums import Key, quantiles, sums
from metrics.selectors.sums.rollups_then import is_difference
from people.fiscal import calendar_of
from people.models import Organization

OF_THEIR_DAY = frozenset({Family.DEALS, Family.LEADS, Family.ACTIVITIES, Family.QUOTAS})  # whose marks are of a day
UNKNOWN = frozenset({Basis.LEAD_CREATED, Basis.OCCURRED, Basis.STEPPED})  # where nothing is known, nothing is 0


@dataclass(frozen=True)
class Row:
    """A figure of one group: its ids by dimension, its period where time was cut, and what they are called."""

    metric: Metric
    group: Group
    currency_digits: int
    ids: dict[Dimension, Any] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)
    period: Period | None = None

    @property
    def figure(self) -> Value:
        """What the metric comes to."""
        return evaluate(self.metric, self.group, currency_digits=self.currency_digits)


@dataclass(frozen=True)
class Answer:
    """Rows in the order of metric, names and time; true as of the moment the numbers were computed."""

    rows: list[Row]
    as_of: datetime | None
    version: int


def answer(organization: Organization, question: Question) -> Answer:
    """The figures asked for. Eleven queries at most, however many people, teams, products and periods there are."""
    state = DataVersion.objects.first()
    rows = figures_of(organization, question)
    return Answer(rows, state.computed_at if state else None, state.version if state else 0)


def figures_of(organization: Organization, question: Question) -> list[Row]:
    """The rows of an answer. Ten queries at most; two where the groups are given and no median is asked for."""
    groups = _Groups(organization, question)
    known = [(group, groups.digits, *groups.described(key)) for key, group in groups.groups().items()]
    return [Row(metric, *each) for metric in question.metrics for each in known]


class _Groups:
    """The groups of a question and what is known of each."""

    def __init__(self, organization: Organization, question: Question) -> None:
        self.question = question
        self.calendar: Calendar = calendar_of(organization)
        self.digits = Currency.of(organization.currency).digits
        self.organization = organization
        self.is_cut = question.grain is not None or bool(question.cuts or question.cut_name)
        self.periods = self._periods()
        self.window = self._window(self.periods)
        self.parts = self._sums(False)
        self.to_date = self._to_date()
        self.quantiles = self._quantiles()
        self.found = self.parts.keys() | self.to_date.keys() | self.quantiles.keys()
        self.names = names_of(question, self._met())
        self.keys = self._keys()

    def groups(self) -> dict[Key, Group]:
        """What is known of each group, in order."""
        undated = self._undated()
        return {
            key: Group(self.parts.get(key, {}), self.to_date.get(key, {}), self.quantiles.get(key, {}), undated)
            for key in self.keys
        }

    def described(self, key: Key) -> tuple[dict[Dimension, Any], dict[str, str | None], Period | None]:
        """Ids, names and period of a group."""
        question = self.question
        ids = dict(zip(question.by, key, strict=False))
        names: dict[str, str | None] = {
            str(dimension): self.names[dimension].get(each) for dimension, each in ids.items()
        }
        if not self.is_cut:
            return ids, names, None
        period = self.periods[key[-1] - 1]
        if question.grain:
            names[str(question.grain)] = self.calendar.label_of(question.grain, period)
        elif question.cut_name:
            names[question.cut_name] = period.starts_on.isoformat()
        return ids, names, period

    def _periods(self) -> list[Period]:
        """Every period asked for, whole; of all time those between the first and the last deal."""
        question = self.question
        if question.cuts:
            return with_gaps(question.cuts)
        if question.grain is None:
            return []
        first, last = question.starts_on, question.ends_before
        if first is None or last is None:
            bases = {basis for metric in question.metrics for basis in (metric.basis, *metric.also_dated)}
            span = span_of(bases)
            if span is None:
                return []
            first, last = first or span[0], last or span[1]
        return self.calendar.periods_between(question.grain, first, last)

    def _window(self, periods: list[Period]) -> Window:
        """The days asked for. A first or last period that sticks out is cut to them."""
        question = self.question
        if not self.is_cut:
            if question.starts_on is None and question.ends_before is None:
                return Window(None, None)
            return Window(question.starts_on or date.min, question.ends_before or date(9999, 12, 31))
        if not periods:
            return Window(date.min, date.min, (Period(date.min, date(1, 1, 2)),))
        first = question.starts_on or periods[0].starts_on
        last = question.ends_before or periods[-1].ends_before
        return Window(first, last, tuple(periods))

    def _sums(self, cumulative: bool) -> dict[Key, dict[Part, Decimal]]:
        wanted = {
            part for metric in self.question.metrics if is_cumulative(metric) == cumulative for part in parts_of(metric)
        }
        found = self._kept("sums", wanted, sums) if wanted else {}
        if not is_difference(self.question):
            return found
        return {key: parts for key, parts in found.items() if any(parts.values())}

    def _quantiles(self) -> dict[Key, dict[Quantile, Decimal | None]]:
        wanted = {quantile for metric in self.question.metrics if (quantile := quantile_of(metric))}
        return self._kept("quantiles", wanted, quantiles) if wanted else {}

    def _kept(self, what: str, wanted: set[Any], read: Callable[..., dict[Key, Any]]) -> dict[Key, Any]:
        def compute() -> dict[Key, Any]:
            return read(self.question, self.window, wanted, self.organization)

        asked = self.question
        is_of_everybody = Dimension.PERSON in asked.by and asked.scope.team_id is None
        if asked.as_of or asked.scope.person_ids is not None or is_of_everybody:
            return compute()  # of one person read as quickly, of everybody too much to keep
        teams = sorted(asked.members.get(Dimension.TEAM, ()))
        named = sorted(asked.members)  # who is named has a row, with nothing in it too
        said = (what, asked.on, asked.by, asked.scope, teams, named, sorted(map(str, wanted)))
        families = {FAMILY_OF.get(each, Family.DEALS) for each in wanted}
        is_of_days = self.window.cuts and not asked.traits and families <= OF_THEIR_DAY
        return kept((*said, self.window), (lambda: self._by_cut(said, wanted, read)) if is_of_days else compute)

    def _by_cut(self, said: object, wanted: set[Any], read: Callable[..., dict[Key, Any]]) -> dict[Key, Any]:
        """The same, each period from what is kept of its days."""

        def compute(stretches: Sequence[Period]) -> list[dict[Key, Any]]:
            window = Window(stretches[0].starts_on, stretches[-1].ends_before, tuple(stretches))
            found = read(self.question, window, wanted, self.organization)
            return [
                {key[:-1]: value for key, value in found.items() if key[-1] == number}
                for number in range(1, len(stretches) + 1)
            ]

        pieces = kept_by_days(said, self._stretches(), compute)
        return {(*key, number): value for number, piece in enumerate(pieces, 1) for key, value in piece.items()}

    def _stretches(self) -> list[Period]:
        """The periods, the first and the last cut to the days asked for."""
        asked = Period(self.window.starts_on or date.min, self.window.ends_before or date.max)
        return [days for period in self.window.cuts if (days := asked.intersect(period))]

    def _to_date(self) -> dict[Key, dict[Part, Decimal]]:
        """Parts since the beginning of the fiscal year, per period; without a grain up to the last day asked for."""
        wanted = {part for metric in self.question.metrics if is_cumulative(metric) for part in parts_of(metric)}
        if not wanted:
            return {}
        if self.question.grain is None:
            last = self._last_day()
            year = self.calendar.period_of(Grain.YEAR, last) if last else None
            window = (
                Window(year.starts_on, self.question.ends_before or year.ends_before) if year else Window(None, None)
            )
            return sums(self.question, window, wanted, self.organization)
        return self._running(wanted)

    def _last_day(self) -> date | None:
        if self.question.ends_before:
            return Period(date.min, self.question.ends_before).last_day
        return last_closed_on(self.question.as_of)

    def _running(self, wanted: set[Part]) -> dict[Key, dict[Part, Decimal]]:
        """Add the periods of each fiscal year up, from its first one on."""
        if not self.periods or self.question.grain is None:
            return {}
        first = self.calendar.period_of(Grain.YEAR, self.periods[0].starts_on).starts_on
        periods = self.calendar.periods_between(self.question.grain, first, self.periods[-1].ends_before)
        earlier = len(periods) - len(self.periods)
        window = Window(periods[0].starts_on, self.window.ends_before, tuple(periods))
        found = sums(replace(self.question, starts_on=None), window, wanted, self.organization)
        running: dict[Key, dict[Part, Decimal]] = {}
        for others in {key[:-1] for key in found}:
            total: dict[Part, Decimal] = {}
            for number, period in enumerate(periods, start=1):
                if self._begins_year(period):
                    total = {}
                added = found.get((*others, number), {})
                total = {part: total.get(part, Decimal(0)) + added.get(part, Decimal(0)) for part in wanted}
                if number > earlier:
                    running[(*others, number - earlier)] = total
        return running

    def _begins_year(self, period: Period) -> bool:
        year = self.calendar.period_of(Grain.YEAR, period.last_day)
        return period.contains(year.starts_on)

    def _keys(self) -> list[Key]:
        """Groups that have a row: members × periods, and whatever has facts beside them."""
        question = self.question
        met = self._met()
        columns = [members_of(question, dimension, met[dimension]) for dimension in question.by]
        numbers = [n for n, period in enumerate(self.periods, 1) if not question.cuts or period in question.cuts]
        keys: set[Key] = set(product(*columns, *([numbers] if self.is_cut else [])))
        if Dimension.PERSON in question.by and Dimension.TEAM in question.by:
            known = pairs_of(question)
            person, team = question.by.index(Dimension.PERSON), question.by.index(Dimension.TEAM)
            keys = {key for key in keys if (key[person], key[team]) in known}
        keys |= self.found
        if self.is_cut:
            keys = {key for key in keys if key[-1] in numbers}
        return sorted(keys, key=self._order)

    def _met(self) -> dict[Dimension, set[Any]]:
        """The members of each dimension that facts were found of."""
        return {dimension: {key[n] for key in self.found} for n, dimension in enumerate(self.question.by)}

    def _order(self, key: Key) -> tuple[Any, ...]:
        names = [
            (self.names[dimension].get(each) is None, (self.names[dimension].get(each) or "").casefold(), str(each))
            for dimension, each in zip(self.question.by, key, strict=False)
        ]
        return (*names, key[-1] if self.is_cut else 0)

    def _undated(self) -> frozenset[Basis]:
        """Date bases of which nothing is known at all: no leads, no activities; deals, but none with a creation date."""
        bases = {metric.known_by or metric.basis for metric in self.question.metrics}
        found = {basis for basis in bases & UNKNOWN if span_of({basis}) is None}
        if Basis.CREATED in bases and self._lacks_creation_days():
            found.add(Basis.CREATED)
        return frozenset(found)

    def _lacks_creation_days(self) -> bool:
        if span_of({Basis.CREATED}) is not None:
            return False
        total = Question(self.question.metrics, self.question.on)
        deals = sums(total, Window(None, None), [Part.WON_COUNT, Part.LOST_COUNT, Part.OPEN_COUNT], self.organization)
        return any(any(parts.values()) for parts in deals.values())


def with_gaps(cuts: Sequence[Period]) -> list[Period]:
    """Periods in order, and those between them, so that none leaves a day out."""
    found = [cuts[0]]
    for period in cuts[1:]:
        if found[-1].ends_before < period.starts_on:
            found.append(Period(found[-1].ends_before, period.starts_on))
        found.append(period)
    return found
