"""Caps and floors, of a component or of the whole plan."""

from __future__ import annotations

from incentives.language.choices import (
    Excess,
    LimitOn,
    LimitPer,
)
from incentives.language.lint.telling import Place, Telling
from incentives.language.plan import Cap, Floor


class LimitsLinter(Telling):
    """Checks caps and floors."""

    def limits(
        self, at: Place, caps: tuple[Cap, ...], floors_at: Place, floors: tuple[Floor, ...], *, whole_plan: bool
    ) -> None:
        for number, cap in enumerate(caps):
            here = (*at, number)
            if cap.amount < 0:
                self.error("bad_value", (*here, "amount"), "a cap is 0 or more")
            if cap.excess is Excess.CARRIED_OVER and (cap.on is LimitOn.CREDIT or cap.per is not LimitPer.PERIOD):
                self.error("conflict", (*here, "excess"), "only a cap on pay per period can be carried over")
            if whole_plan:
                self._of_plan(here, cap.on, cap.per)
        for number, floor in enumerate(floors):
            here = (*floors_at, number)
            if floor.amount < 0:
                self.error("bad_value", (*here, "amount"), "a floor is 0 or more")
            if floor.on is LimitOn.CREDIT and floor.per is not LimitPer.TRANSACTION:
                self.error("conflict", (*here, "per"), "a floor on credit is per transaction")
            if whole_plan:
                self._of_plan(here, floor.on, floor.per)

    def _of_plan(self, here: Place, on: LimitOn, per: LimitPer) -> None:
        if on is LimitOn.CREDIT or per is LimitPer.TRANSACTION:
            self.error("conflict", here, "a limit over all components is on pay, per period or year")
