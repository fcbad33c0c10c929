"""A metric's value as a tile or a cell: with its comparison, its trend, its parts in words, and the way behind it."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from metrics.engine.comparison import is_noise
from metrics.engine.definitions import Direction, Metric, Share, Unit
from metrics.engine.evaluate import Value
from metrics.words import notes_text
from people import formats
from people.components import Cell, Column, Delta, Figure, Progress, Sparkline
from people.components.figures import Better

UNITS = {Unit.MONEY: "money", Unit.RATIO: "percent", Unit.DAYS: "days", Unit.COUNT: "count", Unit.NUMBER: "number"}


def unit_of(metric: Metric) -> str:
    """The unit as the components call it."""
    return UNITS[metric.unit]


def digits_of(metric: Metric) -> int | None:
    """How many decimal places a value is shown with; None: as its unit is. A number per deal has one: 3.2."""
    return 1 if metric.unit is Unit.NUMBER else None


def better_of(metric: Metric) -> Better:
    """Which direction is better."""
    words: dict[Direction, Better] = {
        Direction.HIGHER: "higher",
        Direction.LOWER: "lower",
        Direction.NEITHER: "neither",
    }
    return words[metric.direction]


def delta_of(
    metric: Metric, now: Value, before: Value | None, *, compared_with: str, currency: str, has_counts: bool = True
) -> Delta | None:
    """The change of a metric against another value of it; None where there is nothing to compare with.

    `has_counts`: the other value knows how many deals are behind it, so that chance can be told from change.
    """
    if before is None or now.value is None or (before.value is None and not has_counts):
        return None
    return Delta.between(
        now.value,
        before.value,
        compared_with=compared_with,
        unit=unit_of(metric),
        currency=currency,
        better=better_of(metric),
        is_noise=has_counts and bool(is_noise(metric, now, before)),
    )


def divides_money(metric: Metric) -> bool:
    """Whether a ratio divides money by money."""
    kind = metric.kind
    return isinstance(kind, Share) and all(part.endswith("_amount") for part in kind.denominator)


def parts_words(metric: Metric, value: Value, currency: str) -> str:
    """208 of 336, $412,000 over 42: what a ratio was divided from."""
    if value.numerator is None or value.denominator is None:
        return ""
    if metric.unit is Unit.RATIO:
        is_money = divides_money(metric)
        top, bottom = (_part(part, currency if is_money else "") for part in (value.numerator, value.denominator))
        return _("%(top)s of %(bottom)s") % {"top": top, "bottom": bottom}
    top = _part(value.numerator, currency if metric.unit is Unit.MONEY else "")
    return _("%(top)s over %(bottom)s deals") % {"top": top, "bottom": _part(value.denominator, "")}


def _part(value: Decimal, currency: str) -> str:
    return formats.money(value, currency) if currency else formats.number(value)


def figure_of(
    metric: Metric,
    value: Value,
    *,
    currency: str,
    delta: Delta | None = None,
    trend: Sequence[Decimal | None] = (),
    why: str = "",
    note: str = "",
    label: str = "",
    progress: Progress | None = None,
) -> Figure:
    """The tile of a metric."""
    words = notes_text(value.notes)
    return Figure(
        label or _(metric.label),
        value.value,
        unit_of(metric),
        currency if metric.unit is Unit.MONEY else "",
        digits=digits_of(metric),
        key=metric.name,
        delta=delta,
        trend=Sparkline(list(trend)) if any(each is not None for each in trend) else None,
        parts=parts_words(metric, value, currency),
        note=note or (words if value.value is not None else ""),
        reason=words if value.value is None else "",
        why_href=why,
        progress=progress,
    )


def column_of(metric: Metric, currency: str, *, is_sortable: bool = True, hint: str = "", label: str = "") -> Column:
    """A column of a metric's values."""
    unit = unit_of(metric)
    return Column(
        metric.name,
        label or _(metric.label),
        unit,
        currency if unit == "money" else "",
        digits_of(metric),
        is_sortable=is_sortable,
        hint=hint,
    )


def cell_of(metric: Metric, value: Value, *, why: str = "", key: str = "", delta: Delta | None = None) -> Cell:
    """A metric's value in a table, which opens why it is what it is; where there is none it says so."""
    reason = "" if value.value is not None else notes_text(value.notes) or _("Nothing to count in this period")
    return Cell(value.value, href=why, is_drawer=True, key=key, delta=delta, reason=reason)
