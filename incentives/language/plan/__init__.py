"""The plan document as typed, frozen classes: what the reader fills, the schema describes and the engine executes.

Units: a share or rate is an exact fraction (``8%`` is ``Decimal("0.08")``), an amount is in major units of the plan's
currency, days are dates, periods are half-open. Every field carries its sentence; the reference page, the JSON Schema
and the messages of the linter are made from it, so they cannot disagree.
"""

from __future__ import annotations

from incentives.language.plan.component import Component
from incentives.language.plan.document import Example, Plan
from incentives.language.plan.modifiers import Cap, Condition, Floor, Gate, LargeDeal, Multiplier, Step
from incentives.language.plan.payment import Clawback, Decay, Draw, Leaver, PayShare, Ramp, Recovery
from incentives.language.plan.tables import Point, Rule, Tier
from incentives.language.plan.values import Amount, Number, Percent, Words

__all__ = [
    "Amount",
    "Cap",
    "Clawback",
    "Component",
    "Condition",
    "Decay",
    "Draw",
    "Example",
    "Floor",
    "Gate",
    "LargeDeal",
    "Leaver",
    "Multiplier",
    "Number",
    "PayShare",
    "Percent",
    "Plan",
    "Point",
    "Ramp",
    "Recovery",
    "Rule",
    "Step",
    "Tier",
    "Words",
]
