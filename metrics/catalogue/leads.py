"""Leads and what became of them, by the day they were created; and who became a customer, by that day."""

from django.utils.translation import gettext_noop as _

from metrics.engine.definitions import Direction, Metric, Share, Simple, Sum, Unit
from metrics.engine.parts import Basis, Part

COHORT_NOTE = _("Leads stay with the day they were created, whenever they became customers.")
YOUNG_NOTE = _("Leads that are not that old yet can still become customers; the figure then says how many they are.")
CUSTOMERS = _("leads that became customers")
LEADS = _("leads created")
LEAD_COUNT = Metric(
    "lead_count",
    _("Leads created"),
    Unit.COUNT,
    Direction.HIGHER,
    Basis.LEAD_CREATED,
    Simple(Sum(Part.LEAD_COUNT)),
    (Part.LEAD_COUNT,),
    LEADS,
    "",
    _("How many leads came in, by the day each was created."),
)
LEAD_CONVERSION = Metric(
    "lead_conversion",
    _("Lead conversion"),
    Unit.RATIO,
    Direction.HIGHER,
    Basis.LEAD_CREATED,
    Share((Part.LEAD_CONVERTED_COUNT,), (Part.LEAD_COUNT,)),
    (Part.LEAD_COUNT,),
    CUSTOMERS,
    LEADS,
    _("Of the leads that came in, the share that became customers, whenever that was."),
    COHORT_NOTE,
    told=(("young_90", Part.LEAD_YOUNG_90_COUNT),),
)


def _within(days: int, label: str, sentence: str, numerator: str, part: Part, young: Part) -> Metric:
    return Metric(
        f"lead_conversion_{days}",
        label,
        Unit.RATIO,
        Direction.HIGHER,
        Basis.LEAD_CREATED,
        Share((part,), (Part.LEAD_COUNT,)),
        (Part.LEAD_COUNT,),
        numerator,
        LEADS,
        sentence,
        YOUNG_NOTE,
        told=((f"young_{days}", young),),
    )


LEAD_CONVERSION_30 = _within(
    30,
    _("Lead conversion within 30 days"),
    _("Of the leads that came in, the share that became customers within 30 days."),
    _("leads that became customers within 30 days"),
    Part.LEAD_30_COUNT,
    Part.LEAD_YOUNG_30_COUNT,
)
LEAD_CONVERSION_60 = _within(
    60,
    _("Lead conversion within 60 days"),
    _("Of the leads that came in, the share that became customers within 60 days."),
    _("leads that became customers within 60 days"),
    Part.LEAD_60_COUNT,
    Part.LEAD_YOUNG_60_COUNT,
)
LEAD_CONVERSION_90 = _within(
    90,
    _("Lead conversion within 90 days"),
    _("Of the leads that came in, the share that became customers within 90 days."),
    _("leads that became customers within 90 days"),
    Part.LEAD_90_COUNT,
    Part.LEAD_YOUNG_90_COUNT,
)
LEAD_CONVERSION_PERIOD = Metric(
    "lead_conversion_period",
    _("Lead conversion, by period"),
    Unit.RATIO,
    Direction.HIGHER,
    Basis.LEAD_CREATED,
    Share((Part.CUSTOMER_COUNT,), (Part.LEAD_COUNT,)),
    (Part.LEAD_COUNT,),
    _("leads that became customers in these days, whenever they came in"),
    LEADS,
    _("How many leads became customers in the period, for each that came in during it."),
    _("The two are different leads: above 100 % more became customers than came in."),
    also_dated=(Basis.CONVERTED,),
)

METRICS: tuple[Metric, ...] = (
    LEAD_COUNT,
    LEAD_CONVERSION,
    LEAD_CONVERSION_30,
    LEAD_CONVERSION_60,
    LEAD_CONVERSION_90,
    LEAD_CONVERSION_PERIOD,
)
