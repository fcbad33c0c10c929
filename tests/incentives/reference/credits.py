"""From transactions to credits: who gets which share of what, on which day, and why the others do not."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from kernel.money import Currency

from .days import half_away

MILLION = 10**6


@dataclass
class Credit:
    person: str
    tx: str
    day: date
    period: object
    base: int
    basis: int
    over: int = 0  # ratio: the denominator; for lower_rate see `lower`
    lower: int = 0
    order: tuple = ()
    refund: bool = False
    held: bool = False
    paid_below: int = 0
    extra: dict = field(default_factory=dict)


def is_money(measure):
    return measure in ("amount", "margin") or measure.endswith("_amount")


def number(tx, name):
    return tx.amount if name == "amount" else tx.numbers.get(name, 0)


class NoRate(Exception):
    pass


class Credits:
    def __init__(self, world):
        self.w, self.plan, self.facts = world, world.plan, world.facts
        self.digits = Currency.of(world.plan.currency).digits
        self.by_id = {}
        for tx in self.facts.transactions:
            self.by_id.setdefault(tx.id, []).append(tx)

    def rate(self, tx, day, kind):
        currency = tx.currency or self.plan.currency
        if currency == self.plan.currency:
            return Fraction(1)
        if kind == "plan_rate":
            if currency not in self.plan.plan_rates:
                raise NoRate(currency)
            return Fraction(self.plan.plan_rates[currency])
        on = day if kind == "credit_date" else self.w.pay_day(self.w.posted(tx, day))
        rows = [r for r in self.facts.rates if r.source == currency and r.target == self.plan.currency and r.date <= on]
        if not rows:
            raise NoRate(currency)
        return Fraction(max(rows, key=lambda row: row.date).rate)

    def total(self, tx, measure, day, kind):
        """Whole value of a transaction: minor units of money, or millionths."""
        if measure == "count":
            return MILLION
        value = Fraction(number(tx, measure))
        if is_money(measure):
            return half_away(value * self.rate(tx, day, kind) * 10**self.digits)
        return half_away(value * MILLION)

    def share(self, tx, measure, day, kind):
        """What one row of a split gets."""
        rows = self.by_id[tx.id]
        total = self.total(tx, measure, day, kind)
        if tx.split_kind == "overlay":
            return half_away(total * Fraction(tx.split_percent))
        owners = [row for row in rows if row.split_kind == "owner"]
        cut = {row.participant: int(total * Fraction(row.split_percent)) for row in owners}
        largest = min(owners, key=lambda row: (-row.split_percent, row.participant)).participant
        cut[largest] += total - sum(cut.values())
        return cut[tx.participant]

    def managers(self, person, day, levels):
        found, waiting = [], [person]
        while waiting:
            below = waiting.pop()
            for row in self.facts.hierarchy:
                there = (row.starts_on or date.min) <= day < (row.ends_before or date.max)
                if row.person == below and there and row.manager not in found:
                    found.append(row.manager)
                    if levels == "all":
                        waiting.append(row.manager)
        return found

    def beneficiaries(self, component, tx, day):
        if component.credits == "team":
            team = self.w.column(tx.participant, "team", day)
            same = [p for p in self.w.rows if team and self.w.column(p, "team", day) == team]
            return same or [tx.participant]
        if component.credits == "reports" or component.type == "override":
            own = [tx.participant] if component.own_credits else []
            return own + self.managers(tx.participant, day, component.levels)
        return [tx.participant]

    def earns(self, person, component, day):
        start = max(component.starts_on or date.min, self.plan.starts_on)
        end = min(component.ends_before or date.max, self.plan.ends_before or date.max)
        left = self.w.left(person)
        if left != date.max and self.plan.leaver.earns == "grace":
            left += timedelta(days=self.plan.leaver.grace_days)
        if self.plan.leaver.earns == "pro_rata":
            left = date.max
        known = person in self.w.rows and self.w.on_plan(person, day) and self.w.hired(person) <= day < left
        return known and start <= day < end

    def rule(self, component, tx, person, day):
        """Share of the first rule that matches, or None."""
        if not component.rules:
            return Fraction(1)
        for rule in component.rules:
            if all(self.matches(tx, person, day, name, wanted) for name, wanted in rule.where.items()):
                return Fraction(rule.credit)
        return None

    def matches(self, tx, person, day, name, wanted):
        if name.startswith("person."):
            value = self.w.column(person, name.removeprefix("person."), day)
        elif name == "amount":
            value = f"{tx.amount}"
        else:
            value = tx.columns.get(
                name, getattr(tx, name, "") if name in ("type", "product", "account", "currency") else ""
            )
        return any(self.one(value, want) for want in wanted)

    def one(self, value, want):
        for sign in (">=", "<=", ">", "<"):
            if want.startswith(sign):
                try:
                    left, right = Fraction(value), Fraction(want[len(sign) :].strip())
                except ValueError:
                    return False
                return {">=": left >= right, "<=": left <= right, ">": left > right, "<": left < right}[sign]
        if want.startswith("not "):
            return value != want[4:].strip()
        return value == want

    def measured(self, component):
        """(paid measure, position measure, divisor measure) of a component."""
        paid = component.measure
        position = {"attainment": paid, "amount": "amount", "count": "count", "kpi": None}.get(
            component.basis, component.basis_of
        )
        if component.type == "spif":
            paid = position = "count" if component.per == "transaction" else "units"
        return paid, position, "amount" if component.basis == "ratio" else None

    def of(self, component, paid_for):
        """All credits of a component, in order. ``paid_for(person, tx)``: what `of` earned there."""
        found = {}
        for tx in self.facts.transactions:
            if tx.reverses:
                continue
            day = self.w.credit_day(tx)
            if day is None:
                continue
            if tx.split_kind == "overlay" and not component.overlay:
                continue
            for person in self.beneficiaries(component, tx, day):
                if not self.earns(person, component, day):
                    continue
                credit = self.rule(component, tx, person, day)
                if not credit:
                    continue
                try:
                    self.add(found, component, tx, day, person, credit, paid_for)
                except NoRate as missing:
                    self.w.issues.add(("no_rate", str(missing)))
        credits = sorted(found.values(), key=lambda credit: credit.order)
        return self.limited(component, [self.finished(component, credit) for credit in credits])

    def add(self, found, component, tx, day, person, rule, paid_for):
        paid, position, divisor = self.measured(component)
        kinds = [(paid, self.plan.exchange_rate), (position, "plan_rate"), (divisor, "plan_rate")]
        parts = [self.share(tx, m, day, k) if m else 0 for m, k in kinds]
        key = (person, tx.id)
        if key not in found:
            found[key] = Credit(person, tx.id, day, self.w.posted(tx, day), 0, 0, order=(day, tx.id, person))
            found[key].extra = {"rule": rule, "whole": [self.total(tx, m, day, k) if m else 0 for m, k in kinds]}
            found[key].extra["single"] = 0
        credit = found[key]
        credit.base, credit.basis, credit.over = credit.base + parts[0], credit.basis + parts[1], credit.over + parts[2]
        if tx.participant != person:
            credit.paid_below += paid_for(tx.participant, tx.id)

    def finished(self, component, credit):
        """Cap at the transaction, apply the rule's share, put commissions in the place of credits."""
        parts = [credit.base, credit.basis, credit.over]
        whole, rule = credit.extra["whole"], credit.extra["rule"]
        rolled = component.credits != "own" or component.type == "override"
        if rolled and component.same_deal == "once":
            parts = [min(p, w) if w >= 0 else max(p, w) for p, w in zip(parts, whole, strict=True)]
        base, basis, over = (half_away(part * rule) for part in parts)
        if component.type == "override" and component.override_on == "commissions":
            base = credit.paid_below
        elif component.less_lower_pay:
            base -= credit.paid_below
        return replace(credit, base=base, basis=basis, over=over)

    def limited(self, component, credits):
        scale = 10**self.digits
        used = {}
        for credit in credits:
            for limit in component.floors:
                if limit.on == "credit" and credit.base > 0:
                    lowest = int(limit.amount * scale)
                    credit.base, credit.basis = max(credit.base, lowest), max(credit.basis, lowest)
            for place, cap in enumerate(component.caps):
                if cap.on == "credit":
                    self.cap(credit, cap, place, used, int(cap.amount * scale))
            self.large(component, credit, scale)
            for hold in self.facts.holds:
                if hold.transaction == credit.tx and not hold.counts_for_attainment:
                    credit.basis = credit.over = 0
        return credits

    def cap(self, credit, cap, place, used, highest):
        slot = {
            "transaction": credit.tx,
            "period": credit.period,
            "year": self.w.year_of(credit.period.ends_before - timedelta(days=1)),
        }
        for part in ("base", "basis") if not cap.counts_for_quota else ("base",):
            key = (credit.person, slot[cap.per], place, part)
            before = used.get(key, 0)
            used[key] = before + getattr(credit, part)
            setattr(credit, part, min(used[key], highest) - min(before, highest))

    def large(self, component, credit, scale):
        clause = component.large_deal
        if clause is None or credit.base <= clause.above * scale:
            return
        above = int(clause.above * scale)
        if clause.then == "held":
            credit.held = True
        else:
            credit.lower = credit.base - above if clause.then == "lower_rate" else 0
            credit.base = above

    def shares_refunded(self):
        """(refund, original id, share) in order; all shares of one transaction together are at most 1."""
        refunds = [tx for tx in self.facts.transactions if tx.reverses]
        taken = {}
        for tx in sorted(refunds, key=lambda tx: (tx.date, tx.id)):
            original = self.by_id[tx.reverses][0]
            share = abs(Fraction(tx.amount)) / abs(Fraction(original.amount))
            left = 1 - taken.get(tx.reverses, Fraction(0))
            if share > left:
                self.w.issues.add(("refund_exceeds", tx.id))
            share = min(share, left)
            taken[tx.reverses] = taken.get(tx.reverses, Fraction(0)) + share
            yield tx, tx.reverses, share
