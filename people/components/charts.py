"""Charts: the same numbers as a Plotly figure and as a table, so that neither exists without the other.

The figure carries no colours: `static/js/charts.js` takes them from the tokens by each trace's `role`. Numbers are
turned into floats for drawing only; the table keeps them exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from typing import Any, Literal

from django.utils.translation import gettext as _

from people import formats
from people.components.pieces import Empty
from people.components.tables import Cell, Column, Row, Table

Mark = Literal["bar", "line", "area", "dots"]
Mode = Literal["group", "stack"]
Orientation = Literal["v", "h"]
Role = Literal["accent", "second", "third", "fourth", "muted", "good", "bad", "warn"]
Value = Decimal | int | float | None


@dataclass(frozen=True)
class Series:
    """One series: a value per category (None is a gap), where each leads, how it is drawn and in which role."""

    name: str
    values: Sequence[Value]
    hrefs: Sequence[str] = ()
    mark: Mark = "bar"
    role: Role = "accent"
    is_dashed: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart with its title, one sentence that says what it shows, and its table.

    `orientation` "h" suits long category names. `mode` stack or group says how bars of several series stand.
    """

    id: str
    title: str
    summary: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = "number"
    currency: str = ""
    category_label: str = ""
    orientation: Orientation = "v"
    mode: Mode = "group"
    target: Value = None
    target_label: str = ""
    size: Literal["small", "medium", "tall"] = "medium"
    empty: Empty | None = None
    is_loading: bool = False
    error: str = ""
    is_table_shown: bool = False
    opens_drawer: bool = False  # where a point leads opens beside the page

    @property
    def is_empty(self) -> bool:
        """No value anywhere."""
        return all(value is None for series in self.series for value in series.values)

    @property
    def table(self) -> Table:
        """The same numbers, exact, with the same links."""
        columns = [Column("category", self.category_label or _("Period"))]
        columns += [Column(f"series{n}", each.name, self.unit, self.currency) for n, each in enumerate(self.series)]
        rows = [
            Row([Cell(text=category), *(self._cell(series, index) for series in self.series)])
            for index, category in enumerate(self.categories)
        ]
        return Table(f"{self.id}-numbers", self.title, columns, rows, is_caption_hidden=True)

    @property
    def data_id(self) -> str:
        """Where the page keeps the figure's data."""
        return f"{self.id}-data"

    @property
    def figure(self) -> dict[str, Any]:
        """The Plotly figure as plain data. Building it of Plotly's own objects costs more than drawing the rest of a page;
        that Plotly would take it as it is, the tests ask Plotly."""
        return {"data": [self._trace(series) for series in self.series], "layout": self._layout()}

    def _cell(self, series: Series, index: int) -> Cell:
        href = series.hrefs[index] if index < len(series.hrefs) else ""
        return Cell(series.values[index], href=href, is_drawer=self.opens_drawer)

    def _trace(self, series: Series) -> dict[str, Any]:
        drawn = [None if value is None else float(value) for value in series.values]
        names = [plain_label(category) for category in self.categories]
        lying = self.orientation == "h"
        common: dict[str, Any] = {
            "name": plain_label(series.name),
            "x": drawn if lying else names,
            "y": names if lying else drawn,
            "text": [formats.figure(value, self.unit, self.currency) for value in series.values],
            "hovertemplate": "%{text}<extra>%{fullData.name}</extra>",
            "meta": {"role": series.role, "drawer": self.opens_drawer},
        }
        if series.hrefs:
            common["customdata"] = list(series.hrefs)
        if series.mark == "bar":
            return {"type": "bar", **common, "textposition": "none", "orientation": self.orientation}
        is_filled = series.mark == "area" and None not in drawn
        return {
            "type": "scatter",
            **common,
            "mode": "markers" if series.mark == "dots" else "lines+markers",
            "fill": "tozeroy" if is_filled else "none",
            "cliponaxis": False,
            "line": {"dash": "dot" if series.is_dashed else "solid", "width": 2},
            "connectgaps": False,
        }

    def _layout(self) -> dict[str, Any]:
        values: dict[str, Any] = {"rangemode": "tozero", **self._ticks()}
        names: dict[str, Any] = {"type": "category"}
        lying = self.orientation == "h"
        if lying:
            names["autorange"] = "reversed"
        layout: dict[str, Any] = {
            "template": {},
            "barmode": self.mode,
            "showlegend": len(self.series) > 1,
            "xaxis": values if lying else names,
            "yaxis": names if lying else values,
        }
        if self.target is not None:
            layout["shapes"] = [self._target_line(float(self.target))]
            layout["showlegend"] = True
        return layout

    def _ticks(self) -> dict[str, Any]:
        """Round values along the axis, written in the reader's language."""
        low, high = self._extent()
        at = round_steps(low, high)
        return {"tickvals": [float(value) for value in at], "ticktext": [self._tick(value) for value in at]}

    def _extent(self) -> tuple[Decimal, Decimal]:
        columns = [[Decimal(str(each.values[n] or 0)) for each in self.series] for n in range(len(self.categories))]
        if self.mode == "stack":
            columns = [
                [
                    sum((each for each in column if each > 0), Decimal(0)),
                    sum((each for each in column if each < 0), Decimal(0)),
                ]
                for column in columns
            ]
        known = [value for column in columns for value in column] + [Decimal(str(self.target or 0)), Decimal(0)]
        return min(known), max(known)

    def _tick(self, value: Decimal) -> str:
        if self.unit in ("percent", "ratio"):
            return formats.percent(value, 0)
        if self.unit == "money":
            return formats.money_short(value, self.currency)
        return formats.short(value) if value == int(value) else formats.number(value, 1)

    def _target_line(self, at: float) -> dict[str, Any]:
        label = self.target_label or _("Target")
        name = f"{label} {formats.figure(self.target, self.unit, self.currency)}"
        line: dict[str, Any] = {"type": "line", "name": plain_label(name), "showlegend": True}
        if self.orientation == "h":
            return {**line, "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1}
        return {**line, "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": at, "y1": at}


def plain_label(text: str) -> str:
    """A name as Plotly shows it word for word: it would take <a href=…> or <b> in one for markup."""
    return escape(text, quote=False)


def round_steps(low: Decimal, high: Decimal, steps: int = 5) -> list[Decimal]:
    """Values 1, 2 or 5 times a power of ten apart that span low to high, about `steps` of them."""
    span = high - low
    if span <= 0:
        return [low]
    rough = span / steps
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = (low / step).to_integral_value(ROUND_FLOOR), (high / step).to_integral_value(ROUND_CEILING)
    return [step * n for n in range(int(first), int(last) + 1)]
