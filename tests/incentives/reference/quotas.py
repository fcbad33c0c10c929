"""Windows, quotas and target pay of one person for one component."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kernel.money import Currency
from kernel.period import Period

from .days import half_away, months_in

GRAINS = ("month", "quarter", "half", "year")


@dataclass
class Piece:
    days: Period
    quota: int | None = None
    target: int | None = None
    mode: str = "normal"  # normal, base (reduced to zero), zero (by hand), missing
    start: str = "zero"  # zero, percent, amount: where the position starts


def needs_quota(component):
    return component.basis == "attainment" and component.type not in ("spif", "mbo", "ranking", "true_up")


def needs_target(component):
    curve = component.application == "interpolated_payout"
    return curve or component.type == "mbo" or any(tier.points is not None for tier in component.tiers)


class Quotas:
    def __init__(self, world):
        self.w, self.plan = world, world.plan

    def scale(self, component):
        money = component.measure in ("amount", "margin") or component.measure.endswith("_amount")
        return 10 ** Currency.of(self.plan.currency).digits if money else 10**6

    def rows(self, person, component, day):
        rows = [row for row in self.w.facts.quotas if row.measure == component.quota_measure]
        own = [row for row in rows if row.participant == person]
        if own or component.credits != "team":
            return own
        team = self.w.column(person, "team", day)
        return [row for row in rows if team and row.participant == team]

    def window_of(self, person, component, day):
        """The window that holds a day, or None where a quota is needed and there is none."""
        grain = component.window
        if grain is None:
            grain = "quota" if needs_quota(component) else "pay_period"
        if component.type == "spif":
            grain = "pay_period"
        if grain == "pay_period":
            return self.w.period_of(day)
        if grain in GRAINS:
            return self.w.calendar.period_of(grain, day)
        for row in self.rows(person, component, day):
            if row.starts_on <= day < row.ends_before:
                return self.w.calendar.period_of(row.per, day) if row.per else Period(row.starts_on, row.ends_before)
        return None

    def pieces(self, person, component, window):
        days = [window]
        cuts = self.cuts(person, component, window)
        mode = self.plan.mid_period_change
        if component.evaluated == "to_date":
            mode = "blended"
        if mode in ("segments", "credit_date"):
            edges = [window.starts_on, *cuts, window.ends_before]
            days = [Period(a, b) for a, b in zip(edges, edges[1:], strict=False)]
        start = "amount" if mode == "credit_date" else {"restart": "zero"}.get(self.plan.on_change, self.plan.on_change)
        found = []
        for number, part in enumerate(days):
            piece = self.piece(person, component, window, part, cuts, mode)
            piece.start = start if number else "zero"
            found.append(piece)
        return found

    def state(self, person, component, window, day):
        quota = next(
            (r for r in self.rows(person, component, day) if r.per and r.starts_on <= day < r.ends_before), None
        )
        row = self.w.row(person, day)
        return quota, (row.target_pay, row.role) if row else None

    def cuts(self, person, component, window):
        dates = {row.starts_on for row in self.rows(person, component, window.starts_on) if row.per}
        dates |= {row.ends_before for row in self.rows(person, component, window.starts_on) if row.per}
        dates |= {day for row in self.w.rows.get(person, []) if row for day in (row.starts_on, row.ends_before) if day}
        inside = sorted(day for day in dates if window.starts_on < day < window.ends_before)
        state, cuts = self.state(person, component, window, window.starts_on), []
        for day in inside:
            now = self.state(person, component, window, day)
            if now != state:
                cuts.append(day)
            state = now
        return cuts

    def piece(self, person, component, window, part, cuts, mode):
        leaving = self.plan.leaver.earns != "pro_rata"
        piece = Piece(part)
        quota, full, known, typed = self.quota(person, component, window, part, cuts, mode, leaving)
        target, full_target = self.target(person, component, window, part, cuts, mode, leaving)
        piece.quota, piece.target = half_away(quota), target and half_away(target[0])
        if needs_quota(component):
            if not known:
                piece.mode = "missing"
                self.w.issues.add(("no_quota", person))
            elif piece.quota == 0 and half_away(full) > 0:
                piece.mode, piece.quota = "base", half_away(full)
                piece.target = full_target and half_away(full_target[0])
            elif piece.quota == 0:
                piece.mode = "zero"
                if typed:
                    self.w.issues.add(("quota_zero", person))
        if needs_target(component) and target is None and piece.mode != "missing":
            piece.mode = "missing"
            self.w.issues.add(("no_target", person))
        return piece

    def quota(self, person, component, window, part, cuts, mode, leaving):
        """(quota, unreduced quota, whether a row was found, whether a row of zero was)."""
        scale = self.scale(component)
        inside = list(window.dates())
        total, full, known, typed = Fraction(0), Fraction(0), False, False
        days = list(part.dates()) if self.plan.on_change == "restart" and mode == "segments" else inside
        for row in self.rows(person, component, window.starts_on):
            whole = Period(row.starts_on, row.ends_before)
            if row.per or not whole.intersect(window):
                continue
            amount = Fraction(row.amount) * scale
            share = self.w.share(person, [d for d in days if whole.contains(d)], list(whole.dates()), True, leaving)
            total, known, typed = total + amount * share, True, typed or row.amount == 0
            inner = [d for d in days if whole.contains(d)]
            full += amount * (self.w.part(inner, whole.dates()) if self.plan.proration != "none" else bool(inner))
        edges = [window.starts_on, *cuts, window.ends_before]
        parts = [Period(a, b) for a, b in zip(edges, edges[1:], strict=False)]
        if mode == "period_end":
            chosen = [(parts[-1], inside)]
        elif mode == "blended":
            chosen = [(piece, list(piece.dates())) for piece in parts]
        else:
            chosen = [(part, days)]
        for piece, counted in chosen:
            row = next(
                (
                    r
                    for r in self.rows(person, component, piece.starts_on)
                    if r.per and r.starts_on <= piece.starts_on < r.ends_before
                ),
                None,
            )
            if row is None:
                continue
            amount = self.per_amount(row, window) * scale
            share = self.w.share(person, counted, inside, True, leaving)
            plain = self.w.part(counted, inside)
            if self.plan.proration == "none":
                share *= plain
            total, full, known, typed = total + amount * share, full + amount * plain, True, typed or row.amount == 0
        return total, full, known, typed

    def per_amount(self, row, window):
        total, day = Fraction(0), window.starts_on
        while day < window.ends_before:
            period = self.w.calendar.period_of(row.per, day)
            inner = period.intersect(window)
            total += Fraction(row.amount) * self.w.part(inner.dates(), period.dates())
            day = period.ends_before
        return total

    def target(self, person, component, window, part, cuts, mode, leaving):
        inside = list(window.dates())
        edges = [window.starts_on, *cuts, window.ends_before]
        parts = [Period(a, b) for a, b in zip(edges, edges[1:], strict=False)]
        if mode == "period_end":
            chosen = [(parts[-1], inside)]
        elif mode == "blended":
            chosen = [(piece, list(piece.dates())) for piece in parts]
        elif mode == "segments" and self.plan.on_change == "restart":
            chosen = [(part, list(part.dates()))]
        else:
            chosen = [(part, inside)]
        months = months_in(window)
        year = self.w.year_of(window.starts_on)
        of_year = Fraction(months, 12) if months else Fraction(window.days(), year.days())
        ramped = self.plan.ramp is not None and self.plan.ramp.scales == "quota_and_target"
        total, full = None, None
        for piece, counted in chosen:
            annual = self.annual(person, component, piece.starts_on)
            if annual is None:
                continue
            share = self.w.share(person, counted, inside, ramped, leaving)
            plain = self.w.part(counted, inside)
            if self.plan.proration == "none":
                share *= plain
            total = (total or 0) + annual * of_year * share
            full = (full or 0) + annual * of_year * plain
        return ((total,) if total is not None else None), ((full,) if full is not None else None)

    def annual(self, person, component, day):
        scale = 10 ** Currency.of(self.plan.currency).digits
        if component.target_amount is not None:
            return Fraction(component.target_amount) * scale * Fraction(component.target)
        rows = [row for row in self.w.rows.get(person, []) if row is not None]
        row = self.w.row(person, day) or (rows[0] if rows and day < (rows[0].starts_on or date.min) else None)
        if row is None or row.target_pay is None:
            return None
        return Fraction(row.target_pay) * scale * Fraction(component.target)
