"""What stands behind the quotas in force that a letter is made of: the ramp of the plan they come from, and who approved them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crm.models import Quota
from goals.engine.approval import MANAGERS
from goals.engine.proration import Basis
from goals.engine.ramp import Presence, Ramp, ramp_share
from goals.models import PlanCell, PlanLine, PlanVersion, QuotaDecision, QuotaRequest
from goals.models.plan import PLAN_SOURCE
from goals.selectors.planning.history import leaves_of
from kernel.period import Period, month_of
from people.models import Organization, SeatHolding, TeamClosure
from people.selectors.holiday import holiday_days
from people.viewer import day_at

Approval = tuple[int, int | None, str, str]  # who, in whose place, as what, on which day


@dataclass(frozen=True)
class Grounds:
    """Of one person: months at a share of a full quota, [["ramp", first day, end, share]]; who approved, in order; and where
    the amounts came from that nobody approved ("imported", "entered")."""

    ramp: list[list[str]]
    approvals: list[Approval]
    unapproved: list[str]


def grounds_of(quotas: Mapping[int, Sequence[Quota]], period: Period, organization: Organization) -> dict[int, Grounds]:
    """By person. A constant number of queries."""
    every = [quota for rows in quotas.values() for quota in rows]
    versions = _versions(every)
    ramps = _ramps(quotas, versions, period)
    changed = _changes(every, organization)
    planned = _plan_approvals(versions, list(quotas), organization)
    found = {}
    for person_id, rows in quotas.items():
        approvals: dict[Approval, None] = {}
        unapproved: dict[str, None] = {}
        for quota in rows:
            by = changed.get(quota.pk) or planned.get((_plan_of(quota), person_id), [])
            approvals |= dict.fromkeys(by)
            if not by:
                unapproved["imported" if quota.source and _plan_of(quota) is None else "entered"] = None
        ordered = sorted(approvals, key=lambda each: each[3])
        found[person_id] = Grounds(ramps.get(person_id, []), ordered, sorted(unapproved))
    return found


def _plan_of(quota: Quota) -> int | None:
    """The plan that put it in force."""
    number = quota.source.removeprefix(PLAN_SOURCE)
    return int(number) if quota.source.startswith(PLAN_SOURCE) and number.isdecimal() else None


def _versions(quotas: Iterable[Quota]) -> dict[int, PlanVersion]:
    """The version in force of each plan that the quotas come from. Two queries."""
    plans = {plan for quota in quotas if (plan := _plan_of(quota)) is not None}
    rows = PlanVersion.objects.filter(plan__in=plans, state=PlanVersion.State.IN_FORCE).select_related("plan")
    return {row.plan_id: row for row in rows.prefetch_related("decisions")} if plans else {}


def _ramps(
    quotas: Mapping[int, Sequence[Quota]], versions: Mapping[int, PlanVersion], period: Period
) -> dict[int, list[list[str]]]:
    """Months within the period for which a plan has given part of a full quota, because of tenure. Four queries."""
    ramped = {plan: version for plan, version in versions.items() if version.ramp_ratios}
    if not ramped:
        return {}
    lines = PlanLine.objects.filter(version__in=ramped.values(), person__in=quotas).select_related("person")
    cells: dict[int, dict[date, PlanCell]] = {}
    for cell in PlanCell.objects.filter(line__in=lines):
        cells.setdefault(cell.line_id, {})[cell.month] = cell
    leaves, days_off = leaves_of(period), holiday_days()
    found: dict[int, list[list[str]]] = {}
    for line in lines:
        person_id = line.person_id or 0
        version = next(each for each in ramped.values() if each.pk == line.version_id)
        hired_on = line.person.hired_on if line.person else None
        presence = Presence(Period(line.starts_on, line.ends_before), hired_on, leaves.get(person_id, []))
        for quota in quotas[person_id]:
            if _plan_of(quota) == version.plan_id:
                found.setdefault(person_id, []).extend(
                    _months(quota, version, presence, cells.get(line.pk, {}), period, days_off)
                )
    return {person_id: sorted(rows, key=lambda row: row[1]) for person_id, rows in found.items() if rows}


def _months(
    quota: Quota,
    version: PlanVersion,
    presence: Presence,
    cells: Mapping[date, PlanCell],
    period: Period,
    days_off: Collection[date],
) -> list[list[str]]:
    """Of one quota: its months at less than the whole. One that somebody has changed since is no matter of the ramp any more."""
    days = Period(quota.starts_on, quota.ends_before)
    inside = [cell for month, cell in sorted(cells.items()) if days.intersect(month_of(month)) is not None]
    if presence.days.intersect(days) != days or sum(cell.amount for cell in inside) != quota.amount:
        return []
    ramp = Ramp(tuple(Fraction(ratio) for ratio in version.ramp_ratios), version.is_ramp_from_full_month)
    rows = []
    for cell in inside:
        month = month_of(cell.month).intersect(days)
        shown = month.intersect(period) if month is not None else None
        share = ramp_share(month_of(cell.month), presence, ramp, Basis(version.days), days_off)
        if shown is not None and cell.source == PlanCell.Source.RAMP and share is not None and share < 1:
            rows.append(["ramp", shown.starts_on.isoformat(), shown.ends_before.isoformat(), str(_ratio(share))])
    return rows


def _ratio(share: Fraction) -> Decimal:
    """To a tenth of a percent."""
    return Decimal(round(share * 1000)).scaleb(-3)


def _changes(quotas: Iterable[Quota], organization: Organization) -> dict[int, list[Approval]]:
    """Who approved the change by which each of these quotas has its amount. Two queries."""
    amounts = {quota.pk: quota.amount for quota in quotas}
    approved = QuotaRequest.objects.filter(quota__in=amounts, state=QuotaRequest.State.APPROVED)
    found: dict[int, list[Approval]] = {}
    for request in approved.prefetch_related("decisions").order_by("closed_at", "pk"):
        if request.quota_id is not None and request.amount == amounts[request.quota_id]:
            decisions = sorted(request.decisions.all(), key=lambda each: each.number)
            found[request.quota_id] = [
                _approval(each, request.steps[each.number][0], organization) for each in decisions
            ]
    return found


def _plan_approvals(
    versions: Mapping[int, PlanVersion], person_ids: Sequence[int], organization: Organization
) -> dict[tuple[int | None, int], list[Approval]]:
    """Who approved the number of each person in the version in force: their managers, and whoever decided about the whole."""
    found: dict[tuple[int | None, int], list[Approval]] = {}
    for plan_id, version in versions.items():
        above = _teams_above(person_ids, day_at(organization, version.submitted_at or version.created_at))
        now = [each for each in version.decisions.all() if each.round == version.round and each.is_approved]
        for person_id in person_ids:
            rows = []
            for each in sorted(now, key=lambda each: each.number):
                kind, team_id = version.steps[each.number]
                if kind not in MANAGERS or team_id in above.get(person_id, ()):
                    rows.append(_approval(each, kind, organization))
            if not now and version.decided_by_id and version.decided_at:
                rows.append((version.decided_by_id, None, "", day_at(organization, version.decided_at).isoformat()))
            found[plan_id, person_id] = rows
    return found


def _teams_above(person_ids: Sequence[int], on: date) -> dict[int, set[int]]:
    """The teams of people and those above, on a day. Two queries."""
    team_of = dict(SeatHolding.objects.on(on).filter(person__in=person_ids).values_list("person", "seat__team"))
    above: dict[int, set[int]] = {}
    closure = TeamClosure.objects.on(on).filter(descendant__in=set(team_of.values()))
    for team, ancestor in closure.values_list("descendant", "ancestor"):
        above.setdefault(team, set()).add(ancestor)
    return {person: above.get(team, set()) for person, team in team_of.items()}


def _approval(decision: QuotaDecision, kind: str, organization: Organization) -> Approval:
    return decision.by_id, decision.for_person_id, kind, day_at(organization, decision.at).isoformat()
