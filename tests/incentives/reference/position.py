"""Tiers and curves: what each credit earns at the position it reaches."""

from dataclasses import dataclass
from fractions import Fraction

from kernel.money import Currency

from .credits import is_money
from .days import ceiling, floor, half_away

NANO = 10**9


@dataclass
class Line:
    person: str
    component: str
    tx: str | None
    day: object
    period: object
    kind: str
    amount: int = 0
    base: int = 0
    rate: int = 0
    tier: int = 0
    exact: Fraction | None = None
    cause: str | None = None
    held: bool = False
    first_rate: int = 0
    window: object = None


class Table:
    """The tiers (or points) of one component for one piece, as whole numbers."""

    def __init__(self, world, component, piece):
        self.w, self.c, self.piece = world, component, piece
        self.fixed = piece.mode in ("base", "zero")
        self.edges = [self.edge(tier.start) for tier in component.tiers]
        self.rates = self.all_rates() if component.tiers else []
        if component.curve:
            self.places = [ceiling(Fraction(p.at) * self.unit()) for p in component.curve]
            money = component.application == "interpolated_payout"
            self.values = [half_away(Fraction(p.pays) * (piece.target if money else NANO)) for p in component.curve]

    def unit(self):
        basis, measure = self.c.basis, self.c.basis_of
        if basis == "attainment":
            return self.piece.quota
        if basis == "amount" or (basis == "measure" and is_money(measure)):
            return 10 ** Currency.of(self.w.plan.currency).digits
        return 10**6

    def edge(self, start):
        if self.c.basis in ("ratio", "kpi"):
            return Fraction(start)
        half = Fraction(0)
        if self.c.attainment_decimals is not None and self.c.basis == "attainment":
            half = Fraction(1, 2 * 10 ** (self.c.attainment_decimals + 2))
        if self.c.on_edge == "higher":
            return ceiling((Fraction(start) - half) * self.unit())
        if half:
            return ceiling((Fraction(start) + half) * self.unit()) - 1
        return floor(Fraction(start) * self.unit())

    def all_rates(self):
        rates = []
        for tier in self.c.tiers:
            if tier.rate is not None:
                rate = Fraction(tier.rate) * NANO
            elif tier.times_base is not None:
                rate = Fraction(tier.times_base) * rates[0]
            elif tier.times_below is not None:
                rate = Fraction(tier.times_below) * rates[-1]
            elif tier.points is not None:
                rate = (
                    Fraction(tier.points) * self.piece.target * NANO / self.piece.quota
                    if self.piece.quota
                    else Fraction(0)
                )
            else:
                rate = Fraction(tier.amount) * 10 ** Currency.of(self.w.plan.currency).digits * 1000
            rates.append(half_away(rate))
        if self.piece.mode == "base":
            return [rates[0]] * len(rates)
        return [0] * len(rates) if self.piece.mode == "zero" else rates

    def tier(self, x):
        if self.fixed or x is None:
            return 0
        reached = (lambda e: x >= e) if self.c.on_edge == "higher" else (lambda e: x > e)
        return sum(1 for edge in self.edges[1:] if reached(edge))

    def slices(self, x, end, base):
        """(tier, part of the base) for the way from x to end."""
        if self.fixed:
            return [(0, base)]
        if x == end:
            return [(self.tier(end), base)]
        low, high = min(x, end), max(x, end)
        inside = [edge for edge in self.edges[1:] if low < edge < high]
        tier = sum(1 for edge in self.edges[1:] if edge <= low)
        found, done = [], 0
        for edge in [*inside, high]:
            upto = half_away(Fraction(base * (edge - low), high - low)) if edge != high else base
            found.append((tier, upto - done))
            done = upto
            tier = sum(1 for e in self.edges[1:] if e <= edge)
        return found if end > x else self.reversed(x, end, base, inside)

    def reversed(self, x, end, base, inside):
        found, done = [], 0
        for edge in [*reversed(inside), end]:
            upto = half_away(Fraction(base * (x - edge), x - end)) if edge != end else base
            tier = sum(1 for e in self.edges[1:] if e <= edge)
            found.append((tier, upto - done))
            done = upto
        return found

    def overage(self, x, end, base):
        """(part below the first edge, part above it)."""
        if len(self.edges) < 2:
            return base, 0
        if x == end:
            return (base, 0) if self.tier(end) == 0 else (0, base)
        edge, low, high = self.edges[1], min(x, end), max(x, end)
        if edge >= high:
            return base, 0
        if edge <= low:
            return 0, base
        if end > x:
            below = half_away(Fraction(base * (edge - x), end - x))
            return below, base - below
        above = half_away(Fraction(base * (x - edge), x - end))
        return base - above, above

    def between(self, x, rounding):
        """Interpolate on the curve."""
        if self.piece.mode == "zero" or x < self.places[0]:
            return 0
        place = max(k for k, e in enumerate(self.places) if e <= x)
        if place < len(self.places) - 1:
            return self.line(place, place + 1, place, x, rounding)
        last, value = self.places[-1], self.values[-1]
        if self.c.above_last == "slope" and len(self.places) > 1 and last > self.places[-2]:
            return self.line(place - 1, place, place, x, rounding)
        if self.c.above_last == "rate" and self.c.application == "interpolated_payout" and last > 0:
            return rounding(Fraction(value * x, last))
        return value

    def line(self, a, b, start, x, rounding):
        rise, run = self.values[b] - self.values[a], self.places[b] - self.places[a]
        return self.values[start] + rounding(Fraction((x - self.places[start]) * rise, run))

    def payout(self, x, paid):
        """The window's whole pay at a position of a curve, rounded."""
        if self.c.application == "interpolated_payout":
            return self.between(x, self.w.round)
        rate = self.between(x, half_away)
        if self.c.above_last == "flat" and self.places and x > self.places[-1]:
            paid = self.places[-1]
        return self.w.round(Fraction(paid * rate, NANO))


class Positions:
    """One person, one component."""

    def __init__(self, world, credits, quotas, component, person):
        self.w, self.credits, self.quotas, self.c, self.person = world, credits, quotas, component, person
        self.re_rating = component.re_rating
        if self.re_rating is None:
            self.re_rating = "both_ways" if component.application in ("whole_window", "whole_overage") else "no"

    def lines(self, events):
        if self.c.evaluated == "to_date":
            return self.to_date(events)
        windows = {}
        for event in events:
            if self.c.window == "transaction":
                windows[(event.order, None)] = [event]
            else:
                window = self.quotas.window_of(self.person, self.c, event.day)
                if window is None:
                    self.w.issues.add(("no_quota", self.person))
                    continue
                windows.setdefault((window.starts_on, window), []).append(event)
        found = []
        for (_, window), inside in windows.items():
            found += self.rounded(self.window(window, inside), window)
        return found

    def rounded(self, lines, window):
        total, before = Fraction(0), 0
        for line in lines:
            line.window = window
            if line.exact is None:
                continue
            if self.w.plan.round_each == "line":
                line.amount = self.w.round(line.exact)
                continue
            total += line.exact
            line.amount = self.w.round(total) - before
            before += line.amount
        return lines

    def window(self, window, events):
        if window is None:
            window = self.w.period_of(events[0].day)
        pieces = self.quotas.pieces(self.person, self.c, window)
        tables = [Table(self.w, self.c, p) if p.mode != "missing" else None for p in pieces]
        x, paid, tier, lines, entries = 0, 0, None, [], []
        number = 0
        for event in events:
            while event.day >= pieces[number].days.ends_before:
                number += 1
                x = self.carried(x, pieces[number - 1], pieces[number])
            table = tables[number]
            if table is None:
                continue
            end = x + event.basis
            if self.c.curve:
                before = table.payout(x, paid)
                paid += event.base
                amount = table.payout(end, paid) - before
                if amount or not event.refund:
                    lines.append(self.line(event, "earned", event.base, 0, None, amount))
            else:
                tier = self.tiered(event, table, x, end, tier, lines, entries)
            x = end
        return lines

    def carried(self, x, old, new):
        if new.start == "amount":
            return x
        if new.start == "zero" or old.mode != "normal" or new.mode != "normal" or not old.quota:
            return x if new.start == "percent" and self.c.basis != "attainment" else 0
        return half_away(Fraction(x * new.quota, old.quota)) if self.c.basis == "attainment" else x

    def tiered(self, event, table, x, end, tier, lines, entries):
        if self.c.basis == "kpi":
            seen = kpi(self.w, self.person, self.c.basis_of, event.day)
            if seen is None:
                self.w.issues.add(("no_measure", self.person))
                return tier
        elif self.c.basis == "ratio":
            self.over = (0 if not entries and tier is None else self.over) + event.over
            seen = Fraction(end, self.over) if self.over > 0 else None
        else:
            seen = end
        now = table.tier(seen)
        if self.c.application == "marginal":
            for number, base in table.slices(x, end, event.base):
                if base or not event.refund:
                    lines.append(self.posting(event, "earned", base, table, number))
            return now
        over = event.base
        if self.c.application == "whole_overage":
            below, over = table.overage(x, end, event.base)
            if below:
                lines.append(self.posting(event, "earned", below, table, 0))
        if over or (not event.refund and self.c.application != "whole_overage"):
            lines.append(self.posting(event, "earned", over, table, now))
        if tier is not None and now != tier:
            self.re_rate(event, now, entries, lines)
        entries.append([event, over, now, table])
        return now

    def re_rate(self, cause, now, entries, lines):
        for entry in entries:
            event, base, tier, table = entry
            if self.re_rating == "no" or tier == now or (self.re_rating == "upwards" and now < tier):
                continue
            rate = table.rates[now] - table.rates[tier]
            entry[2] = now
            if base:
                exact = Fraction(base * rate, NANO)
                line = self.line(event, "re_rating", base, now, exact, 0, rate)
                line.day, line.period, line.cause = cause.day, cause.period, cause.tx
                lines.append(line)

    def posting(self, event, kind, base, table, tier):
        rate = table.rates[tier]
        line = self.line(event, kind, base, tier, Fraction(base * rate, NANO), 0, rate)
        line.first_rate = table.rates[0]
        return line

    def line(self, event, kind, base, tier, exact, amount, rate=0):
        return Line(
            self.person,
            self.c.id,
            event.tx,
            event.day,
            event.period,
            kind,
            amount,
            base,
            rate,
            tier,
            exact,
            None,
            event.held,
        )

    def to_date(self, events):
        """Each window against quota to date, less what was earned before in the fiscal year."""
        lines, years = [], {}
        for event in events:
            years.setdefault(self.w.year_of(event.day), []).append(event)
        for year, inside in sorted(years.items()):
            lines += self.year(year, inside)
        return lines

    def year(self, year, events):
        grain = self.c.window or self.w.plan.pay_period
        windows = [
            w
            for w in self.w.calendar.periods_between(grain, year.starts_on, year.ends_before)
            if w.starts_on < self.w.until
        ]
        quota = target = 0
        x = paid = 0
        old, lines = None, []
        for window in windows:
            mine = [event for event in events if window.contains(event.day)]
            known = set(self.w.issues)
            piece = self.quotas.pieces(self.person, self.c, window)[0]
            if not mine:
                self.w.issues = known
            if piece.mode == "missing":
                continue
            quota += piece.quota if piece.mode in ("normal", "base") and piece.quota else 0
            target += piece.target or 0
            piece.quota, piece.target = quota, target
            piece.mode = "normal" if quota or self.c.basis != "attainment" else piece.mode
            table = Table(self.w, self.c, piece)
            if old is not None and any(event.day < window.starts_on for event in events):
                lines += self.opening(window, old, table, x, paid)
            old = table
            for event in mine:
                end = x + event.basis
                if self.c.curve:
                    amount = table.payout(end, paid + event.base) - table.payout(x, paid)
                    if amount or not event.refund:
                        lines.append(self.line(event, "earned", event.base, 0, None, amount))
                else:
                    self.tiered(event, table, x, end, None, lines, [])
                x, paid = end, paid + event.base
        return self.rounded(lines, year)

    def opening(self, window, old, new, x, paid):
        period = self.w.period_of(window.starts_on)
        line = Line(self.person, self.c.id, None, window.starts_on, period, "to_date")
        if self.c.curve:
            line.amount = new.payout(x, paid) - old.payout(x, paid)
            return [line] if line.amount else []
        worth = [sum((Fraction(b * t.rates[k], NANO) for k, b in t.slices(0, x, x)), Fraction(0)) for t in (old, new)]
        line.exact = worth[1] - worth[0]
        return [line] if line.exact else []


def kpi(world, person, name, day):
    for row in world.facts.measures:
        if row.participant == person and row.measure == name and row.starts_on <= day < row.ends_before:
            return Fraction(row.value)
    return None
