"""Tables: columns with units, rows of cells, links that sort, pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.translation import gettext as _

from people import formats
from people.components.figures import Delta, Progress, Sparkline
from people.components.pieces import Action, Empty, PersonChip, Status

T = TypeVar("T")
NUMERIC_UNITS = {"money", "money_exact", "percent", "ratio", "days", "count", "number"}


@dataclass(frozen=True)
class Column:
    """A column: `unit` formats its values and puts numbers to the right; `is_sortable` makes the heading a link."""

    key: str
    label: str
    unit: str = "text"
    currency: str = ""
    digits: int | None = None
    is_sortable: bool = False
    hint: str = ""
    is_label_hidden: bool = False

    @property
    def is_numeric(self) -> bool:
        """Goes to the right, with figures of one width."""
        return self.unit in NUMERIC_UNITS


@dataclass(frozen=True)
class Choice:
    """A checkbox in a row, for acting on several at once; the table then stands inside the page's form."""

    name: str
    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: a value shown by its column's unit, or one of the pieces. `key` lets live refresh mark a change."""

    value: Any = None
    text: str = ""
    href: str = ""
    detail: str = ""
    delta: Delta | None = None
    person: PersonChip | None = None
    status: Status | None = None
    progress: Progress | None = None
    trend: Sparkline | None = None
    action: Action | None = None
    choice: Choice | None = None
    is_drawer: bool = False
    reason: str = ""
    key: str = ""
    depth: int = 0  # how far in it stands, where the rows make a tree

    @property
    def piece(self) -> Any:
        """What stands in the place of a value."""
        return self.person or self.status or self.progress or self.trend or self.action or self.choice

    @property
    def is_unbroken(self) -> bool:
        """A day stays on one line."""
        return isinstance(self.value, date)


@dataclass(frozen=True)
class Row:
    """A row; the first cell is its heading. `href` makes the whole row lead where that heading leads."""

    cells: Sequence[Cell]
    href: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Pages:
    """Which page of how many, with links that keep the rest of the query."""

    page: Page[Any]
    query: QueryDict | Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    has_history: bool = True  # whether turning the page changes the address, as it does unless it stands in the drawer

    @property
    def previous_href(self) -> str:
        """The page before."""
        return self._href(self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next_href(self) -> str:
        """The page after."""
        return self._href(self.page.next_page_number()) if self.page.has_next() else ""

    @property
    def words(self) -> str:
        """1 to 50 of 8,800."""
        return _("%(first)s to %(last)s of %(total)s") % {
            "first": formats.number(self.page.start_index()),
            "last": formats.number(self.page.end_index()),
            "total": formats.number(self.page.paginator.count),
        }

    def _href(self, number: int) -> str:
        return f"{self.path}?{with_query(self.query, page=number)}"


@dataclass(frozen=True)
class Heading:
    """A column as its table shows it."""

    column: Column
    href: str = ""
    order: str = ""  # ascending, descending or nothing

    @property
    def icon(self) -> str:
        """Which way it is sorted."""
        return {"ascending": "sort-up", "descending": "sort-down"}.get(self.order, "sort")


@dataclass(frozen=True)
class Table:
    """A table with its caption; `sort` is the query value in force: `name` or `-name`."""

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    footer: Row | None = None
    sort: str = ""
    query: QueryDict | Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    parameter: str = "sort"
    pages: Pages | None = None
    empty: Empty | None = None
    is_caption_hidden: bool = False
    is_stacked_on_phone: bool = False
    is_loading: bool = False

    @property
    def headings(self) -> list[Heading]:
        """Columns with the link that sorts by them; a second click turns the order round."""
        return [self._heading(column) for column in self.columns]

    @property
    def lines(self) -> list[list[tuple[Column, Cell, str]]]:
        """Rows as (column, cell, text)."""
        return [self._line(row) for row in self.rows]

    @property
    def rows_with_lines(self) -> list[tuple[Row, list[tuple[Column, Cell, str]]]]:
        """Each row beside its cells."""
        return list(zip(self.rows, self.lines, strict=True))

    @property
    def footer_line(self) -> list[tuple[Column, Cell, str]]:
        """The totals."""
        return self._line(self.footer) if self.footer else []

    def _line(self, row: Row) -> list[tuple[Column, Cell, str]]:
        return [(column, cell, cell_text(column, cell)) for column, cell in zip(self.columns, row.cells, strict=True)]

    def _heading(self, column: Column) -> Heading:
        if not column.is_sortable:
            return Heading(column)
        order = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "")
        first = f"-{column.key}" if column.is_numeric else column.key
        turned = {"ascending": f"-{column.key}", "descending": column.key}.get(order, first)
        return Heading(column, f"{self.path}?{with_query(self.query, page=None, **{self.parameter: turned})}", order)


def cell_text(column: Column, cell: Cell) -> str:
    """What the cell says: its own text, or its value by the column's unit."""
    if cell.text:
        return cell.text
    if column.unit == "money_exact":
        return formats.money_exact(cell.value, column.currency)
    if column.is_numeric:
        return formats.figure(cell.value, column.unit, column.currency, column.digits)
    return formats.UNDEFINED if cell.value in (None, "") else formats.plain(cell.value)


def with_query(query: QueryDict | Mapping[str, Any], **changes: object) -> str:
    """The query with some values changed; None takes one away."""
    pairs = query.lists() if isinstance(query, QueryDict) else [(key, [value]) for key, value in query.items()]
    kept: list[tuple[str, Any]] = [(key, values) for key, values in pairs if key not in changes]
    kept += [(key, [value]) for key, value in changes.items() if value is not None]
    return urlencode(kept, doseq=True)


def sort_rows(rows: Sequence[T], sort: str, keys: Mapping[str, Callable[[T], Any]], default: str = "") -> list[T]:
    """Rows in the order of a query value such as `-revenue`; undefined values stand last in either order."""
    chosen = sort if sort.removeprefix("-") in keys else default
    if not chosen:
        return list(rows)
    key = keys[chosen.removeprefix("-")]
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    return sorted(known, key=key, reverse=chosen.startswith("-")) + unknown
