"""Figures: a value with its unit, what it is compared with, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal

from django.utils.translation import gettext as _

from people import formats

Better = Literal["higher", "lower", "neither"]
Kind = Literal["relative", "points", "absolute"]
LONG_FIGURE = 11  # characters from which a tile sets its figure smaller


@dataclass(frozen=True)
class Delta:
    """A change against a comparison.

    `change` is a ratio for `relative` (0.12 = 12 % more) and `points` (0.03 = 3 percentage points), and a value in
    `unit` for `absolute`; None where there is nothing to compare with. `is_noise` marks a change within its interval.
    """

    change: Decimal | None
    compared_with: str
    kind: Kind = "relative"
    unit: str = "number"
    currency: str = ""
    better: Better = "higher"
    is_noise: bool = False

    @classmethod
    def between(
        cls,
        now: Decimal | int | None,
        before: Decimal | int | None,
        *,
        compared_with: str,
        unit: str = "number",
        currency: str = "",
        better: Better = "higher",
        is_noise: bool = False,
    ) -> "Delta":
        """The change from `before` to `now`: ratios in points, days in days, the rest relative where defined."""
        kind: Kind = "points" if unit in ("percent", "ratio") else "absolute" if unit == "days" else "relative"
        change: Decimal | None = None
        if now is not None and before is not None:
            difference = Decimal(now) - Decimal(before)
            if kind == "relative" and before > 0:
                change = difference / Decimal(before)
            elif kind == "relative" and before != now:
                kind, change = "absolute", difference
            else:
                change = difference
        return cls(change, compared_with, kind, unit, currency, better, is_noise)

    @property
    def size(self) -> str:
        """The change without its sign."""
        change = None if self.change is None else abs(self.change)
        if self.kind == "relative":
            return formats.percent(change, 1 if change is None or change < 10 else 0)
        if self.kind == "points":
            return formats.points(change)
        return formats.figure(change, self.unit, self.currency)

    @property
    def text(self) -> str:
        """+12.4% · −3.1 pts · 0.0%."""
        if self.change is None:
            return formats.UNDEFINED
        sign = "+" if self.change > 0 else formats.MINUS if self.change < 0 else ""
        return sign + self.size

    @property
    def words(self) -> str:
        """The change as a sentence, for people who hear the page."""
        if self.change is None:
            return _("nothing to compare with in %(other)s") % {"other": self.compared_with}
        values = {"size": self.size, "other": self.compared_with}
        if self.change == 0:
            return _("the same as %(other)s") % values
        sentence = _("%(size)s more than %(other)s") if self.change > 0 else _("%(size)s less than %(other)s")
        return sentence % values

    @property
    def tone(self) -> str:
        """good, bad or neutral, by the direction that is better."""
        if not self.change or self.is_noise or self.better == "neither":
            return "neutral"
        return "good" if (self.change > 0) == (self.better == "higher") else "bad"

    @property
    def icon(self) -> str:
        """Which way the value went."""
        if not self.change:
            return "minus"
        return "arrow-up" if self.change > 0 else "arrow-down"


@dataclass(frozen=True)
class Sparkline:
    """A trend small enough for a tile: one value per period, oldest first; None leaves a gap."""

    values: Sequence[Decimal | int | float | None]
    label: str = ""
    width: int = 120
    height: int = 32

    @cached_property
    def lines(self) -> list[str]:
        """Points of each unbroken stretch, as SVG wants them."""
        stretches: list[list[str]] = [[]]
        for point in self._points:
            if point is None:
                stretches.append([])
            else:
                stretches[-1].append(f"{point[0]},{point[1]}")
        return [" ".join(points * 2 if len(points) == 1 else points) for points in stretches if points]

    @cached_property
    def area(self) -> str:
        """The outline under the line, where the line has no gap."""
        if not self.values or any(value is None for value in self.values):
            return ""
        return f"0,{self.height} {self.lines[0]} {self.width},{self.height}"

    @property
    def end(self) -> tuple[str, str] | None:
        """Where the last value stands."""
        return self._points[-1] if self._points else None

    @cached_property
    def _points(self) -> list[tuple[str, str] | None]:
        known = [float(each) for each in self.values if each is not None]
        low, high = (min(known), max(known)) if known else (0.0, 0.0)
        step = self.width / max(1, len(self.values) - 1)
        return [None if v is None else self._place(step * at, float(v), low, high) for at, v in enumerate(self.values)]

    def _place(self, x: float, value: float, low: float, high: float) -> tuple[str, str]:
        share = 0.5 if high == low else (value - low) / (high - low)
        return f"{x:.1f}", f"{self.height - 3 - share * (self.height - 6):.1f}"


@dataclass(frozen=True)
class Figure:
    """One figure as a tile. `key` names it across refreshes, so that a change is seen; `reason` says why it is "–"."""

    label: str
    value: Decimal | int | float | None
    unit: str = "number"
    currency: str = ""
    digits: int | None = None
    key: str = ""
    delta: Delta | None = None
    trend: Sparkline | None = None
    parts: str = ""  # numerator and denominator in words: "208 won of 336 decided"
    note: str = ""
    reason: str = ""
    href: str = ""  # the rows behind it
    why_href: str = ""  # the "why this number" drawer
    as_of: datetime | None = None
    progress: "Progress | None" = None
    is_loading: bool = False
    error: str = ""

    @property
    def text(self) -> str:
        """The value in the reader's language."""
        return formats.figure(self.value, self.unit, self.currency, self.digits)

    @property
    def is_long(self) -> bool:
        """Needs a smaller size to stay on one line."""
        return len(self.text) >= LONG_FIGURE

    @property
    def slug(self) -> str:
        """What live refresh compares."""
        return self.key or self.label


@dataclass(frozen=True)
class Stat:
    """A figure in a strip: less than a tile, no trend."""

    label: str
    value: Decimal | int | float | None
    unit: str = "number"
    currency: str = ""
    href: str = ""
    hint: str = ""
    tone: str = ""
    key: str = ""
    is_drawer: bool = False

    def opening(self, href: str) -> "Stat":
        """The same, which opens an address in the drawer."""
        return replace(self, href=href, is_drawer=True)

    @property
    def text(self) -> str:
        """The value in the reader's language."""
        return formats.figure(self.value, self.unit, self.currency)

    @property
    def slug(self) -> str:
        """What live refresh compares."""
        return self.key or self.label


@dataclass(frozen=True)
class Progress:
    """How far towards a target. `pace` is the share of the target that should be reached by now (0 to 1); `share` says
    how far it has come where that is not value ÷ target (a baseline other than nothing, lower is better), and
    `is_rounded` that this is said roughly."""

    label: str
    value: Decimal | int | None
    target: Decimal | int | None
    unit: str = "number"
    currency: str = ""
    pace: Decimal | None = None
    is_small: bool = False
    share: Decimal | None = None
    is_rounded: bool = False

    @property
    def ratio(self) -> Decimal | None:
        """Reached ÷ target; None without a target."""
        if self.share is not None:
            return self.share
        if self.value is None or not self.target:
            return None
        return Decimal(self.value) / Decimal(self.target)

    @property
    def percent(self) -> str:
        """Exact above 100 %; "about 60%" where it is rounded."""
        if self.is_rounded:
            return _("about %(share)s") % {"share": formats.percent(self.ratio, 0)}
        return formats.percent(self.ratio)

    @property
    def width(self) -> str:
        """The filled part of the bar, 0 to 100; what is above the target scales the whole bar down."""
        return f"{max(0.0, float((self.ratio or 0) / self._scale)) * 100:.2f}"

    @property
    def target_at(self) -> str:
        """Where the target stands on the bar, 0 to 100."""
        return f"{100 / float(self._scale):.2f}"

    @property
    def pace_at(self) -> str:
        """Where one should be by now, 0 to 100."""
        return "" if self.pace is None else f"{float(self.pace / self._scale) * 100:.2f}"

    @property
    def is_over(self) -> bool:
        """Above the target."""
        return self.ratio is not None and self.ratio > 1

    @property
    def state(self) -> str:
        """met, ahead, behind or unknown."""
        if self.ratio is None:
            return "unknown"
        if self.ratio >= 1:
            return "met"
        if self.pace is None:
            return "open"
        return "ahead" if self.ratio >= self.pace else "behind"

    @property
    def state_words(self) -> str:
        """The state in words, so that colour never says it alone."""
        words = {"met": _("target met"), "ahead": _("ahead of pace"), "behind": _("behind pace"), "open": ""}
        return words.get(self.state, _("no target"))

    @property
    def value_text(self) -> str:
        """What is reached."""
        return formats.figure(self.value, self.unit, self.currency)

    @property
    def target_text(self) -> str:
        """What was to be reached."""
        return formats.figure(self.target, self.unit, self.currency)

    @property
    def pace_text(self) -> str:
        """What should be reached by now."""
        return formats.percent(self.pace, 0)

    @property
    def _scale(self) -> Decimal:
        return max(Decimal(1), self.ratio or Decimal(0))
