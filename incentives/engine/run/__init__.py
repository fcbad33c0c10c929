"""The whole calculation: facts in, lines, totals and issues out.

    deals → credits → positions → lines → modifiers → parts → statement

The steps are the modules of the same names. Nothing here depends on the order of rows: credits are taken by (credit
date, external id, participant).
"""

from __future__ import annotations

from datetime import date

from incentives.engine.columns import input_of
from incentives.engine.run.calculation import Calculation
from incentives.engine.run.result import Result
from incentives.facts.rows import Facts
from incentives.language.plan import Plan


def calculate(plan: Plan, facts: Facts, until: date | None = None) -> Result:
    """Return what a plan pays for checked facts up to ``until`` (left out: the end of the last pay period they
    touch).
    """
    return Calculation(plan, facts, input_of(facts, plan.credit_date, plan.currency), until).run()


__all__ = ["Calculation", "Result", "calculate"]
