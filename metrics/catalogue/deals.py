"""What was decided: bookings, deals won and lost, win rate, cycle, deal size."""

from decimal import Decimal

from django.utils.translation import gettext_noop as _

from metrics.engine.definitions import (
    Cumulative,
    Derived,
    Direction,
    Metric,
    Need,
    Quantile,
    RowValue,
    Share,
    Simple,
    Sum,
    Unit,
)
from metrics.engine.parts import Basis, Part

WON_VALUED = Need("without_amount", Part.WON_COUNT, Part.WON_AMOUNT_COUNT)
LOST_VALUED = Need("lost_without_amount", Part.LOST_COUNT, Part.LOST_AMOUNT_COUNT, worth=Part.LOST_AMOUNT)
CYCLE_KNOWN = Need("without_cycle", Part.WON_COUNT, Part.CYCLE_COUNT)
REVENUE = Metric(
    "revenue",
    _("Bookings"),
    Unit.MONEY,
    Direction.HIGHER,
    Basis.CLOSED,
    Simple(Sum(Part.WON_AMOUNT)),
    (Part.WON_AMOUNT_COUNT,),
    _("the amounts of won deals, added up"),
    "",
    _("What you won, in money, by the day each deal closed."),
    _("A deal won at zero counts as zero. A won deal without an amount is left out and counted beside the figure."),
    (WON_VALUED,),
)
REVENUE_TO_DATE = Metric(
    "revenue_to_date",
    _("Bookings, year to date"),
    Unit.MONEY,
    Direction.HIGHER,
    Basis.CLOSED,
    Cumulative(Part.WON_AMOUNT),
    (Part.WON_AMOUNT_COUNT,),
    _("the amounts of deals won since the fiscal year began, added up"),
    "",
    _("What you won since the fiscal year began, up to the end of the period."),
    "",
    (WON_VALUED,),
)
WON_COUNT = Metric(
    "won_count",
    _("Deals won"),
    Unit.COUNT,
    Direction.HIGHER,
    Basis.CLOSED,
    Simple(Sum(Part.WON_COUNT)),
    (Part.WON_COUNT,),
    _("won deals"),
    "",
    _("How many deals you won, by the day each closed."),
)
LOST_COUNT = Metric(
    "lost_count",
    _("Deals lost"),
    Unit.COUNT,
    Direction.LOWER,
    Basis.CLOSED,
    Simple(Sum(Part.LOST_COUNT)),
    (Part.LOST_COUNT,),
    _("lost deals"),
    "",
    _("How many deals you lost, by the day each closed."),
)
DECIDED_COUNT = Metric(
    "decided_count",
    _("Deals decided"),
    Unit.COUNT,
    Direction.NEITHER,
    Basis.CLOSED,
    Derived((WON_COUNT, LOST_COUNT)),
    (Part.WON_COUNT, Part.LOST_COUNT),
    _("won and lost deals"),
    "",
    _("How many deals were decided, won or lost."),
)
WIN_RATE = Metric(
    "win_rate",
    _("Win rate"),
    Unit.RATIO,
    Direction.HIGHER,
    Basis.CLOSED,
    Share((Part.WON_COUNT,), (Part.WON_COUNT, Part.LOST_COUNT)),
    (Part.WON_COUNT, Part.LOST_COUNT),
    _("won deals"),
    _("won and lost deals"),
    _("Of the deals that were decided, the share you won. Open deals do not count yet."),
)
WIN_RATE_BY_VALUE = Metric(
    "win_rate_by_value",
    _("Win rate by value"),
    Unit.RATIO,
    Direction.HIGHER,
    Basis.CLOSED,
    Share((Part.WON_AMOUNT,), (Part.WON_AMOUNT, Part.LOST_AMOUNT)),
    (Part.WON_AMOUNT_COUNT, Part.LOST_AMOUNT_COUNT),
    _("the amounts of won deals"),
    _("the amounts of won and lost deals"),
    _("Of the money that was decided, the share you won."),
    _("Not defined where the lost, or the won, deals have no amounts: it would always be 100 % or 0 %."),
    (WON_VALUED, LOST_VALUED),
)
CYCLE_NOTE = _(
    "A deal that closed before it started counts as won and is left out here; the data health page lists it."
)
CYCLE_DAYS_MEAN = Metric(
    "cycle_days_mean",
    _("Sales cycle, mean"),
    Unit.DAYS,
    Direction.LOWER,
    Basis.CLOSED,
    Share((Part.CYCLE_DAYS,), (Part.CYCLE_COUNT,)),
    (Part.CYCLE_COUNT,),
    _("days from start to close of won deals, added up"),
    _("won deals whose start is known"),
    _("How many days a won deal took from first contact to close, on average."),
    CYCLE_NOTE,
    (CYCLE_KNOWN,),
)
CYCLE_DAYS_MEDIAN = Metric(
    "cycle_days_median",
    _("Sales cycle, median"),
    Unit.DAYS,
    Direction.LOWER,
    Basis.CLOSED,
    Simple(Quantile(RowValue.CYCLE_DAYS, Decimal("0.5"))),
    (Part.CYCLE_COUNT,),
    _("the middle one of the days from start to close of won deals"),
    "",
    _("Half of your won deals took fewer days than this, half took more."),
    CYCLE_NOTE,
    (CYCLE_KNOWN,),
)
CYCLE_DAYS_P90 = Metric(
    "cycle_days_p90",
    _("Sales cycle, 90th percentile"),
    Unit.DAYS,
    Direction.LOWER,
    Basis.CLOSED,
    Simple(Quantile(RowValue.CYCLE_DAYS, Decimal("0.9"))),
    (Part.CYCLE_COUNT,),
    _("the days from start to close that nine of ten won deals stay within"),
    "",
    _("Nine of ten of your won deals took no longer than this."),
    CYCLE_NOTE,
    (CYCLE_KNOWN,),
)
DEAL_SIZE_MEAN = Metric(
    "deal_size_mean",
    _("Deal size, mean"),
    Unit.MONEY,
    Direction.HIGHER,
    Basis.CLOSED,
    Share((Part.OWNED_AMOUNT,), (Part.WON_AMOUNT_COUNT,)),
    (Part.WON_AMOUNT_COUNT,),
    _("the amounts of won deals, added up"),
    _("won deals that have an amount"),
    _("What a won deal is worth, on average."),
    "",
    (WON_VALUED,),
)
DEAL_SIZE_MEDIAN = Metric(
    "deal_size_median",
    _("Deal size, median"),
    Unit.MONEY,
    Direction.HIGHER,
    Basis.CLOSED,
    Simple(Quantile(RowValue.AMOUNT, Decimal("0.5"))),
    (Part.WON_AMOUNT_COUNT,),
    _("the middle one of the amounts of won deals"),
    "",
    _("Half of your won deals are worth less than this, half are worth more."),
    "",
    (WON_VALUED,),
)

METRICS: tuple[Metric, ...] = (
    REVENUE,
    REVENUE_TO_DATE,
    WON_COUNT,
    LOST_COUNT,
    DECIDED_COUNT,
    WIN_RATE,
    WIN_RATE_BY_VALUE,
    CYCLE_DAYS_MEAN,
    CYCLE_DAYS_MEDIAN,
    CYCLE_DAYS_P90,
    DEAL_SIZE_MEAN,
    DEAL_SIZE_MEDIAN,
)
