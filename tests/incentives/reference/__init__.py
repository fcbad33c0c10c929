"""A slow, obvious calculation of pay, written from docs/algorithms/incentives.md: one person, one deal, one day at a
time.

It shares the plan's classes and the facts' rows with the product and nothing of its engine. Money is whole minor units,
everything between two roundings an exact fraction.
"""
