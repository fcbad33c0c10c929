"""The deals behind a figure, as the filters of the deals list: every figure leads to its rows."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from kernel.period import Period
from metrics.engine.definitions import Metric, parts_of
from metrics.engine.parts import BASIS_OF, Basis, Part
from metrics.selectors.question import Dimension, Member
from metrics.selectors.subject import Subject

OUTCOMES = {
    "won": "won",
    "owned": "won",
    "overlay": "won",
    "lost": "lost",
    "cycle": "won",
    "open": "open",
    "weighted": "open",
    "created": "",
    "attained": "won",
    "quota": "won",
    "team": "won",
    "touch": "won",
    "touched": "won",
    "idle": "open",
    "stale": "open",
    "stepless": "open",
}
NEGLECT = {Part.STEPLESS_COUNT: "no_next_step", Part.STALE_COUNT: "stale"}  # the deals list's words
DECIDED = "decided"  # the deals list's word for won and lost together


@dataclass(frozen=True)
class DealsBehind:
    """Filters of the deals list; what is None or empty does not filter."""

    outcomes: tuple[str, ...] = ()
    basis: Basis = Basis.CLOSED
    period: Period | None = None
    person_id: int | None = None
    team_id: int | None = None
    traits: tuple[tuple[Dimension, Member], ...] = ()
    neglect: str = ""

    @property
    def filters(self) -> dict[str, str]:
        """Parameter → value: outcome (`decided` is won and lost), owner, team, a value of each further dimension,
        `without` those that have none, and `closes_from`, `closes_before` or `created_from`, `created_before` (the end
        is not included)."""
        found = {"outcome": DECIDED if len(self.outcomes) > 1 else "".join(self.outcomes)}
        values = [("owner", self.person_id), ("team", self.team_id), *self.traits]
        found |= {str(name): str(value) for name, value in values if value}
        found["neglect"] = self.neglect
        found["without"] = ",".join(str(name) for name, value in values if value is not None and not value)
        if self.period:
            day = "created" if self.basis is Basis.CREATED else "closes"
            found[f"{day}_from"] = self.period.starts_on.isoformat()
            found[f"{day}_before"] = self.period.ends_before.isoformat()
        elif self.basis is Basis.CREATED:
            found["created_from"] = date.min.isoformat()  # a deal without a creation date is none of them
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """The filters as the query of a link."""
        return urlencode(self.filters)


def deals_behind(metric: Metric, subject: Subject, period: Period | None) -> DealsBehind:
    """The deals a figure of a subject and period is made of; no period: all of them. No query."""
    outcomes = sorted({outcome for part in _counting(metric) if (outcome := OUTCOMES[part.split("_")[0]])})
    neglect = next((words for part, words in NEGLECT.items() if part in parts_of(metric)), "")
    return DealsBehind(
        tuple(outcomes), metric.basis, period, subject.person_id, subject.team_id, subject.traits, neglect
    )


def _counting(metric: Metric) -> list[Part]:
    return [part for part in parts_of(metric) if BASIS_OF[part] is metric.basis]
