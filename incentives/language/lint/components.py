"""One component: its dates, references and rules, and what its type needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from incentives.language.choices import (
    ComponentType,
    OverrideOn,
    Window,
)
from incentives.language.lint.limits import LimitsLinter
from incentives.language.lint.modifiers import ModifierLinter
from incentives.language.lint.tables import TableLinter
from incentives.language.lint.telling import Place, Telling
from incentives.language.plan import Component, Plan

_TIERED = (ComponentType.COMMISSION, ComponentType.BONUS, ComponentType.OVERRIDE)


class ComponentLinter(Telling):
    """Checks components."""

    def component(self, plan: Plan, number: int, component: Component) -> None:
        place: Place = ("components", number)
        checks: dict[ComponentType, Callable[[Place, Component], None]] = {
            ComponentType.SPIF: self._spif, ComponentType.MBO: self._mbo, ComponentType.RANKING: self._ranking,
        }  # fmt: skip
        if component.type in _TIERED:
            TableLinter(self.document, self.issues).tiered(plan, place, component)
        elif component.type in checks:
            checks[component.type](place, component)
        self._dates(place, plan, component)
        self._references(plan, number, component)
        self._rules(place, component)
        ModifierLinter(self.document, self.issues).modifiers(place, component)
        limits = LimitsLinter(self.document, self.issues)
        limits.limits((*place, "caps"), component.caps, (*place, "floors"), component.floors, whole_plan=False)

    def _dates(self, place: Place, plan: Plan, component: Component) -> None:
        start = component.starts_on or plan.starts_on
        end = component.ends_before or plan.ends_before or date.max
        if start >= end:
            self.error("bad_period", (*place, "ends_before"), "the component ends before it starts")

    def _spif(self, place: Place, component: Component) -> None:
        if component.amount is None:
            self.error("missing", (*place, "amount"), "a spif needs an amount for each transaction or unit")
        if component.max_winners is not None and component.max_winners < 1:
            self.error("bad_value", (*place, "max_winners"), "there is at least one winner; leave it out for no limit")

    def _mbo(self, place: Place, component: Component) -> None:
        if component.kpi is None:
            self.error("missing", (*place, "kpi"), "an mbo needs the name of its score in the measures file")
        if component.curve:
            TableLinter(self.document, self.issues).curve(place, component)

    def _ranking(self, place: Place, component: Component) -> None:
        if not component.prizes:
            self.error("missing", (*place, "prizes"), "a ranking needs prizes, first place first")

    def _references(self, plan: Plan, number: int, component: Component) -> None:
        place: Place = ("components", number)
        earlier = {other.id: other for other in plan.components[:number]}
        needs = component.type is ComponentType.TRUE_UP or component.less_lower_pay
        needs = needs or (component.type is ComponentType.OVERRIDE and component.override_on is OverrideOn.COMMISSIONS)
        if needs and component.of is None:
            self.error("missing", (*place, "of"), "say which earlier component it refers to: `of: <id>`")
        if component.of is not None and component.of not in earlier:
            known = ", ".join(earlier) or "none"
            self.error(
                "unknown_reference", (*place, "of"), f"`{component.of}` is no component above this one; known: {known}"
            )
        if component.type is ComponentType.TRUE_UP:
            if component.of in earlier and earlier[component.of].type not in _TIERED:
                self.error("unknown_reference", (*place, "of"), "a true-up tops up a component with tiers or a curve")
            if component.window in (None, Window.QUOTA, Window.TRANSACTION):
                self.error(
                    "missing", (*place, "window"), "a true-up needs its own, longer window: quarter, half or year"
                )

    def _rules(self, place: Place, component: Component) -> None:
        for number, rule in enumerate(component.rules):
            if not rule.where and number < len(component.rules) - 1:
                self.warn(
                    "unreachable",
                    (*place, "rules", number + 1),
                    f"the rule before, {rule.name!r}, matches everything; this one is never reached",
                )
            if not 0 <= rule.credit <= 1:
                self.error("bad_value", (*place, "rules", number, "credit"), "a rule credits 0% to 100%")
