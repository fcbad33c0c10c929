"""Figures, changes, progress, strips, charts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal as D
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from people.components import Chart, Delta, Empty, Figure, Progress, Series, Sparkline, Stat
from people.templatetags.pieces import delta, sparkline
from spm.gallery.samples.state import Section, State

TREND = [D(310), D(290), D(345), D(402), D(380), D(455), D(430), D(512), D(498), D(561), D(540), D(618)]
MONTHS = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
AT = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
LONG = _("Weighted open pipeline of named accounts in the northern territories including renewals")


def figure_sections(query: Mapping[str, Any]) -> list[Section]:
    """The sections of this file."""
    return [
        Section(
            _("Figure tiles"), _("One figure, what it is compared with, and the way to what is behind it."), _tiles()
        ),
        Section(_("Stat strip"), _("Several small figures that belong together."), _strips()),
        Section(
            pgettext("difference", "Change"),
            _("Arrow, size and words; colour only repeats the direction that is better."),
            _deltas(),
            is_narrow=True,
        ),
        Section(
            _("Progress"),
            _("Exact above the target; the mark shows where one should be by now."),
            _progress(),
            is_narrow=True,
        ),
        Section(_("Trend"), _("Beside a figure that says the same in words."), _trends(), is_narrow=True),
        Section(
            _("Chart with its table"), _("The same numbers twice; a click on a point leads to its deals."), _charts()
        ),
    ]


def _tiles() -> list[State]:
    previous = _("previous quarter")
    usual = [
        Figure(
            _("Bookings"),
            D("1284300"),
            "money",
            "USD",
            key="bookings",
            href="#deals",
            why_href="/design/why/",
            as_of=AT,
            delta=Delta.between(D("1284300"), D("1142600"), compared_with=previous, unit="money", currency="USD"),
            trend=Sparkline(TREND),
        ),
        Figure(
            _("Win rate"),
            D("0.619048"),
            "percent",
            key="win_rate",
            parts=_("208 won of 336 decided"),
            why_href="/design/why/",
            delta=Delta.between(D("0.619"), D("0.650"), compared_with=previous, unit="percent"),
            trend=Sparkline([5, 6, 5, 7, 6, 6, 5, 6, 7, 6, 6, 5]),
        ),
        Figure(
            _("Sales cycle, median"),
            D("48"),
            "days",
            key="cycle",
            note=_("90th percentile 112 days"),
            why_href="/design/why/",
            delta=Delta.between(D(48), D(53), compared_with=previous, unit="days", better="lower"),
            trend=Sparkline([60, 58, 57, None, 55, 54, 53, 53, 51, 50, 49, 48]),
        ),
        Figure(
            _("Average deal size"),
            D("6174"),
            "money",
            "USD",
            key="size",
            why_href="/design/why/",
            delta=Delta(D("0.013"), previous, is_noise=True),
            trend=Sparkline([6, 6, 6, 6]),
        ),
    ]
    odd = [
        Figure(_("Win rate by value"), None, "percent", reason=_("No decided deal of this period has an amount.")),
        Figure(LONG, D("98765432109"), "money", "EUR", delta=Delta(D("12.345"), _("same period last year"))),
        Figure(_("Net bookings after cancellations"), D("-45210"), "money", "CHF", delta=Delta(D("-1.4"), previous)),
        Figure(_("Deals won"), 0, "count", delta=Delta(None, previous)),
        Figure(_("Loading"), None, is_loading=True),
        Figure(_("Out of reach"), None, error=_("This figure could not be read. It will try again by itself.")),
        Figure(_("نسبة الفوز"), D("0.5"), "percent", parts="12 / 24"),
        Figure(
            _("Quota"),
            D("412000"),
            "money",
            "USD",
            progress=Progress(_("Attainment"), D(412000), D(600000), "money", "USD", D("0.58")),
        ),
    ]
    return [
        State(_("Usual"), "figures", {"figures": usual, "label": _("Key figures")}),
        State(
            _("Undefined, long, large, negative, none, loading, error"),
            "figures",
            {"figures": odd, "label": _("Odd figures")},
        ),
    ]


def _strips() -> list[State]:
    stats = [
        Stat(_("Open deals"), 42, "count", href="#deals"),
        Stat(_("Open pipeline"), D("2841000"), "money", "USD", hint=_("of 42 deals")),
        Stat(_("Past due"), 7, "count", tone="bad", hint=_("close date has passed")),
        Stat(_("Without amount"), 2089, "count", tone="warn"),
        Stat(_("Weighted"), None, "money", "USD", hint=_("stages have no probability")),
    ]
    return [State(_("Usual"), "stats", {"stats": stats, "label": _("Pipeline")})]


def _deltas() -> list[State]:
    other = _("previous month")
    samples = {
        _("Better"): Delta(D("0.124"), other),
        _("Worse"): Delta(D("-0.031"), other, "points", "percent"),
        _("Lower is better"): Delta(D("-5"), other, "absolute", "days", better="lower"),
        _("The same"): Delta(D(0), other),
        _("Nothing to compare with"): Delta(None, other),
        _("Within noise"): Delta(D("0.02"), other, is_noise=True),
        _("Very large"): Delta(D("123.4"), other),
        _("Absolute money"): Delta(D("1250"), other, "absolute", "money", "USD", "neither"),
    }
    return [State(name, delta, {"change": change}) for name, change in samples.items()]


def _progress() -> list[State]:
    samples = {
        _("Behind pace"): Progress(_("Bookings this quarter"), D(312000), D(600000), "money", "USD", D("0.58")),
        _("Ahead of pace"): Progress(_("Bookings this quarter"), D(412000), D(600000), "money", "USD", D("0.58")),
        _("Above the target"): Progress(_("Bookings this quarter"), D(742350), D(600000), "money", "USD", D("0.58")),
        _("No target"): Progress(_("Bookings this quarter"), D(312000), None, "money", "USD"),
        _("Nothing yet"): Progress(_("Meetings held"), 0, 20, "count"),
        _("Small"): Progress(_("Attainment"), D(82), D(100), "count", is_small=True),
    }
    return [State(name, "progress", {"progress": progress}) for name, progress in samples.items()]


def _trends() -> list[State]:
    samples: dict[str, Sequence[D | int | None]] = {
        _("Usual"): TREND,
        _("With gaps"): [3, None, 4, 5, None, None, 6],
        _("Flat"): [4, 4, 4],
        _("One value"): [7],
    }
    return [State(name, sparkline, {"trend": Sparkline(values)}) for name, values in samples.items()]


def _charts() -> list[State]:
    links = [f"/design/?month={n}" for n in range(12)]
    last_year = [value * D("0.86") for value in TREND]
    bars = Chart(
        "bookings-by-month",
        _("Bookings by month"),
        _("Bookings doubled in twelve months; November stands highest."),
        MONTHS,
        [
            Series(_("This year"), [v * 1000 for v in TREND], links),
            Series(_("Last year"), [v * 1000 for v in last_year], mark="line", role="muted", is_dashed=True),
        ],
        "money",
        "USD",
        _("Month"),
        target=D(500000),
    )
    lines = Chart(
        "win-rate-by-month",
        _("Win rate by month"),
        _("Between 52% and 68%; no deal was decided in March."),
        MONTHS,
        [
            Series(
                _("Win rate"),
                [D(n) / 100 if n else None for n in (55, 58, 61, 0, 52, 57, 64, 68, 61, 59, 63, 62)],
                links,
                "area",
            )
        ],
        "percent",
        category_label=_("Month"),
    )
    lying = Chart(
        "pipeline-by-stage",
        _("Open pipeline by stage"),
        _("Most of it is engaged, little is in negotiation."),
        [_("Prospecting"), _("Engaging"), _("Negotiation with procurement and legal"), _("Verbal yes")],
        [Series(_("Amount"), [D(840000), D(1410000), D(320000), D(210000)])],
        "money",
        "USD",
        _("Stage"),
        "h",
        size="small",
    )
    stacked = Chart(
        "bookings-by-product",
        _("Bookings by product"),
        _("GTX Pro carries half of every quarter."),
        ["Q1", "Q2", "Q3", "Q4"],
        [
            Series("GTX Pro", [51, 48, 62, 70], role="accent"),
            Series("MG Special", [22, 31, 27, 25], role="second"),
            Series("GTK 500", [9, 12, 8, 14], role="third"),
            Series("MG Advanced", [4, 7, 9, 6], role="fourth"),
        ],
        mode="stack",
        category_label=_("Quarter"),
        is_table_shown=True,
    )
    nothing = Empty(_("No deals were decided"), _("Choose a longer period to see a trend."), "chart")
    return [
        State(_("Bars with a comparison and a target"), "chart", {"chart": bars}),
        State(_("Line with a gap"), "chart", {"chart": lines}),
        State(_("Lying bars with long names"), "chart", {"chart": lying}),
        State(_("Stacked, numbers shown"), "chart", {"chart": stacked}),
        State(_("Empty"), "chart", {"chart": Chart("chart-empty", _("Win rate"), "", [], [], empty=nothing)}),
        State(_("Loading"), "chart", {"chart": Chart("chart-loading", _("Win rate"), "", ["A"], [], is_loading=True)}),
        State(
            _("Error"),
            "chart",
            {"chart": Chart("chart-error", _("Win rate"), "", [], [], error=_("The numbers could not be read."))},
        ),
    ]


def why_pairs() -> list[tuple[str, str]]:
    """Numerator, denominator and definition of a sample figure."""
    return [
        (_("Numerator"), _("208 deals won")),
        (_("Denominator"), _("336 deals decided")),
        (_("Date"), _("close date")),
    ]
