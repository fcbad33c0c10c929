"""The quotas a figure is made of: each cut to the days asked for, with its share of the amount."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import prefetch_related_objects

from crm.models import Quota
from kernel.period import Period
from metrics.engine.definitions import Metric, parts_of
from metrics.engine.parts import Basis, Part
from metrics.selectors.question import Question
from metrics.selectors.subject import Subject
from metrics.selectors.sums.quotas import is_answerable, person_pieces, team_pieces
from metrics.selectors.sums.quotas_then import COLUMNS, quotas_of
from metrics.selectors.sums.sql import Sql, rows_of

PIECES = """
    SELECT p.id, greatest(p.first, w.first), least(p.last, w.last),
        p.amount * (least(p.last, w.last) - greatest(p.first, w.first)) / p.length,
        p.amount * greatest(0, least(p.last, w.last, w.tomorrow) - greatest(p.first, w.first)) / p.length
    FROM ({pieces}) p, (SELECT %s::date AS first, %s::date AS last, %s::date AS tomorrow) w
    WHERE p.first < w.last AND w.first < p.last ORDER BY 2, 1
"""


@dataclass(frozen=True)
class QuotaCounted:
    """A quota, the days of it that count, and their share of its amount in the organization's currency; `due` is what of
    that should be reached by the end of the day that is looked at.

    Looking back, the quota is as it stood then; `is_there` where it still exists.
    """

    quota: Quota
    starts_on: date
    ends_before: date
    amount: Decimal | None
    due: Decimal | None
    is_there: bool = True


def counts_quotas(metric: Metric) -> bool:
    """Whether a figure is made of quotas alone, rather than of what was credited against them."""
    credited = {Part.ATTAINED_AMOUNT, Part.TEAM_ATTAINED_AMOUNT}
    return metric.basis is Basis.CREDITED and not (parts_of(metric) & credited)


def is_of_due(metric: Metric) -> bool:
    """Whether a figure counts what of the quotas should be reached by now."""
    return Part.QUOTA_DUE_AMOUNT in parts_of(metric)


def quotas_counted(
    metric: Metric, subject: Subject, period: Period | None, on: date, as_of: date | None = None
) -> list[QuotaCounted]:
    """The quotas behind a figure, the earliest first, now or as they stood on a past day. Five queries at most."""
    question = Question((metric,), as_of or on, scope=subject.scope, as_of=as_of)
    is_of_teams = Part.TEAM_QUOTA_COUNT in parts_of(metric)
    if not is_answerable(question) or (is_of_teams and subject.person_id is not None):
        return []  # a person has no team quota
    pieces = team_pieces(question) if is_of_teams else person_pieces(question)
    days = (period.starts_on, period.ends_before) if period else (date.min, date.max - timedelta(days=1))
    tomorrow = question.on + timedelta(days=1)
    found = rows_of(Sql(PIECES.format(pieces=pieces.text), [*pieces.parameters, *days, tomorrow]))
    now = Quota.objects.select_related("person", "team").in_bulk([row[0] for row in found])
    quotas = now if as_of is None else _stood(as_of, [row[0] for row in found])
    return [QuotaCounted(quotas[key], first, end, amount, due, key in now) for key, first, end, amount, due in found]


def _stood(as_of: date, ids: list[int]) -> dict[int, Quota]:
    """Quotas as they stood at the end of a day; those that are gone too. Three queries."""
    then = quotas_of(as_of)
    rows = rows_of(Sql(f"{then.before} SELECT {COLUMNS} FROM {then.table} WHERE id = ANY(%s)", [ids]))
    found = [Quota(**dict(zip(COLUMNS.split(", "), row, strict=True))) for row in rows]
    prefetch_related_objects(found, "person", "team")
    return {quota.pk: quota for quota in found}
