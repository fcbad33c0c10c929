"""Whether a difference is more than noise, from the numbers of deals behind the two figures.

Deals are taken to come as a Poisson process, amounts and days of single deals to spread as wide as their mean (a
variation of 1, typical of deal sizes). The difference of two figures a, b is *noise* when |a − b| ≤ z · √(var a + var
b), z = 1.96:

================  =============================  =================================
figure            variance                       n
================  =============================  =================================
count             n                              the deals
ratio             Wilson's interval, squared     decided deals
sum of amounts    2 · value² ÷ n                 deals with an amount
mean              value² ÷ n                     deals with a value
quantile          (π ÷ 2) · value² ÷ n           deals with a value
================  =============================  =================================

With fewer than `FEW` deals on both sides every difference is noise. Floating point is used for the interval only; the
figures themselves stay exact. Source: Wilson (1927), combined as in Newcombe (1998), method 10.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import assert_never

from metrics.engine.definitions import Cumulative, Derived, Metric, Quantile, Share, Simple, Sum, Unit
from metrics.engine.evaluate import Value
from metrics.engine.parts import Basis

Z = 1.96
FEW = 5


def is_noise(metric: Metric, now: Value, before: Value) -> bool | None:
    """Whether two figures of a metric may differ by chance alone; None where one of them is undefined."""
    if now.value is None or before.value is None:
        return None
    if max(now.count, before.count) < FEW:
        return True
    gap = abs(float(now.value) - float(before.value))
    if metric.unit is Unit.RATIO and metric.basis is not Basis.CREDITED and not metric.also_dated:
        return gap <= _ratio_gap(now, before)
    return gap <= Z * sqrt(_variance(metric, now) + _variance(metric, before))


def wilson(share: float, n: int) -> tuple[float, float]:
    """The interval that holds the true share with 95 %."""
    if n == 0:
        return 0.0, 1.0
    middle = share + Z * Z / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (middle - half) / (1 + Z * Z / n), (middle + half) / (1 + Z * Z / n)


def _ratio_gap(now: Value, before: Value) -> float:
    """The widest gap that chance explains, towards the side on which the difference lies."""
    high, low = (now, before) if (now.value or 0) >= (before.value or 0) else (before, now)
    top, bottom = float(high.value or 0), float(low.value or 0)
    top_low = wilson(top, high.count)[0]
    bottom_high = wilson(bottom, low.count)[1]
    return sqrt((top - top_low) ** 2 + (bottom_high - bottom) ** 2)


def _variance(metric: Metric, value: Value) -> float:
    size, n = float(value.value or 0), max(value.count, 1)
    kind = metric.kind
    if isinstance(kind, Simple):
        if isinstance(kind.measure, Quantile):
            return pi / 2 * size * size / n
        if isinstance(kind.measure, Sum):
            return _sum_variance(metric, size, n, value.count)
        assert_never(kind.measure)
    if isinstance(kind, Cumulative | Derived):
        return _sum_variance(metric, size, n, value.count)
    if isinstance(kind, Share):
        is_of_quota = metric.basis is Basis.CREDITED  # a sum of amounts over something that is fixed
        return (2 if is_of_quota else 1) * size * size / n
    assert_never(kind)


def _sum_variance(metric: Metric, size: float, n: int, count: int) -> float:
    return 2 * size * size / n if metric.unit is Unit.MONEY else float(count)
