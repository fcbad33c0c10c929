"""One component after the other: its credits, its windows, its lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from incentives.engine.columns import Input
from incentives.engine.components import Setting, mbo_lines, ranking_lines, spif_lines, true_up_lines
from incentives.engine.credits import Credit, Crediting, Unpaid, joined
from incentives.engine.exact import Flags, Ints
from incentives.engine.limits import limited, not_counting
from incentives.engine.lines import together
from incentives.engine.measures import measured_column
from incentives.engine.payout import refunded_shares
from incentives.engine.positions import Earning, re_rating_of, sort
from incentives.engine.quotas import Quotas
from incentives.engine.run.drops import drops, paid_below
from incentives.engine.run.large import lower_rate_lines
from incentives.engine.run.messages import Findings
from incentives.engine.run.result import Made
from incentives.engine.todate import EarningToDate, to_date
from incentives.engine.windows import Placed, grain_of, placed, stopped
from incentives.facts.rows import Facts
from incentives.language.choices import Basis, ComponentType, Evaluated, LaterPosition, ReRating
from incentives.language.plan import Component, Plan


class Components:
    """Calculates components in the order of the document, because later ones may refer to earlier ones."""

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        data: Input,
        setting: Setting,
        crediting: Crediting,
        years: Ints,
        persons: Ints,
        findings: Findings,
    ) -> None:
        self.plan, self.facts, self.data, self.setting, self.crediting = plan, facts, data, setting, crediting
        self.years, self.persons, self.findings = years, persons, findings
        self.people, self.calendar, self.periods = setting.people, setting.calendar, setting.periods
        self.digits = setting.digits
        self.refund_shares, exceeding = refunded_shares(data.refunds)
        for code in exceeding:
            findings.add("refund_exceeds", data.ids[code], "")
        self.made: dict[str, Made] = {}

    def report(self, component: Component, code: str, person: int) -> None:
        self.findings.add(code, self.data.people[person], component.id)

    def make(self, component: Component) -> Made:
        """Return a component's lines before modifiers."""
        special: dict[ComponentType, Callable[[Component], Made]] = {
            ComponentType.MBO: self._mbo, ComponentType.TRUE_UP: self._true_up, ComponentType.SPIF: self._spif,
            ComponentType.RANKING: self._ranking,
        }  # fmt: skip
        return special.get(component.type, self._tiered)(component)

    def _mbo(self, component: Component) -> Made:
        quotas = self._quotas(component)
        lines = mbo_lines(self.setting, component, quotas, self.persons, partial(self.report, component))
        return Made(component, lines, [], self.setting.windows(component))

    def _true_up(self, component: Component) -> Made:
        source = self.made[component.of or ""]
        again = self._tiered(replace(source.component, window=component.window))
        lines = true_up_lines(self.setting, component, again.lines, source.lines)
        return Made(component, lines, [], self.setting.windows(component))

    def _spif(self, component: Component) -> Made:
        credit, unpaid = self._credits(component)
        lines = spif_lines(self.plan, component, credit, self.periods, self.digits)
        return Made(component, lines, unpaid, self.periods.periods)

    def _ranking(self, component: Component) -> Made:
        credit, unpaid = self._credits(component)
        lines = ranking_lines(self.setting, component, credit)
        return Made(component, lines, unpaid, self.setting.windows(component))

    def _quotas(self, component: Component) -> Quotas:
        return Quotas(self.plan, self.facts, self.people, self.calendar, component)

    def _credits(self, component: Component) -> tuple[Credit, list[Unpaid]]:
        source = self.made.get(component.of or "")
        below = paid_below(source.lines if source else None, len(self.data.ids))
        credit, unpaid, missing = self.crediting.of(component, below)
        if missing.any():
            currency = self.data.deals.currency
            for code in np.unique(currency.codes[missing]).tolist():
                self.findings.add("no_rate", currency.categories[code], component.id)
        holds = not_counting(credit, self.facts.holds, self.data.ids)
        credit = limited(component, credit, self.years, self.digits, holds)
        if self._position_drops(component):
            gone = drops(credit, self.data.refunds, self.refund_shares, self.periods, self.plan.cut_off_days)
            credit = joined(credit, gone)
        return credit, unpaid

    def _position_drops(self, component: Component) -> bool:
        """Return whether refunds move the position of later deals back."""
        if component.type in (ComponentType.SPIF, ComponentType.RANKING) or not len(self.data.refunds.tx):
            return False
        how = self.plan.clawback.later_position
        return how is LaterPosition.DROPS and re_rating_of(component) is ReRating.NO

    def _tiered(self, component: Component) -> Made:
        credit, unpaid = self._credits(component)
        quotas = self._quotas(component)
        seen = None
        if component.basis is Basis.KPI:
            seen, absent = measured_column(self.facts, self.people, component.basis_of or "", credit.person, credit.day)
            for person in np.unique(credit.person[absent]).tolist():
                self.report(component, "no_measure", person)
            unpaid.append(Unpaid("no_measure", credit.row[absent], credit.person[absent]))
            credit, seen = credit.take(~absent), seen[~absent]
        if component.evaluated is Evaluated.TO_DATE:
            return self._to_date(component, quotas, credit, unpaid)
        places = placed(self.plan, component, quotas, self.calendar, credit.person, credit.day)
        credit, seen, places = self._without_stopped(component, credit, seen, places, unpaid)
        lower = lower_rate_lines(self.plan, component, credit, places)
        if seen is not None:
            credit = replace(credit, over=seen)
        rows, pieces, windows = sort(component, credit, places), places.pieces, places.windows
        del credit, places  # half of the memory at its peak
        lines = Earning(self.plan, component, self.digits).lines(rows, pieces)
        return Made(component, together([lines, lower]) if len(lower) else lines, unpaid, windows)

    def _without_stopped(
        self, component: Component, credit: Credit, seen: Ints | None, places: Placed, unpaid: list[Unpaid]
    ) -> tuple[Credit, Ints | None, Placed]:
        """Leave out credits without quota or target pay, and report everybody concerned."""
        used = np.bincount(places.piece + 1, minlength=len(places.pieces) + 1)
        if used[0]:
            for person in np.unique(credit.person[places.piece < 0]).tolist():
                self.report(component, "no_quota", person)
        for number, piece in enumerate(places.pieces):
            if piece.problem:
                self.report(component, piece.problem, int(places.person[number]))
        stop: Flags = stopped(places)
        if not stop.any():
            return credit, seen, places
        unpaid.append(Unpaid("no_quota", credit.row[stop], credit.person[stop]))
        kept = ~stop
        return credit.take(kept), None if seen is None else seen[kept], replace(places, piece=places.piece[kept])

    def _to_date(self, component: Component, quotas: Quotas, credit: Credit, unpaid: list[Unpaid]) -> Made:
        grain = grain_of(self.plan, component)
        persons = np.union1d(self.persons, credit.person)
        first = int(min(credit.day.min(initial=self.setting.until.toordinal()), self.plan.starts_on.toordinal()))
        year = to_date(quotas, self.calendar, grain, persons, first, self.setting.until.toordinal())
        lines, stop, used = EarningToDate(self.plan, component, self.digits).lines_to_date(credit, year, self.periods)
        for person, problem in used:
            self.report(component, problem, person)
        if stop.any():
            unpaid.append(Unpaid("no_quota", credit.row[stop], credit.person[stop]))
        return Made(component, lines, unpaid, year.years)
