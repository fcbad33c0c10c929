"""The metrics the product knows: one definition each, used by pages, commands, goals and pay alike.

One module per subject, each with its `METRICS`; a new one is added to `SUBJECTS`, whose order is the catalogue's.
"""

from metrics.catalogue import activities, deals, leads, pipeline, quotas, upkeep
from metrics.engine.definitions import Metric, check

SUBJECTS: tuple[tuple[Metric, ...], ...] = (
    deals.METRICS,
    pipeline.METRICS,
    upkeep.METRICS,
    quotas.METRICS,
    leads.METRICS,
    activities.METRICS,
)

CATALOGUE: dict[str, Metric] = {metric.name: metric for metrics in SUBJECTS for metric in metrics}

for _metric in CATALOGUE.values():
    check(_metric)
