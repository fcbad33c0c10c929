"""Settings that are written but have no effect, because something else in the plan does not ask for them."""

from __future__ import annotations

from collections.abc import Callable

from incentives.language.choices import (
    Basis,
    ComponentType,
    Credits,
    DrawRecover,
    GateClosed,
    GateOf,
    LargeDealThen,
    LeaverEarns,
    UnpaidThen,
)
from incentives.language.lint.telling import Place, Telling
from incentives.language.plan import Component, Plan

_TIERED = {ComponentType.COMMISSION, ComponentType.BONUS, ComponentType.OVERRIDE}
_TABLE = ("tiers", "re_rating", "attainment_decimals", "on_edge", "large_deal")
_TYPES: dict[str, set[ComponentType]] = {
    name: types
    for names, types in (
        (("amount", "per", "budget", "max_winners"), {ComponentType.SPIF}),
        (("kpi", "max_score"), {ComponentType.MBO}),
        (("override_on", "less_lower_pay"), {ComponentType.OVERRIDE}),
        ((*_TABLE, "application", "evaluated", "basis", "basis_of"), _TIERED),
        (("curve", "above_last", "target", "target_amount"), {*_TIERED, ComponentType.MBO}),
        (("of",), {ComponentType.OVERRIDE, ComponentType.TRUE_UP}),
        (("direction",), {ComponentType.TRUE_UP}),
        (("prizes",), {ComponentType.RANKING}),
        (("measure",), {*_TIERED, ComponentType.RANKING}),
    )
    for name in names
}
_SEEN_BASIS = (Basis.MEASURE, Basis.RATIO, Basis.KPI)
_OTHERS: tuple[Callable[[Component], bool], str] = (
    lambda item: item.credits is Credits.REPORTS or item.type is ComponentType.OVERRIDE,
    "credits: reports, or the type override",
)
_NEEDS: dict[str, tuple[Callable[[Component], bool], str]] = {
    "basis_of": (lambda item: item.basis in _SEEN_BASIS, "the basis measure, ratio or kpi"),
    "levels": _OTHERS,
    "same_deal": _OTHERS,
    "own_credits": _OTHERS,
}


class UnusedLinter(Telling):
    """Names settings without effect."""

    def plan(self, plan: Plan) -> None:
        """Check the plan's own settings, and every component's."""
        pairs: list[tuple[Place, bool, str]] = [
            (("unpaid_after_days",), plan.unpaid_then is UnpaidThen.UN_EARN, "unpaid_then: un_earn"),
            (("leaver", "grace_days"), plan.leaver.earns is LeaverEarns.GRACE, "earns: grace"),
        ]
        for number, draw in enumerate(plan.draws):
            dated = draw.recover is DrawRecover.FROM_DATE
            pairs.append((("draws", number, "recover_from"), dated, "recover: from_date"))
        for place, used, needs in pairs:
            self._unless(used, place, needs)
        for number, component in enumerate(plan.components):
            self._component(("components", number), component)

    def _unless(self, used: bool, place: Place, needs: str) -> None:
        if not used and place in self.document.lines:
            self.warn("no_effect", place, f"has no effect without {needs}; add that, or remove this")

    def _component(self, place: Place, component: Component) -> None:
        for name, types in _TYPES.items():
            if component.type not in types and (*place, name) in self.document.lines:
                known = " and ".join(sorted(str(kind) for kind in types))
                message = f"has no effect in the type {component.type}, only in {known}; remove it, or change the type"
                self.warn("no_effect", (*place, name), message)
        for name, (holds, needs) in _NEEDS.items():
            self._unless(
                holds(component) or component.type not in _TYPES.get(name, {component.type}), (*place, name), needs
            )
        gate, clause = component.gate, component.large_deal
        if gate is not None:
            self._unless(gate.closed is GateClosed.SHARE, (*place, "gate", "share"), "closed: share")
            for number, condition in enumerate(gate.conditions):
                at = (*place, "gate", "conditions", number, "name")
                self._unless(condition.of is not GateOf.SELF, at, "`of`: whose name it is")
        if clause is not None:
            self._unless(clause.then is LargeDealThen.LOWER_RATE, (*place, "large_deal", "rate"), "then: lower_rate")
