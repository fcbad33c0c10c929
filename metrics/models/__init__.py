from metrics.models.dirty import DataVersion, DirtyBucket, DirtyTeam
from metrics.models.happening import ActivityRollup, LeadRollup
from metrics.models.rollup import NOBODY, DailyBreakdown, DailyRollup, Parts, TeamRollup

__all__ = [
    "NOBODY",
    "ActivityRollup",
    "DailyBreakdown",
    "DailyRollup",
    "DataVersion",
    "DirtyBucket",
    "DirtyTeam",
    "LeadRollup",
    "Parts",
    "TeamRollup",
]
