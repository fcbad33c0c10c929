"""The deals behind a figure, as the filters of the deals list: every figure leads to its rows."""

from dataclasses import dataclass
from urllib.parse import urlencode

from kernel.period import Period
from metrics.engine.definitions import Metric, parts_of
from metrics.engine.parts import BASIS_OF, Basis, Part
from metrics.selectors.subject import Subject

OUTCOMES = {
    "won": "won",
    "lost": "lost",
    "cycle": "won",
    "open": "open",
    "weighted": "open",
    "created": "",
    "attained": "won",
    "quota": "won",
    "team": "won",
}
DECIDED = "decided"  # the deals list's word for won and lost together


@dataclass(frozen=True)
class DealsBehind:
    """Filters of the deals list; what is None or empty does not filter."""

    outcomes: tuple[str, ...] = ()
    basis: Basis = Basis.CLOSED
    period: Period | None = None
    person_id: int | None = None
    team_id: int | None = None
    product_id: int | None = None

    @property
    def filters(self) -> dict[str, str]:
        """Parameter → value: outcome (`decided` is won and lost), owner, team, product, and `closes_from`,
        `closes_before` or `created_from`, `created_before` (the end is not included)."""
        found = {"outcome": DECIDED if len(self.outcomes) > 1 else "".join(self.outcomes)}
        for name, value in (("owner", self.person_id), ("team", self.team_id), ("product", self.product_id)):
            found[name] = "" if value is None else str(value)
        if self.period:
            day = "created" if self.basis is Basis.CREATED else "closes"
            found[f"{day}_from"] = self.period.starts_on.isoformat()
            found[f"{day}_before"] = self.period.ends_before.isoformat()
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """The filters as the query of a link."""
        return urlencode(self.filters)


def deals_behind(
    metric: Metric, subject: Subject, period: Period | None, *, product_id: int | None = None
) -> DealsBehind:
    """The deals a figure of a subject and period is made of; open deals as they stand now. No query."""
    outcomes = sorted({outcome for part in _counting(metric) if (outcome := OUTCOMES[part.split("_")[0]])})
    is_all = metric.basis is Basis.DUE
    return DealsBehind(
        tuple(outcomes), metric.basis, None if is_all else period, subject.person_id, subject.team_id, product_id
    )


def _counting(metric: Metric) -> list[Part]:
    return [part for part in parts_of(metric) if BASIS_OF[part] is metric.basis]
