"""People or teams side by side: sorted, with their trend, held against the middle one, and adding up to the total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from kernel.period import Period
from metrics.catalogue.deals import CYCLE_DAYS_MEAN, DEAL_SIZE_MEAN, REVENUE, WIN_RATE, WON_COUNT
from metrics.catalogue.pipeline import PIPELINE_OPEN
from metrics.catalogue.quotas import ATTAINMENT
from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value
from metrics.engine.parts import Basis
from metrics.engine.peers import middle
from metrics.engine.rest import rest_of
from metrics.pages import links
from metrics.pages.ask import Values, dated, standing
from metrics.pages.figures import cell_of, column_of, delta_of
from metrics.pages.frame import Asked
from metrics.pages.periods import Choice
from metrics.selectors.subject import Subject
from people.components import Cell, Column, Empty, Pages, PersonChip, Row, Sparkline, Table, sort_rows

COLUMNS: tuple[Metric, ...] = (REVENUE, ATTAINMENT, WON_COUNT, WIN_RATE, DEAL_SIZE_MEAN, CYCLE_DAYS_MEAN, PIPELINE_OPEN)
DATED, STANDING = dated(COLUMNS), standing(COLUMNS)
PAGE = 25
REST, MIDDLE = "rest", "middle"
FIRST = f"-{REVENUE.name}"


@dataclass(frozen=True)
class Side:
    """One person or team of the table: values of the days, of those compared with, and bookings so far."""

    subject: Subject
    detail: str
    values: Values
    before: Values
    run: Sequence[Decimal | None]


@dataclass(frozen=True)
class Sides:
    """The whole table: its rows, the total they are part of, and what makes it this page's."""

    id: str
    caption: str
    asked: Asked
    choice: Choice
    currency: str
    rows: Sequence[Side]
    total: Values
    total_label: str
    total_subject: Subject
    rest_label: str
    empty: Empty
    has_middle: bool = True

    @property
    def table(self) -> Table:
        """The rows in the order asked for, one page of them; the total below."""
        sort = self.asked.query.get("sort", FIRST)
        rows = sort_rows(self.rows, sort, _sort_keys(), FIRST)
        paginator = Paginator(rows, PAGE)
        page = paginator.get_page(self.asked.query.get("page"))
        shown = [self._row(side) for side in page.object_list]
        return Table(
            self.id,
            self.caption,
            [Column("name", _("Name"), is_sortable=True), *self._columns(), Column("run", _("Trend"), "number")],
            shown + ([*self._rest(), *self._middle()] if page.number == paginator.num_pages else []),
            footer=self._footer() if self.rows else None,
            sort=sort,
            query=self.asked.query,
            path=self.asked.path,
            pages=Pages(page, self.asked.query, self.asked.path) if paginator.num_pages > 1 else None,
            empty=self.empty,
            is_caption_hidden=True,
        )

    def _columns(self) -> list[Column]:
        short = {CYCLE_DAYS_MEAN.name: _("Cycle"), DEAL_SIZE_MEAN.name: _("Deal size"), WON_COUNT.name: _("Won")}
        means = dict.fromkeys((CYCLE_DAYS_MEAN.name, DEAL_SIZE_MEAN.name), _("mean"))
        return [
            column_of(metric, self.currency, label=short.get(metric.name, ""), hint=means.get(metric.name, ""))
            for metric in COLUMNS
        ]

    def _row(self, side: Side) -> Row:
        href = links.numbers_of(side.subject, self.choice)
        name = Cell(person=PersonChip(side.subject.name, side.detail, href, is_small=True))
        return Row([name, *(self._cell(side, metric) for metric in COLUMNS), Cell(trend=Sparkline(side.run))])

    def _cell(self, side: Side, metric: Metric) -> Cell:
        value = side.values.get(metric.name, Value(None))
        compared = self.choice.previous
        delta = None
        if metric is REVENUE and compared is not None:
            delta = delta_of(
                metric, value, side.before.get(metric.name), compared_with=compared.words, currency=self.currency
            )
        subject = side.subject
        key = f"{self.id}-{subject.person_id or subject.team_id}-{metric.name}"
        return cell_of(metric, value, why=links.why(metric, subject, self.choice), key=key, delta=delta)

    def rest(self, metric: Metric) -> Value | None:
        """What the total holds beyond the rows."""
        rows = [side.values[metric.name] for side in self.rows if side.values]
        return rest_of(metric, self.total[metric.name], rows)

    def middle(self, metric: Metric) -> Decimal | None:
        """The middle one of the rows, where there are five or more."""
        return middle(side.values[metric.name].value for side in self.rows if metric.name in side.values)

    def _between(self, metric: Metric, what: str) -> str:
        """Why a figure between the rows and their total is what it is."""
        query = {"team": self.total_subject.team_id, "view": self.asked.query.get("view", ""), **self.choice.query}
        return links.page("metrics:between", metric=metric.name, what=what, **query)

    def _rest(self) -> list[Row]:
        found = {metric: self.rest(metric) for metric in COLUMNS}
        if not self.rest_label or not any(found.values()):
            return []
        cells = [self._rest_cell(metric, found[metric]) for metric in COLUMNS]
        return [Row([Cell(text=self.rest_label), *cells, Cell(text=" ")], tone="quiet")]

    def _rest_cell(self, metric: Metric, value: Value | None) -> Cell:
        if value is None:
            is_sum = metric.basis is Basis.DUE or metric in (REVENUE, WON_COUNT)
            return cell_of(metric, Value(Decimal(0)), why=self._between(metric, REST)) if is_sum else Cell(None)
        return cell_of(metric, value, why=self._between(metric, REST))

    def _middle(self) -> list[Row]:
        if not self.has_middle:
            return []
        found = {metric: self.middle(metric) for metric in COLUMNS}
        if all(value is None for value in found.values()):
            return []
        cells = [Cell(value, href=self._between(metric, MIDDLE), is_drawer=True) for metric, value in found.items()]
        return [Row([Cell(text=_("Median")), *cells, Cell(text=" ")], tone="quiet")]

    def _footer(self) -> Row:
        cells = [
            cell_of(
                metric,
                self.total[metric.name],
                why=links.why(metric, self.total_subject, self.choice),
                key=f"{self.id}-total-{metric.name}",
            )
            for metric in COLUMNS
        ]
        return Row([Cell(text=self.total_label), *cells, Cell(text=" ")])


def _sort_keys() -> dict[str, Any]:
    keys: dict[str, Any] = {"name": lambda side: side.subject.name.casefold()}
    for metric in COLUMNS:
        keys[metric.name] = lambda side, name=metric.name: side.values[name].value if name in side.values else None
    return keys


def side_of(subject: Subject, detail: str, choice: Choice, by_period: Mapping[Period, Values], now: Values) -> Side:
    """One row from what was asked about it."""
    empty: Values = {}
    compared = choice.previous
    return Side(
        subject,
        detail,
        {**by_period.get(choice.period, empty), **now},
        by_period.get(compared.period, empty) if compared else empty,
        [_run_value(pieces, by_period) for pieces in choice.run],
    )


def _run_value(pieces: Sequence[Period], by_period: Mapping[Period, Values]) -> Decimal | None:
    known = [by_period[piece][REVENUE.name].value for piece in pieces if piece in by_period]
    return sum((value or Decimal(0) for value in known), Decimal(0)) if known else None


def asked_periods(choice: Choice) -> list[Period]:
    """Every stretch of days that the rows are asked about."""
    pieces = [piece for period in choice.run for piece in period]
    return sorted({choice.period, *pieces, *([choice.previous.period] if choice.previous else [])})
