"""Closed periods in files: what earlier simulations posted, and its correction in the open period.

``posted`` reads the documents of ``plan_simulate --format json``; ``correction`` compares them with a recalculation and
returns net lines and changed totals. The arithmetic is ``incentives.engine.ledger``.
"""
