"""Charts of the pages. Each says in one sentence what it shows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.period import Grain, Period, add_months
from metrics.catalogue.deals import REVENUE
from metrics.engine.definitions import Metric
from metrics.pages import links
from metrics.pages.ask import Values
from metrics.pages.figures import unit_of
from metrics.pages.periods import ALL, Choice, grain_words, short_words
from metrics.selectors.subject import Subject
from people import formats
from people.components import Chart, Empty, Series

Trend = Mapping[Period, Values]
MONTHS = 12
LONG = 800  # days from which quarters are drawn rather than months


def trend_grain(choice: Choice) -> Grain:
    """Months, or quarters where there are too many of them."""
    return Grain.QUARTER if choice.key == ALL and choice.period.days() > LONG else Grain.MONTH


def trend_periods(choice: Choice) -> list[Period]:
    """Twelve months up to the page's days (all of them where they are longer), and the year before to compare with."""
    grain, calendar = trend_grain(choice), choice.calendar
    reached = choice.period.last_day if choice.grain is Grain.YEAR else min(choice.period.last_day, choice.on)
    last = calendar.period_of(grain, max(reached, choice.period.starts_on))
    shown = calendar.period_of(grain, add_months(last.starts_on, 1 - MONTHS))
    first = min(shown, calendar.period_of(grain, choice.period.starts_on))
    return calendar.periods_between(grain, add_months(first.starts_on, -12), last.ends_before)


def per_year(choice: Choice) -> int:
    """How many periods of the trend make a year."""
    return 4 if trend_grain(choice) is Grain.QUARTER else 12


def trend_of(metric: Metric, trend: Trend) -> list[Decimal | None]:
    """The last twelve values of a metric, for a sparkline; none where the trend does not have it."""
    return [values[metric.name].value for _period, values in sorted(trend.items())[-MONTHS:] if metric.name in values]


def bookings_chart(choice: Choice, trend: Trend, subject: Subject, currency: str) -> Chart:
    """Bookings per month or quarter beside those a year earlier."""
    year, grain = per_year(choice), trend_grain(choice)
    points = [(period, values[REVENUE.name].value) for period, values in sorted(trend.items())]
    shown, earlier = points[year:], points[: len(points) - year]
    now = [_reached(choice, period, value) for period, value in shown]
    before = [value for _period, value in earlier]
    labels = [short_words(choice.calendar, grain, period) for period, _value in shown]
    series = [Series(_("Bookings"), now, _hrefs(choice, subject, shown))]
    if any(before):
        series.append(
            Series(_("A year earlier"), before, _hrefs(choice, subject, earlier), "line", "muted", is_dashed=True)
        )
    return Chart(
        "bookings",
        _("Bookings by quarter") if grain is Grain.QUARTER else _("Bookings by month"),
        _bookings_summary(now, before, labels, currency),
        labels,
        series if any(now) or any(before) else [],
        unit_of(REVENUE),
        currency,
        grain_words(grain),
        opens_drawer=True,
        empty=Empty(_("No bookings yet"), _("Won deals appear here by the day they closed."), "chart"),
    )


def _hrefs(choice: Choice, subject: Subject, points: Sequence[tuple[Period, Decimal | None]]) -> list[str]:
    return [links.why(REVENUE, subject, choice, period) for period, _value in points]


def _reached(choice: Choice, period: Period, value: Decimal | None) -> Decimal | None:
    """Nothing, rather than zero, where the time is still to come."""
    return None if period.starts_on > choice.on else value


def _bookings_summary(
    now: Sequence[Decimal | None], before: Sequence[Decimal | None], labels: Sequence[str], currency: str
) -> str:
    known = [(value, label) for value, label in zip(now, labels, strict=True) if value]
    if not known:
        return _("Nothing was won in these months.")
    total, earlier = sum(value for value, _label in known), sum(value or 0 for value in before)
    best = max(known)
    words = {"total": formats.money(total, currency), "label": best[1], "best": formats.money(best[0], currency)}
    if not earlier:
        return _("%(total)s in all; the best was %(label)s with %(best)s.") % words
    return _("%(total)s in all, %(earlier)s a year earlier; the best was %(label)s with %(best)s.") % {
        **words,
        "earlier": formats.money(earlier, currency),
    }
