"""Attainment and pace: what was credited, held against the quotas in force. Goals, coaching and pay read the same."""

from django.utils.translation import gettext_noop as _

from metrics.engine.definitions import Direction, Metric, Need, Share, Simple, Sum, Unit
from metrics.engine.parts import Basis, Part

RATED = Need("quota_without_rate", Part.QUOTA_COUNT, Part.QUOTA_AMOUNT_COUNT)
TEAM_RATED = Need("quota_without_rate", Part.TEAM_QUOTA_COUNT, Part.TEAM_QUOTA_AMOUNT_COUNT)
CUT = _("A period that cuts a quota takes its share by calendar days.")
WHO = _(
    "Only people with a quota on the day count, and days without one count on neither side. A team is the sum of its "
    "people, the manager included."
)

QUOTA = Metric(
    "quota",
    _("Quota"),
    Unit.MONEY,
    Direction.NEITHER,
    Basis.CREDITED,
    Simple(Sum(Part.QUOTA_AMOUNT)),
    (Part.QUOTA_COUNT,),
    _("the quotas in force, added up"),
    "",
    _("What you are to reach in the period."),
    CUT,
    (RATED,),
    only_with=Part.QUOTA_COUNT,
)
ATTAINMENT = Metric(
    "attainment",
    _("Attainment"),
    Unit.RATIO,
    Direction.HIGHER,
    Basis.CREDITED,
    Share((Part.ATTAINED_AMOUNT,), (Part.QUOTA_AMOUNT,)),
    (Part.ATTAINED_COUNT,),
    _("credited bookings on days with a quota"),
    _("the quotas in force on the same days"),
    _("How much of your quota you have reached."),
    WHO,
    (RATED,),
)
PACE = Metric(
    "pace",
    _("Pace"),
    Unit.RATIO,
    Direction.NEITHER,
    Basis.CREDITED,
    Share((Part.QUOTA_DUE_AMOUNT,), (Part.QUOTA_AMOUNT,)),
    (Part.QUOTA_COUNT,),
    _("what of the quotas should be reached by now"),
    _("the quotas in force"),
    _("How much of your quota should be reached by the end of today."),
    _("By calendar days."),
    (RATED,),
)
PACE_ATTAINMENT = Metric(
    "pace_attainment",
    _("Attainment of pace"),
    Unit.RATIO,
    Direction.HIGHER,
    Basis.CREDITED,
    Share((Part.ATTAINED_AMOUNT,), (Part.QUOTA_DUE_AMOUNT,)),
    (Part.ATTAINED_COUNT,),
    _("credited bookings on days with a quota"),
    _("what of the quotas should be reached by now"),
    _("How much of what should be reached by now you have reached. Above 100 % you are ahead."),
    WHO,
    (RATED,),
)
TEAM_QUOTA = Metric(
    "team_quota",
    _("Team quota"),
    Unit.MONEY,
    Direction.NEITHER,
    Basis.CREDITED,
    Simple(Sum(Part.TEAM_QUOTA_AMOUNT)),
    (Part.TEAM_QUOTA_COUNT,),
    _("the quotas of teams in force, added up"),
    "",
    _("What a team is to reach together, where it has a quota of its own."),
    _("For the company: the quotas of the highest teams that have one."),
    (TEAM_RATED,),
    only_with=Part.TEAM_QUOTA_COUNT,
)
TEAM_ATTAINMENT = Metric(
    "team_attainment",
    _("Attainment of the team quota"),
    Unit.RATIO,
    Direction.HIGHER,
    Basis.CREDITED,
    Share((Part.TEAM_ATTAINED_AMOUNT,), (Part.TEAM_QUOTA_AMOUNT,)),
    (Part.TEAM_ATTAINED_COUNT,),
    _("credited bookings of everybody in the team while it has a quota"),
    _("the team's own quotas in force on the same days"),
    _("How much of its own quota a team has reached, whoever of its people won it."),
    _("Not defined for single people, nor where the team has no quota of its own."),
    (TEAM_RATED,),
)

METRICS: tuple[Metric, ...] = (QUOTA, ATTAINMENT, PACE, PACE_ATTAINMENT, TEAM_QUOTA, TEAM_ATTAINMENT)
