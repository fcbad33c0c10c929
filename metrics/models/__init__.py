from metrics.models.dirty import DataVersion, DirtyBucket
from metrics.models.happening import ActivityRollup, LeadRollup
from metrics.models.rollup import NOBODY, DailyBreakdown, DailyRollup, Parts

__all__ = [
    "NOBODY",
    "ActivityRollup",
    "DailyBreakdown",
    "DailyRollup",
    "DataVersion",
    "DirtyBucket",
    "LeadRollup",
    "Parts",
]
