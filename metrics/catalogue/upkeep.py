"""How open deals are looked after: next steps, and how long ago something was done."""

from django.utils.translation import gettext_noop as _

from metrics.engine.definitions import Direction, Metric, Share, Simple, Sum, Unit
from metrics.engine.parts import STALE_DAYS, Basis, Part

IDLE_NOTE = _(
    "A deal without any activity is counted from the day it began; one whose beginning is unknown is left out. "
    "As the deals stand now."
)
WITHOUT_NEXT_STEP = Metric(
    "without_next_step",
    _("Open deals without a next step"),
    Unit.COUNT,
    Direction.LOWER,
    Basis.DUE,
    Simple(Sum(Part.STEPLESS_COUNT)),
    (Part.STEPLESS_COUNT,),
    _("open deals that say neither what is next nor when"),
    "",
    _("How many of your open deals nobody has a plan for."),
    _("As the deals stand now. Not defined where no deal has a next step."),
    known_by=Basis.STEPPED,
)
DAYS_SINCE_ACTIVITY = Metric(
    "days_since_activity",
    _("Days since the last activity"),
    Unit.DAYS,
    Direction.LOWER,
    Basis.DUE,
    Share((Part.IDLE_DAYS,), (Part.IDLE_COUNT,)),
    (Part.IDLE_COUNT,),
    _("days since the last activity on open deals, added up"),
    _("open deals"),
    _("How long ago something was done about an open deal, on average."),
    IDLE_NOTE,
    known_by=Basis.OCCURRED,
)
STALE_DEALS = Metric(
    "stale_deals",
    _("Stale deals"),
    Unit.COUNT,
    Direction.LOWER,
    Basis.DUE,
    Simple(Sum(Part.STALE_COUNT)),
    (Part.STALE_COUNT,),
    _("open deals without an activity for 30 days or more"),
    "",
    _("How many of your open deals nobody did anything about for 30 days."),
    IDLE_NOTE,
    known_by=Basis.OCCURRED,
)
assert STALE_DAYS == 30, "the words above say 30"

METRICS: tuple[Metric, ...] = (WITHOUT_NEXT_STEP, DAYS_SINCE_ACTIVITY, STALE_DEALS)
