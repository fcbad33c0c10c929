from metrics.models.dirty import DataVersion, DirtyBucket
from metrics.models.rollup import NOBODY, DailyBreakdown, DailyRollup, Parts

__all__ = ["NOBODY", "DailyBreakdown", "DailyRollup", "DataVersion", "DirtyBucket", "Parts"]
