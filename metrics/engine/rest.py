"""What a total holds beyond the rows beside it, so that a table always adds up.

Sums: total − Σ rows. Ratios: the numerators' rest ÷ the denominators' rest, divided once. Quantiles have no rest. Units
are the metric's; None where nothing is left.

=========  ==================  =================  ===========
metric     total               rows               rest
=========  ==================  =================  ===========
won deals  10                  4, 5               1
win rate   10 of 20 (50 %)     4 of 8, 5 of 10    1 of 2
median     48 days             40, 52             –
=========  ==================  =================  ===========
"""

from collections.abc import Sequence
from decimal import Decimal

from kernel.ratio import Ratio
from metrics.engine.definitions import Metric, Unit, quantile_of
from metrics.engine.evaluate import Value


def rest_of(metric: Metric, total: Value, rows: Sequence[Value]) -> Value | None:
    """The part of a total that no row holds; None where there is none, or where it cannot be told."""
    if quantile_of(metric) is not None:
        return None
    if total.numerator is not None and total.denominator is not None:
        top = total.numerator - sum((row.numerator or Decimal(0) for row in rows), Decimal(0))
        bottom = total.denominator - sum((row.denominator or Decimal(0) for row in rows), Decimal(0))
        if not top and not bottom:
            return None
        return Value(Ratio(top, bottom).rounded(6 if metric.unit is Unit.RATIO else 4), top, bottom)
    left = (total.value or Decimal(0)) - sum((row.value or Decimal(0) for row in rows), Decimal(0))
    return Value(left) if left else None
