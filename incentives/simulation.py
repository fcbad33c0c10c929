"""Plans tried on files, without a database: check, simulate, explain, compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from incentives.closing.opened import UNPOSTABLE, corrected
from incentives.closing.posted import posted_of
from incentives.closing.totals import total_of
from incentives.engine.periods import calendar_of, end_of
from incentives.engine.run import Result, calculate
from incentives.engine.trace import Story
from incentives.facts.files import facts_of_files
from incentives.facts.rows import Facts
from incentives.language.examples import run_examples
from incentives.language.lint import lint
from incentives.language.plan import Plan
from incentives.language.reader import Document, read
from kernel.issue import Issue, IssueCollector, Level
from kernel.period import PeriodError


@dataclass(frozen=True)
class Check:
    """What checking one plan document found."""

    name: str
    document: Document
    issues: list[Issue]
    examples: int

    @property
    def is_good(self) -> bool:
        return not any(issue.level is Level.ERROR for issue in self.issues)


def check(name: str, text: str) -> Check:
    """Return what is wrong with a plan document: schema, linter, its examples."""
    issues = IssueCollector()
    document = read(text, issues)
    lint(document, issues)
    ran = 0 if issues.has_errors else run_examples(document, issues)
    return Check(name, document, issues.sorted(), ran)


@dataclass
class Simulation:
    """Lines, totals and issues of one or several plans, as plain data."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)
    not_credited: list[dict[str, str]] = field(default_factory=list)
    recoveries: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether nothing could be calculated."""
        return not self.totals and any(issue["level"] == "error" for issue in self.issues)

    def document(self) -> dict[str, Any]:
        return dict(self.__dict__)


def simulate(
    plans: Sequence[Plan],
    files: Mapping[str, tuple[str, str]],
    period: str | None = None,
    documents: Sequence[tuple[str, str]] = (),
) -> Simulation:
    """Return what plans pay for the facts of CSV files; with a period, only its lines and totals.

    ``documents`` (name and text) are what simulations of earlier, closed periods wrote: those periods stay as posted and
    every difference is a net line in the open ``period``.
    """
    issues = IssueCollector()
    facts = facts_of_files(files, issues)
    parts: list[Simulation] = []
    _named_plans(plans, facts, issues)
    _overlapping(plans, facts, issues)
    _one_currency(plans, issues)
    posted = posted_of(documents, [plan.plan for plan in plans], issues)
    for plan in plans:
        until = _until(plan, period, issues)
        if any(issue.code in _FATAL for issue in issues):
            break
        result = calculate(plan, facts, until)
        issues.extend(result.issues)
        part = _part(result, _labels_in(plan, period, result))
        if documents:
            corrected(part, result, period, posted[plan.plan], issues)
        parts.append(part)
    if any(issue.code in UNPOSTABLE for issue in issues):
        parts = []
    return _together(parts, [issue.to_dict() for issue in issues.sorted()])


_FATAL = {"empty_file", "missing_column", "bad_period_label", "same_component", "several_currencies"}


def _until(plan: Plan, period: str | None, issues: IssueCollector) -> date | None:
    if period is None:
        return None
    try:
        return max(end_of(plan, period), plan.starts_on)
    except PeriodError as error:
        issues.add(Level.ERROR, "bad_period_label", f"--period: {error}", value=period)
        return None


def _labels_in(plan: Plan, period: str | None, result: Result) -> set[str]:
    labels = result.periods.labels()
    if period is None:
        return set(labels)
    wanted = calendar_of(plan).period(period)
    return {label for label, own in zip(labels, result.periods.periods, strict=True) if own.intersect(wanted)}


def _named_plans(plans: Sequence[Plan], facts: Facts, issues: IssueCollector) -> None:
    known = {plan.plan for plan in plans}
    for row in facts.participants:
        if row.plan and row.plan not in known:
            message = f"participants: the plan {row.plan} of {row.participant} is not among those given; add its file"
            issues.extend([Issue(Level.WARNING, "unknown_plan", message, row.row, "plan", row.plan)])


def _one_currency(plans: Sequence[Plan], issues: IssueCollector) -> None:
    """Refuse totals of several currencies."""
    found = sorted({plan.currency for plan in plans})
    if len(found) > 1:
        message = (
            f"the plans pay in {' and '.join(found)}, which do not add up; simulate the plans of each currency apart"
        )
        issues.add(Level.ERROR, "several_currencies", message, value=found[1])


def _overlapping(plans: Sequence[Plan], facts: Facts, issues: IssueCollector) -> None:
    """Refuse the same component twice for one person on the same dates."""
    for number, plan in enumerate(plans):
        for other in plans[:number]:
            same = {component.id for component in plan.components} & {component.id for component in other.components}
            both = _both(plan, other, facts)
            if same and both and _dates_overlap(plan, other):
                message = (
                    f"{both[0]} is on {other.plan} and {plan.plan} at the same time and both have the component "
                    f"{sorted(same)[0]}; give each person one of them in the plan column, or rename a component"
                )
                issues.extend([Issue(Level.ERROR, "same_component", message, field=sorted(same)[0], value=both[0])])


def _both(plan: Plan, other: Plan, facts: Facts) -> list[str]:
    def on(one: Plan) -> set[str]:
        if not facts.participants:
            return {row.participant for row in facts.transactions if row.participant}
        rows = (row for row in facts.participants if row.plan in ("", one.plan))
        return {row.participant for row in rows if not one.roles or row.role in one.roles}

    return sorted(on(plan) & on(other))


def _dates_overlap(plan: Plan, other: Plan) -> bool:
    last = date.max
    return plan.starts_on < (other.ends_before or last) and other.starts_on < (plan.ends_before or last)


def _part(result: Result, labels: set[str]) -> Simulation:
    """Return what one plan pays in the named pay periods."""
    out, story, people = Simulation(), Story(result), result.data.people
    for number in range(len(result.lines)):
        label = story.labels[int(result.lines.period[number])]
        if label in labels:
            out.lines.append(line_of(result, story, number, label))
    for row, person in enumerate(result.totals.persons.tolist()):
        for period in range(result.periods.over):
            if story.labels[period] in labels:
                out.totals.append(total_of(result, story, row, people[person], period))
                _recovery(out, result, story, row, people[person], period)
    out.not_credited = [{"plan": result.plan.plan, **item} for item in story.unpaid()]
    return out


def line_of(result: Result, story: Story, number: int, label: str) -> dict[str, Any]:
    """Return one line as plain data, with its trace."""
    lines = result.lines
    return {
        "plan": result.plan.plan,
        "participant": result.data.people[int(lines.person[number])],
        "period": label,
        "component": story.component(number),
        "transaction": story.transaction(number),
        "kind": story.kind(number),
        "tier": int(lines.tier[number]) + 1,
        "base": story.base(number),
        "rate": story.rate(number),
        "amount": story.money(int(lines.amount[number])),
        "rule": story.rule(number),
        "cause": story.cause(number),
        "corrects": None,
        "trace": story.trace(number).to_dict(),
    }


def _recovery(out: Simulation, result: Result, story: Story, row: int, person: str, period: int) -> None:
    amount = int(result.totals.recovered[row, period])
    if amount:
        rules = result.plan.recovery
        shown = date.fromordinal(int(result.periods.ends[period]) + result.plan.pay_day - rules.notice_days).isoformat()
        out.recoveries.append({
            "participant": person, "period": story.labels[period], "amount": story.money(amount), "mode":
            str(rules.mode),
            "show_on": shown,
        })  # fmt: skip


def _together(parts: Sequence[Simulation], issues: list[dict[str, Any]]) -> Simulation:
    """Return what several plans pay, each person's totals added up."""
    return Simulation(
        lines=[line for part in parts for line in part.lines],
        totals=_summed([total for part in parts for total in part.totals]),
        not_credited=[item for part in parts for item in part.not_credited],
        recoveries=[item for part in parts for item in part.recoveries],
        issues=issues,
    )


def _summed(totals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up the totals of a person who is on several plans."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for total in totals:
        known = sums.setdefault((total["participant"], total["period"]), {})
        for name, value in total.items():
            if name == "payable_by_plan":
                known[name] = known.get(name, {}) | value
            elif name in _WORDS:
                known.setdefault(name, value)
            else:
                known[name] = f"{Decimal(known.get(name, 0)) + Decimal(value):f}"
    return [sums[key] for key in sorted(sums)]


_WORDS = ("participant", "period", "pay_on")


def difference(first: Simulation, second: Simulation) -> list[dict[str, str]]:
    """Return pay per person under two plans: earned, payable and their differences."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for side, simulation in (("a", first), ("b", second)):
        for total in simulation.totals:
            for name in ("earned", "payable"):
                sums[total["participant"]][f"{name}_{side}"] += Decimal(total[name])
    return [
        {
            "participant": person,
            "earned_a": f"{found['earned_a']:f}",
            "earned_b": f"{found['earned_b']:f}",
            "earned_difference": f"{found['earned_b'] - found['earned_a']:f}",
            "payable_difference": f"{found['payable_b'] - found['payable_a']:f}",
        }
        for person, found in sorted(sums.items())
    ]
