"""What people did, and how much of it a won deal took."""

from django.utils.translation import gettext_noop as _

from metrics.engine.definitions import Direction, Metric, Share, Simple, Sum, Unit
from metrics.engine.parts import Basis, Part

ACTIVITIES = Metric(
    "activities",
    _("Activities"),
    Unit.COUNT,
    Direction.HIGHER,
    Basis.OCCURRED,
    Simple(Sum(Part.ACTIVITY_COUNT)),
    (Part.ACTIVITY_COUNT,),
    _("calls, e-mails, meetings, demos, proposals and other activities"),
    "",
    _("What you did, by the day it happened: calls, e-mails, meetings, demos, proposals."),
)
TOUCHES_PER_WON = Metric(
    "touches_per_won",
    _("Activities per won deal"),
    Unit.NUMBER,
    Direction.NEITHER,
    Basis.CLOSED,
    Share((Part.TOUCH_COUNT,), (Part.TOUCHED_COUNT,)),
    (Part.TOUCHED_COUNT,),
    _("activities on won deals, up to the day each was won"),
    _("won deals"),
    _("How many activities a won deal took, on average."),
    _("By the deal's owner and the day it closed, whoever did the activities."),
)

METRICS: tuple[Metric, ...] = (ACTIVITIES, TOUCHES_PER_WON)
