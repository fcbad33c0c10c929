"""What happens to lines once they exist: leaver's part, gate, multipliers, caps, floors."""

from datetime import date, timedelta
from fractions import Fraction

from .credits import NoRate
from .days import half_away
from .position import Line, kpi
from .quotas import Quotas

ONE = timedelta(days=1)


class Measures:
    """The measures that gates and multipliers look at, to the end of a pay period."""

    def __init__(self, world, credits):
        self.w, self.credits = world, credits
        self.quotas = Quotas(world)

    def subjects(self, condition, person, day):
        if condition.of == "self":
            return [person], person
        if condition.of == "participant":
            return [condition.name], condition.name
        wanted = condition.name or self.w.column(person, condition.of, day)
        if not wanted:
            return [], ""
        everybody = sorted(self.w.rows)
        return [p for p in everybody if self.w.column(p, condition.of, day) == wanted], wanted

    def value(self, condition, person, period):
        day = period.ends_before - ONE
        people, name = self.subjects(condition, person, day)
        if condition.measure not in ("amount", "count", "attainment"):
            who = person if condition.of == "self" else name
            return kpi(self.w, who, condition.measure, day)
        window = self.w.calendar.period_of(condition.window, day)
        total = sum(self.credited(p, condition.measure, window, period) for p in people)
        if condition.measure == "attainment":
            quota = self.quota(people, name, window)
            return Fraction(total, quota) if quota else None
        scale = 10**6 if condition.measure == "count" else 10**self.credits.digits
        return Fraction(total, scale)

    def credited(self, person, measure, window, period):
        what = "count" if measure == "count" else "amount"
        total = 0
        for tx in self.w.facts.transactions:
            day = self.w.credit_day(tx)
            if tx.reverses or tx.participant != person or day is None:
                continue
            if window.starts_on <= day < min(window.ends_before, period.ends_before):
                try:
                    total += self.credits.share(tx, what, day, "plan_rate")
                except NoRate:
                    self.w.issues.add(("no_rate", tx.currency))
        return total

    def quota(self, people, name, window):
        component = _Anybody()
        of = name if any(r.participant == name and r.measure == "amount" for r in self.w.facts.quotas) else None
        total, known = 0, False
        for person in [of] if of else people:
            if of and of not in self.w.rows:
                row = self.plain(of, window)
                total, known = total + (row or 0), known or row is not None
                continue
            mode = "period_end" if self.w.plan.mid_period_change == "period_end" else "blended"
            cuts = self.quotas.cuts(person, component, window)
            quota, _, found, _ = self.quotas.quota(person, component, window, window, cuts, mode, True)
            if found:
                total, known = total + half_away(quota), True
        return total if known else None

    def plain(self, name, window):
        """Quota of a team, territory or shop, which is nobody's tenure."""
        total = None
        for row in self.w.facts.quotas:
            if row.participant != name or row.measure != "amount":
                continue
            for day in window.dates():
                if row.starts_on <= day < row.ends_before:
                    total = (total or Fraction(0)) + self.of_day(row, day)
        return None if total is None else half_away(total * 10**self.credits.digits)

    def of_day(self, row, day):
        period = self.w.calendar.period_of(row.per, day) if row.per else None
        days = (
            list(period.dates())
            if period
            else [row.starts_on + n * ONE for n in range((row.ends_before - row.starts_on).days)]
        )
        if self.w.plan.proration == "none":
            return Fraction(row.amount) / len(days)
        length = self.w.length(days)
        return Fraction(row.amount) * self.w.weight(day) / length if length else Fraction(0)


class _Anybody:
    """A component that asks for the plain quota of a person's own amounts."""

    quota_measure, credits, measure = "amount", "own", "amount"


class Item:
    """What one line is worth in one pay period, with everything that was added to it."""

    def __init__(self, line, period, amount, order):
        self.line, self.period, self.amount, self.order = line, period, amount, order

    def key(self):
        return self.period.starts_on, self.order


class Modifiers:
    """Works on the items of one component (or of all, for the plan's limits); ``lines`` grows."""

    def __init__(self, world, credits, component, lines):
        self.w, self.plan, self.component = world, world.plan, component
        self.measures = Measures(world, credits)
        self.scale = 10**credits.digits
        self.lines = list(lines)
        self.items = [Item(line, line.period, line.amount, number) for number, line in enumerate(lines)]

    def all(self, component, people):
        if self.plan.leaver.earns == "pro_rata":
            self.leavers()
        if component.gate:
            self.gate(component.gate)
        for multiplier in component.multipliers:
            self.multiplier(multiplier)
        self.limits(component.caps, component.floors, people, component)
        return self.lines

    def change(self, item, kind, amount, period=None):
        """Add a line to an item."""
        if not amount:
            return
        line = item.line
        extra = Line(
            line.person, self.component, line.tx, line.day, period or item.period, kind, amount, held=line.held
        )
        self.lines.append(extra)
        if period is None:
            item.amount += amount
        else:
            self.items.append(Item(line, period, amount, item.order))

    def create(self, person, day, period, kind, amount):
        """Add a line that belongs to no transaction."""
        line = Line(person, self.component, None, day, period, kind, amount)
        self.lines.append(line)
        self.items.append(Item(line, period, amount, 10**9 + len(self.items)))

    def sorted(self, items=None):
        return sorted(self.items if items is None else items, key=Item.key)

    def running(self, items, group, exact, kind):
        """Replace what each item is worth by ``exact`` of it, rounded as running totals."""
        totals, done = {}, {}
        for item in items:
            key = group(item)
            totals[key] = totals.get(key, Fraction(0)) + exact(item)
            part = self.w.round(totals[key]) - done.get(key, 0)
            done[key] = done.get(key, 0) + part
            self.change(item, kind, part - item.amount)

    def leavers(self):
        def leaving(item):
            window = item.line.window
            return window and window.starts_on < self.w.left(item.line.person) < window.ends_before

        def share(item):
            days = list(item.line.window.dates())
            return self.w.part([day for day in days if day < self.w.left(item.line.person)], days)

        items = [item for item in self.items if leaving(item)]
        self.running(items, lambda i: (i.line.person, i.line.window), lambda i: i.amount * share(i), "leaver")

    def gate(self, gate):
        items = self.sorted()
        if not items:
            return
        periods = self.w.calendar.periods_between(
            self.plan.pay_period, min(i.period.starts_on for i in items), self.w.until
        )
        periods = sorted(set(periods) | {i.period for i in items})
        used = {(i.line.person, i.period) for i in items}
        people = sorted({person for person, _ in used})
        state = {(q, p): self.open(gate, q, p, (q, p) in used) for q in people for p in periods}
        closed = [item for item in items if state[item.line.person, item.period] is not True]
        before = [item.amount for item in closed]
        self.running(
            closed,
            lambda i: (i.line.person, i.period),
            lambda i: self.kept(gate, state[i.line.person, i.period], i),
            "gate",
        )
        if gate.opened_later == "pay_back":
            for item, was in zip(closed, before, strict=True):
                later = [p for p in periods if p > item.period and self.year(p) == self.year(item.period)]
                opened = next((p for p in later if state[item.line.person, p] is True), None)
                if opened:
                    self.change(item, "pay_back", was - item.amount, opened)

    def year(self, period):
        return self.w.year_of(period.ends_before - ONE)

    def kept(self, gate, state, item):
        if state == "absent" or gate.closed == "nothing":
            return Fraction(0)
        if gate.closed == "share":
            return item.amount * Fraction(gate.share)
        return Fraction(item.line.base * item.line.first_rate, 10**9) if item.line.kind == "earned" else Fraction(0)

    def open(self, gate, person, period, needed):
        results = []
        for condition in gate.conditions:
            value = self.measures.value(condition, person, period)
            if value is None:
                results.append(None)
            elif condition.at_least is not None:
                results.append(value >= Fraction(condition.at_least))
            else:
                results.append(value > Fraction(condition.more_than))
        if gate.need == "any" and True in results:
            return True
        if None in results:
            if needed:
                self.w.issues.add(("no_measure", person))
            return "absent"
        return all(results) if gate.need == "all" else any(results)

    def multiplier(self, multiplier):
        def factor(item):
            value = self.measures.value(multiplier, item.line.person, item.period)
            if value is None:
                self.w.issues.add(("no_measure", item.line.person))
                return Fraction(1)
            times = [step.times for step in multiplier.steps if Fraction(step.start) <= value]
            return Fraction(times[-1] if times else 1)

        self.running(self.sorted(), lambda i: (i.line.person, i.period), lambda i: i.amount * factor(i), "multiplier")

    def limits(self, caps, floors, people, scope):
        for cap in caps:
            if cap.on == "pay":
                self.cap(cap)
        for limit in floors:
            if limit.on == "pay" and limit.per == "transaction":
                self.floor_of_deals(int(limit.amount * self.scale))
            elif limit.on == "pay":
                self.floor(limit, people, scope)

    def slot(self, per, item):
        return {"transaction": item.line.tx, "period": item.period, "year": self.year(item.period)}[per]

    def cap(self, cap):
        highest = int(cap.amount * self.scale)
        totals, excess = {}, {}
        for item in self.sorted():
            if cap.per == "transaction" and item.line.tx is None:
                continue
            key = (item.line.person, self.slot(cap.per, item))
            before = totals.get(key, 0)
            totals[key] = before + item.amount
            kept = min(totals[key], highest) - min(before, highest)
            place = (item.line.person, item.period)
            excess[place] = excess.get(place, 0) + item.amount - kept
            self.change(item, "cap", kept - item.amount)
        if cap.excess == "carried_over":
            self.carry(highest, totals, excess)

    def carry(self, highest, totals, excess):
        for person in sorted({person for person, _ in totals}):
            waiting = 0
            first = min(p.starts_on for q, p in totals if q == person)
            for period in self.w.calendar.periods_between(self.plan.pay_period, first, self.w.until):
                room = highest - min(totals.get((person, period), 0), highest)
                paid = min(waiting, room)
                waiting += excess.get((person, period), 0) - paid
                if paid:
                    self.create(person, period.starts_on, period, "carried_over", paid)

    def floor(self, limit, people, scope):
        lowest = int(limit.amount * self.scale)
        totals = {}
        for item in self.items:
            key = (item.line.person, self.slot(limit.per, item))
            totals[key] = totals.get(key, 0) + item.amount
        start = max(self.plan.starts_on, getattr(scope, "starts_on", None) or date.min)
        end = min(self.plan.ends_before or date.max, getattr(scope, "ends_before", None) or date.max, self.w.until)
        if start >= end:
            return
        for whole in self.w.calendar.periods_between(
            self.plan.pay_period if limit.per == "period" else "year", start, end
        ):
            if whole.ends_before > self.w.until:
                continue
            days = [day for day in whole.dates() if start <= day < end]
            for person in people:
                share = self.w.share(person, days, list(whole.dates()), ramped=False)
                missing = half_away(lowest * share) - totals.get((person, whole), 0)
                if share and missing > 0:
                    self.create(
                        person, whole.ends_before - ONE, self.w.period_of(whole.ends_before - ONE), "floor", missing
                    )

    def floor_of_deals(self, lowest):
        totals, first = {}, {}
        for item in self.sorted():
            if item.line.tx is not None:
                key = (item.line.person, item.line.tx)
                totals[key] = totals.get(key, 0) + item.amount
                first.setdefault(key, item)
        for key, item in first.items():
            if 0 < totals[key] < lowest:
                self.change(item, "floor", lowest - totals[key])
