"""Which combinations of application, basis and window are valid, and why the others are not.

The table in docs/plan-reference.md is printed from here, and the linter refuses by the same functions.
"""

from __future__ import annotations

from dataclasses import replace

from incentives.language.choices import Application, Basis, Evaluated, ReRating, Window
from incentives.language.plan import Component

CURVES = (Application.INTERPOLATED_PAYOUT, Application.INTERPOLATED_RATE)
WHOLE = (Application.WHOLE_WINDOW, Application.WHOLE_OVERAGE)


def refusal(component: Component) -> str | None:
    """Return why a combination is refused, in words, or None when it is valid."""
    return _of_basis(component) or _of_window(component) or _of_re_rating(component) or _of_rounding(component)


def _of_basis(component: Component) -> str | None:
    application, basis = component.application, component.basis
    looked_up = basis in (Basis.RATIO, Basis.KPI)
    if looked_up and application is Application.MARGINAL:
        return f"a {basis} has no slices: a percentage cannot be passed piece by piece; use whole_deal or whole_window"
    if looked_up and application is Application.WHOLE_OVERAGE:
        return f"a {basis} has no part above a threshold; use whole_deal or whole_window"
    if looked_up and application in CURVES:
        return f"a curve runs over a position that adds up, and a {basis} does not; for a score use an mbo with a curve"
    return None


def _of_window(component: Component) -> str | None:
    application, window = component.application, component.window
    if window is Window.QUOTA and component.basis is not Basis.ATTAINMENT:
        return "the window `quota` needs the basis attainment; choose a calendar window"
    if window is Window.TRANSACTION and component.basis is Basis.ATTAINMENT:
        return "a single transaction has no quota; choose another basis or window"
    if window is Window.TRANSACTION and application in CURVES:
        return "a single transaction has no target pay; use tiers"
    if component.evaluated is Evaluated.TO_DATE:
        return _to_date(component)
    return None


def _to_date(component: Component) -> str | None:
    if component.application not in (Application.MARGINAL, *CURVES):
        return "to_date looks the position up again, so it goes with marginal and curves only"
    adds_up = component.basis is Basis.ATTAINMENT or (component.basis is Basis.AMOUNT and component.measure == "amount")
    if not adds_up:
        return "to_date needs the paid measure to be the basis: attainment, or amount paid on amount"
    if component.window not in (Window.MONTH, Window.QUARTER, Window.HALF):
        return "to_date needs windows inside the fiscal year: month, quarter or half"
    return None


def _of_re_rating(component: Component) -> str | None:
    how, application = component.re_rating, component.application
    if how in (ReRating.UPWARDS, ReRating.BOTH_WAYS) and application in (Application.MARGINAL, *CURVES):
        return f"{application} keeps its slices' rates; re-rating goes with whole_deal, whole_window, whole_overage"
    if how is ReRating.NO and application in WHOLE:
        return f"re-rating is part of {application}; without it use whole_deal"
    return None


def _of_rounding(component: Component) -> str | None:
    if component.attainment_decimals is None:
        return None
    if component.basis is not Basis.ATTAINMENT:
        return "attainment_decimals needs the basis attainment"
    if component.application not in (Application.WHOLE_DEAL, Application.WHOLE_WINDOW):
        return "attainment_decimals goes with whole_deal and whole_window; marginal pay and curves use exact attainment"
    return None


def table() -> str:
    """Return the valid combinations as a table for people."""
    lines = ["| application | basis | windows | re-rating | to date |", "|---|---|---|---|---|"]
    for application in Application:
        for basis in Basis:
            base = Component(id="x", application=application, basis=basis)
            if _of_basis(base):
                lines.append(f"| {application} | {basis} | – refused – | | |")
                continue
            windows = [str(window) for window in Window if not _of_window(replace(base, window=window))]
            ratings = [str(how) for how in ReRating if not _of_re_rating(replace(base, re_rating=how))]
            dated = replace(base, evaluated=Evaluated.TO_DATE, window=Window.MONTH)
            to_date = "yes" if not refusal(dated) else "no"
            lines.append(f"| {application} | {basis} | {', '.join(windows)} | {', '.join(ratings)} | {to_date} |")
    return "\n".join(lines)
