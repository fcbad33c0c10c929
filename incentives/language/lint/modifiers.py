"""Gates, multipliers and the large-deal clause."""

from __future__ import annotations

from incentives.language.choices import (
    ComponentType,
    GateClosed,
    LargeDealThen,
)
from incentives.language.lint.telling import Place, Telling
from incentives.language.plan import Component

_TIERED = (ComponentType.COMMISSION, ComponentType.BONUS, ComponentType.OVERRIDE)


class ModifierLinter(Telling):
    """Checks what changes a component's pay."""

    def modifiers(self, place: Place, component: Component) -> None:
        """Check everything that changes a component's pay."""
        self._gate(place, component)
        self._multipliers(place, component)
        self._large(place, component)

    def _gate(self, place: Place, component: Component) -> None:
        gate = component.gate
        if gate is None:
            return
        here = (*place, "gate")
        if not gate.conditions:
            self.error("missing", (*here, "conditions"), "a gate needs at least one condition")
        for number, condition in enumerate(gate.conditions):
            at = (*here, "conditions", number)
            if (condition.at_least is None) == (condition.more_than is None):
                self.error("missing", at, "give exactly one of at_least and more_than")
            if condition.measure == "attainment":
                for name in ("at_least", "more_than"):
                    self.unit(at, True, name)
        if gate.closed is GateClosed.SHARE and (gate.share is None or not 0 <= gate.share <= 1):
            self.error("missing", (*here, "share"), "closed: share needs a share of 0% to 100%")
        if gate.closed is GateClosed.BASE_RATE and (component.type not in _TIERED or component.curve):
            self.error(
                "conflict", (*here, "closed"), "only a rate table has a base rate to fall back to; use nothing or share"
            )

    def _multipliers(self, place: Place, component: Component) -> None:
        for number, multiplier in enumerate(component.multipliers):
            at = (*place, "multipliers", number)
            starts = [step.start for step in multiplier.steps]
            if not starts or starts[0] != 0:
                self.error("hole", (*at, "steps"), "the first step starts at 0")
            if starts != sorted(set(starts)):
                self.error("overlap", (*at, "steps"), "the steps must rise; put them in order")

    def _large(self, place: Place, component: Component) -> None:
        clause = component.large_deal
        if clause is not None and clause.then is LargeDealThen.LOWER_RATE and clause.rate is None:
            self.error("missing", (*place, "large_deal", "rate"), "then: lower_rate needs the rate of the part above")
