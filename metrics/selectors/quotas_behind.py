"""The quotas a figure is made of: each cut to the days asked for, with its share of the amount."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from crm.models import Quota
from kernel.period import Period
from metrics.engine.definitions import Metric, parts_of
from metrics.engine.parts import Basis, Part
from metrics.selectors.question import Question
from metrics.selectors.subject import Subject
from metrics.selectors.sums.quotas import is_answerable, person_pieces, team_pieces
from metrics.selectors.sums.sql import Sql, rows_of

PIECES = """
    SELECT p.id, greatest(p.first, w.first), least(p.last, w.last),
        p.amount * (least(p.last, w.last) - greatest(p.first, w.first)) / p.length
    FROM ({pieces}) p, (SELECT %s::date AS first, %s::date AS last) w
    WHERE p.first < w.last AND w.first < p.last ORDER BY 2, 1
"""


@dataclass(frozen=True)
class QuotaCounted:
    """A quota, the days of it that count, and their share of its amount in the organization's currency."""

    quota: Quota
    starts_on: date
    ends_before: date
    amount: Decimal | None


def counts_quotas(metric: Metric) -> bool:
    """Whether a figure is made of quotas alone, rather than of what was credited against them."""
    credited = {Part.ATTAINED_AMOUNT, Part.TEAM_ATTAINED_AMOUNT}
    return metric.basis is Basis.CREDITED and not (parts_of(metric) & credited)


def quotas_counted(metric: Metric, subject: Subject, period: Period | None, on: date) -> list[QuotaCounted]:
    """The quotas behind a figure, the earliest first. Two queries."""
    question = Question((metric,), on, scope=subject.scope)
    if not is_answerable(question):
        return []
    pieces = team_pieces(question) if Part.TEAM_QUOTA_COUNT in parts_of(metric) else person_pieces(question)
    days = (period.starts_on, period.ends_before) if period else (date.min, date.max - timedelta(days=1))
    found = rows_of(Sql(PIECES.format(pieces=pieces.text), [*pieces.parameters, *days]))
    quotas = Quota.objects.select_related("person", "team").in_bulk([row[0] for row in found])
    return [QuotaCounted(quotas[key], *rest) for key, *rest in found]
