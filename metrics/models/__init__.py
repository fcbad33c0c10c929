from metrics.models.dirty import DataVersion, DirtyBucket
from metrics.models.rollup import DailyBreakdown, DailyRollup, Parts

__all__ = ["DailyBreakdown", "DailyRollup", "DataVersion", "DirtyBucket", "Parts"]
