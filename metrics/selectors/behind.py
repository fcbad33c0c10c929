"""The deals a figure is made of, row by row: the events that its statement adds up, before they are added up.

So the rows are of the same people, days, teams, fields and past day as the figure, and their amounts make it: a split deal
stands there once for everybody credited, with that share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from crm.models import Opportunity
from crm.selectors.depth import deals_deep
from kernel.period import Grain, Period
from metrics.engine.definitions import Metric, RowValue, is_cumulative, parts_of, quantile_of
from metrics.engine.parts import BASIS_OF, STALE_DAYS, Basis, Family, Part
from metrics.facts import (
    CREATED,
    LOST,
    OPEN,
    WON,
    closed_credits,
    closed_events,
    created_credits,
    created_events,
    cycle_days,
    cycle_start,
)
from metrics.selectors.question import Question, Window
from metrics.selectors.span import last_closed_on
from metrics.selectors.subject import Subject
from metrics.selectors.sums.credits_then import credits_of
from metrics.selectors.sums.deals import fact_conditions
from metrics.selectors.sums.happenings import touches
from metrics.selectors.sums.quotas import IN_FORCE
from metrics.selectors.sums.quotas_then import quotas_of
from metrics.selectors.sums.sql import Sql, rows_of
from metrics.selectors.sums.statement import OWN_DAY, conditions, seats_join, tree_joins
from metrics.selectors.sums.traits import facts_with, trait_columns
from metrics.selectors.sums.upkeep import idle_days, stepless
from people.fiscal import calendar_of
from people.models import Organization, Person

KINDS = {
    "won": WON,
    "owned": WON,
    "overlay": WON,
    "cycle": WON,
    "touch": WON,
    "touched": WON,
    "attained": WON,
    "team": WON,
}
KINDS |= {
    "lost": LOST,
    "open": OPEN,
    "weighted": OPEN,
    "created": CREATED,
    "idle": OPEN,
    "stale": OPEN,
    "stepless": OPEN,
}
OUTCOMES = {WON: "won", LOST: "lost", OPEN: "open"}
CREDITED = frozenset(
    {Part.WON_AMOUNT, Part.LOST_AMOUNT, Part.OPEN_AMOUNT, Part.WEIGHTED_AMOUNT, Part.CREATED_AMOUNT}
)  # parts that follow the shares; every other one is the owner's

COLUMNS = ", o.id AS fact_id, o.outcome AS outcome, o.created_on AS created_on, o.closed_on AS closed_on"
WHOLE = {False: "o.converted_amount", True: "coalesce(o.plan_amount, o.converted_amount)"}
AT_PLAN = ", o.plan_amount IS NOT NULL AS is_at_plan"
# what counts against a quota: the share at the plan rate, where there is one
CREDIT_AT_PLAN = "coalesce(s.credit + s.difference, s.credit, s.difference)"
OVERLAY_AT_PLAN = "coalesce(s.overlay + s.overlay_difference, s.overlay, s.overlay_difference)"

# an amount without a quota on its day counts for no attainment
WITH_QUOTA = f"""EXISTS (SELECT 1 FROM {{quotas}} q WHERE q.person_id = s.person_id AND q.converted_amount IS NOT NULL
    AND {IN_FORCE.format(day="s.day")}{{which}})"""
WITH_TEAM_QUOTA = f"""EXISTS (SELECT 1 FROM {{quotas}} q JOIN people_teamclosure over ON over.ancestor_id = q.team_id
    JOIN people_seat place ON place.team_id = over.descendant_id
    JOIN people_seatholding held ON held.seat_id = place.id AND held.person_id = s.person_id
        AND held.starts_on <= s.day AND s.day < held.ends_before
    WHERE over.starts_on <= s.day AND s.day < over.ends_before AND q.converted_amount IS NOT NULL
    AND {IN_FORCE.format(day="s.day")}{{team}})"""


@dataclass(frozen=True)
class Counted:
    """A deal as a figure counts it. `amount` is what counts: whoever `person` is gets that `share` of `whole`.
    `is_at_plan`: what counts against a quota is converted at the plan rate.

    Outcome and days are those of the past day where the figure looks back; name, account and product are today's.
    `measure` is what the figure adds up of the deal where that is no amount: the days from its start to its close, those
    since the last activity, or its activities; None where that is unknown and the deal is left out.
    """

    deal: Opportunity
    person: Person | None
    outcome: str
    amount: Decimal | None
    whole: Decimal | None
    share: Decimal | None
    created_on: date | None
    closed_on: date | None
    is_at_plan: bool
    measure: int | None = None


class DealsCounted:
    """The rows, the largest first (of what is measured, the longest); knows how many there are and gives slices of
    them."""

    def __init__(self, metric: Metric, question: Question, start: str) -> None:
        self.metric, self.question = metric, question
        self.statement = _statement(metric, question, start)

    def count(self) -> int:
        """One query."""
        [(found,)] = rows_of(Sql(f"SELECT count(*) FROM ({self.statement.text}) n", self.statement.parameters))
        return int(found)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, chosen: slice) -> list[Counted]:
        """Some of them. Six queries."""
        first = chosen.start or 0
        limit = None if chosen.stop is None else chosen.stop - first
        order = "measure DESC NULLS LAST, amount DESC NULLS LAST, fact_id, person_id"
        text = f"{self.statement.text} ORDER BY {order} OFFSET %s LIMIT %s"
        rows = rows_of(Sql(text, [*self.statement.parameters, first, limit]))
        deals = {deal.pk: deal for deal in deals_deep(Opportunity.objects.filter(pk__in=[row[0] for row in rows]))}
        people = Person.objects.in_bulk([row[1] for row in rows if row[1]])
        return [Counted(deals[row[0]], people.get(row[1]), *row[2:]) for row in rows if row[0] in deals]


def deals_counted(
    organization: Organization,
    metric: Metric,
    subject: Subject,
    period: Period | None,
    *,
    on: date,
    as_of: date | None = None,
) -> DealsCounted:
    """The deals behind a figure, the largest first, now or as they stood at the end of a past day. One query at most."""
    question = Question((metric,), as_of or on, scope=subject.scope, as_of=as_of)
    period = _year_to_date(organization, period, as_of) if is_cumulative(metric) else period
    if period is not None:
        question = replace(question, starts_on=period.starts_on, ends_before=period.ends_before)
    return DealsCounted(metric, question, cycle_start(organization))


def _year_to_date(organization: Organization, period: Period | None, as_of: date | None) -> Period | None:
    """From the beginning of the fiscal year to the end of the days; of all time the year of the last decided deals."""
    last = last_closed_on(as_of) if period is None else period.last_day
    if last is None:
        return None
    year = calendar_of(organization).period_of(Grain.YEAR, last)
    return Period(year.starts_on, period.ends_before if period else year.ends_before)


def measured(metric: Metric) -> Part | None:
    """What a figure adds up of each deal that is no amount: days of its cycle, days since an activity, activities."""
    quantile = quantile_of(metric)
    if quantile is not None:
        return Part.CYCLE_DAYS if quantile.of is RowValue.CYCLE_DAYS else None
    found = parts_of(metric) & {Part.CYCLE_DAYS, Part.IDLE_DAYS, Part.TOUCH_COUNT}
    return next(iter(found), None)


def _measure(metric: Metric, question: Question, start: str) -> str:
    """The same as SQL over a deal `o`."""
    match measured(metric):
        case Part.CYCLE_DAYS:
            return cycle_days(start)
        case Part.IDLE_DAYS:
            return idle_days(question)
        case Part.TOUCH_COUNT:
            return touches()
    return "NULL"


def is_credited(metric: Metric) -> bool:
    """Whether a figure follows the shares of those who are credited."""
    return bool(_own(metric) & CREDITED) or metric.basis is Basis.CREDITED


def _own(metric: Metric) -> set[Part]:
    """What a figure is divided or added up from, without what it is only explained by."""
    return set(parts_of(metric)) - {part for need in metric.needs for part in (need.of, need.having)}


def _statement(metric: Metric, question: Question, start: str) -> Sql:
    kinds = sorted({KINDS[part.split("_")[0]] for part in _counting(metric)}) or [WON]
    window = Window(question.starts_on, question.ends_before)
    day = Sql("%s::date", [question.on]) if metric.basis is Basis.DUE else Sql(OWN_DAY)
    source, parameters = _events(metric, question, window, start, is_created=kinds == [CREATED])
    where = conditions(question, window)
    where.add("s.kind = ANY(%s)", kinds)
    for condition in _conditions(metric, question):
        where.add(condition.text, *condition.parameters)
    joins = ""
    if question.scope.team_id is not None:
        joins = seats_join(day)
        more, others = tree_joins(question, "seat.team_id", day)
        joins += more
        parameters = [*parameters, *day.parameters * 2, *others]
    before = quotas_of(question.as_of).before if metric.basis is Basis.CREDITED else ""
    return Sql(
        f"""{before} SELECT s.fact_id, s.person_id, s.outcome, {_amount(metric, question)} AS amount, s.whole, s.share,
        s.created_on, s.closed_on, s.is_at_plan, s.measure FROM ({source}) s {joins} WHERE {where.text}""",
        [*parameters, *where.parameters],
    )


def _counting(metric: Metric) -> list[Part]:
    """Parts that say which deals a figure counts."""
    if quantile_of(metric):
        return []
    basis = Basis.CREDITED if metric.basis is Basis.CREDITED else metric.basis
    return [part for part in parts_of(metric) if BASIS_OF[part] is basis and part.split("_")[0] in KINDS]


def _upkeep(question: Question) -> dict[Part, str]:
    """What an open deal must be like to be counted by a figure about its upkeep."""
    return {
        Part.STEPLESS_COUNT: stepless(question),
        Part.STALE_COUNT: f"{idle_days(question)} >= {STALE_DAYS}",
        Part.IDLE_COUNT: f"{idle_days(question)} IS NOT NULL",
    }


def _events(
    metric: Metric, question: Question, window: Window, start: str, *, is_created: bool
) -> tuple[str, list[Any]]:
    """Every event of the days, own and credited, with the deal it is of."""
    traits = question.traits
    source, kept = facts_with(Family.DEALS, traits, question.as_of), trait_columns(Family.DEALS, traits, question.as_of)
    day = "o.created_on" if is_created else "o.closed_on"
    where = fact_conditions(question, window, day)
    for part, condition in _upkeep(question).items():
        if part in parts_of(metric):
            where.add(condition)
    credited = fact_conditions(question, window, day, "c.person_id")
    whole = (
        f"{COLUMNS}{AT_PLAN}, {WHOLE[metric.basis is Basis.CREDITED]} AS whole,"
        f" {_measure(metric, question, start)}::integer AS measure"
    )
    credits = credits_of(question.as_of)
    own_columns, share_columns = f"{whole}, NULL::numeric AS share{kept}", f"{whole}, c.share AS share{kept}"
    if is_created:
        own = created_events(source=source, where=where.text, columns=own_columns)
        shares = created_credits(source=source, where=credited.text, columns=share_columns, credits=credits)
    else:
        own = closed_events(start, source=source, where=where.text, columns=own_columns)
        shares = closed_credits(source=source, where=credited.text, columns=share_columns, credits=credits)
    return f"{own} UNION ALL {shares}", [*where.parameters, *credited.parameters]


def _amount(metric: Metric, question: Question) -> str:
    if not is_credited(metric):
        return "s.amount"
    if metric.basis is Basis.CREDITED:
        has_overlay = question.scope.person_ids is not None
        return f"coalesce({CREDIT_AT_PLAN}, {OVERLAY_AT_PLAN})" if has_overlay else CREDIT_AT_PLAN
    weighted = Part.WEIGHTED_AMOUNT in _own(metric)
    return "s.credit * s.probability" if weighted else "s.credit"


def _conditions(metric: Metric, question: Question) -> Sequence[Sql]:
    """Which events are counted: the owner's, or everybody's who is credited."""
    if metric.basis is Basis.CREDITED:
        return _credited_conditions(metric, question)
    if not is_credited(metric):
        return [Sql("s.is_own")]
    return [Sql("(s.credit IS NOT NULL OR (s.is_own AND s.amount IS NULL))")]


def _credited_conditions(metric: Metric, question: Question) -> Sequence[Sql]:
    is_about_people = question.scope.person_ids is not None
    quotas = quotas_of(question.as_of).table
    worth = Sql(f"{_amount(metric, question)} IS NOT NULL")
    if Part.TEAM_ATTAINED_AMOUNT in parts_of(metric):
        if is_about_people:
            return [Sql("false")]  # a person has no team quota
        if question.scope.team_id is None:
            return [worth, Sql(WITH_TEAM_QUOTA.format(quotas=quotas, team=""))]
        return [worth, Sql(WITH_TEAM_QUOTA.format(quotas=quotas, team=" AND q.team_id = %s"), [question.scope.team_id])]
    return [worth, Sql(WITH_QUOTA.format(quotas=quotas, which="" if is_about_people else " AND NOT q.is_overlay"))]
