"""Closed periods in files: what earlier simulations posted, and its correction in the open period.

``posted`` reads the documents of ``plan_simulate --format json``; ``opened`` checks the open period of one plan against
them and changes its lines and ``totals`` by the ``correction``. The arithmetic is ``incentives.engine.ledger``.
"""
