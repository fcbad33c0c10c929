"""Charts of the pages. Each says in one sentence what it shows."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.period import Grain, Period, add_months
from metrics.catalogue import REVENUE
from metrics.engine.definitions import Metric
from metrics.pages import links
from metrics.pages.ask import Line
from metrics.pages.figures import unit_of
from metrics.pages.links import Whose
from metrics.pages.periods import ALL, Choice, grain_words, short_words
from people import formats
from people.components import Chart, Empty, Series

MONTHS = 12
LONG = 800  # days from which quarters are drawn rather than months


def trend_grain(choice: Choice) -> Grain:
    """Months, or quarters where there are too many of them."""
    return Grain.QUARTER if choice.key == ALL and choice.period.days() > LONG else Grain.MONTH


def trend_period(choice: Choice) -> Period:
    """Twelve months up to the page's days, or all of them where they are longer; a year more to compare with."""
    grain = trend_grain(choice)
    last = choice.calendar.period_of(grain, min(choice.period.last_day, max(choice.on, choice.period.starts_on)))
    if choice.grain is Grain.YEAR:
        last = choice.calendar.period_of(grain, choice.period.last_day)
    shown = choice.calendar.period_of(grain, add_months(last.starts_on, 1 - MONTHS))
    first = min(shown.starts_on, choice.calendar.period_of(grain, choice.period.starts_on).starts_on)
    return Period(add_months(first, -12), last.ends_before)


def per_year(choice: Choice) -> int:
    """How many periods of the trend make a year."""
    return 4 if trend_grain(choice) is Grain.QUARTER else 12


def trend_of(metric: Metric, lines: Sequence[Line]) -> list[Decimal | None]:
    """The last twelve values of a metric, for a sparkline."""
    return [line.values[metric.name].value for line in lines[-MONTHS:]]


def bookings_chart(choice: Choice, lines: Sequence[Line], whose: Whose, currency: str) -> Chart:
    """Bookings per month or quarter beside those a year earlier."""
    year, grain = per_year(choice), trend_grain(choice)
    shown = list(range(year, len(lines)))
    now = [_reached(choice, lines[n], lines[n].values[REVENUE.name].value) for n in shown]
    before = [lines[n - year].values[REVENUE.name].value for n in shown]
    hrefs = [links.deals_of(REVENUE, whose, lines[n].period) for n in shown]
    earlier = [links.deals_of(REVENUE, whose, lines[n - year].period) for n in shown]
    is_new = not any(before)
    series = [Series(_("Bookings"), now, hrefs)]
    if not is_new:
        series.append(Series(_("A year earlier"), before, earlier, "line", "muted", is_dashed=True))
    labels = [short_words(choice.calendar, grain, lines[n].period) for n in shown]  # type: ignore[arg-type]
    return Chart(
        "bookings",
        _("Bookings by quarter") if grain is Grain.QUARTER else _("Bookings by month"),
        _bookings_summary(now, before, labels, currency),
        labels,
        series,
        unit_of(REVENUE),
        currency,
        grain_words(grain),
        empty=Empty(_("No bookings yet"), _("Won deals appear here by the day they closed."), "chart"),
    )


def _reached(choice: Choice, line: Line, value: Decimal | None) -> Decimal | None:
    """Nothing, rather than zero, where the time is still to come."""
    return None if line.period and line.period.starts_on > choice.on else value


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
