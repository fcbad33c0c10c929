"""Kinds of values in a plan document, told apart by how they are written."""

from __future__ import annotations

from decimal import Decimal
from typing import NewType

Percent = NewType("Percent", Decimal)
Amount = NewType("Amount", Decimal)
Number = NewType("Number", Decimal)
Words = tuple[str, ...]
