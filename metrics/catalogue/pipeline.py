"""Open deals as they stand, and what was opened."""

from django.utils.translation import gettext_noop as _

from metrics.engine.definitions import Direction, Metric, Need, Simple, Sum, Unit
from metrics.engine.parts import Basis, Part

OPEN_VALUED = Need("without_amount", Part.OPEN_COUNT, Part.OPEN_AMOUNT_COUNT)
OPEN_LIKELY = Need("without_probability", Part.OPEN_AMOUNT_COUNT, Part.WEIGHTED_COUNT, is_strict=True)
CREATED_VALUED = Need("without_amount", Part.CREATED_COUNT, Part.CREATED_AMOUNT_COUNT)
PIPELINE_NOTE = _(
    "As the deals stand now. A period keeps the deals that are due in it; lost deals are never part of it."
)
PIPELINE_OPEN = Metric(
    "pipeline_open",
    _("Open pipeline"),
    Unit.MONEY,
    Direction.HIGHER,
    Basis.DUE,
    Simple(Sum(Part.OPEN_AMOUNT)),
    (Part.OPEN_AMOUNT_COUNT,),
    _("the amounts of open deals, added up"),
    "",
    _("What your open deals are worth if all of them are won."),
    PIPELINE_NOTE,
    (OPEN_VALUED,),
)
PIPELINE_WEIGHTED = Metric(
    "pipeline_weighted",
    _("Weighted pipeline"),
    Unit.MONEY,
    Direction.HIGHER,
    Basis.DUE,
    Simple(Sum(Part.WEIGHTED_AMOUNT)),
    (Part.WEIGHTED_COUNT,),
    _("the amount of each open deal × its probability, added up"),
    "",
    _("What your open deals are worth, each by how likely it is: the deal's own probability, otherwise its stage's."),
    PIPELINE_NOTE,
    (OPEN_VALUED, OPEN_LIKELY),
)
OPEN_COUNT = Metric(
    "open_count",
    _("Open deals"),
    Unit.COUNT,
    Direction.NEITHER,
    Basis.DUE,
    Simple(Sum(Part.OPEN_COUNT)),
    (Part.OPEN_COUNT,),
    _("open deals"),
    "",
    _("How many deals are open."),
    PIPELINE_NOTE,
)
CREATED_COUNT = Metric(
    "created_count",
    _("Deals created"),
    Unit.COUNT,
    Direction.HIGHER,
    Basis.CREATED,
    Simple(Sum(Part.CREATED_COUNT)),
    (Part.CREATED_COUNT,),
    _("deals, whatever became of them"),
    "",
    _("How many deals were opened, by the day each was created."),
    _("Not defined where no deal has a creation date."),
)
PIPELINE_CREATED = Metric(
    "pipeline_created",
    _("Pipeline created"),
    Unit.MONEY,
    Direction.HIGHER,
    Basis.CREATED,
    Simple(Sum(Part.CREATED_AMOUNT)),
    (Part.CREATED_AMOUNT_COUNT,),
    _("the amounts of deals, whatever became of them, added up"),
    "",
    _("What the deals opened in the period are worth, by the day each was created."),
    _("Not defined where no deal has a creation date."),
    (CREATED_VALUED,),
)

METRICS: tuple[Metric, ...] = (
    PIPELINE_OPEN,
    PIPELINE_WEIGHTED,
    OPEN_COUNT,
    CREATED_COUNT,
    PIPELINE_CREATED,
)
