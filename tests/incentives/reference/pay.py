"""All of it: from a plan and its facts to lines and totals."""

from fractions import Fraction

from .credits import Credits
from .days import ONE, World, half_away
from .modifiers import Modifiers
from .position import NANO, Line, Positions, Table, kpi
from .quotas import Quotas
from .statement import Statement


class Outcome:
    """Lines, totals by (person, pay period): (earned, payable, draw balance), and the codes of issues."""

    def __init__(self, lines, totals, issues, statement):
        self.lines, self.totals, self.issues, self.statement = lines, totals, issues, statement


def calculate(plan, facts, until=None):
    return _Calculation(plan, facts, until).run()


class _Calculation:
    def __init__(self, plan, facts, until):
        self.plan, self.facts = plan, facts
        self.w = World(plan, facts, until)
        self.credits = Credits(self.w)
        self.quotas = Quotas(self.w)
        self.by_component = {}
        self.people = sorted(self.w.rows)

    def run(self):
        lines = []
        for component in self.plan.components:
            made = self.component(component)
            made = Modifiers(self.w, self.credits, component.id, made).all(component, self.people)
            self.by_component[component.id] = made
            lines += made
        lines += self.whole_plan(lines)
        lines += list(self.adjustments())
        statement = Statement(self.w, self.credits, lines)
        indirect = {c.id for c in self.plan.components if c.credits != "own" or c.type == "override"}
        totals = statement.all(self.people, indirect)
        return Outcome(statement.lines, totals, self.w.issues, statement)

    def component(self, component):
        special = {"mbo": self.mbo, "ranking": self.ranking, "true_up": self.true_up, "spif": self.spif}
        return special.get(component.type, self.tiered)(component)

    def events(self, component):
        def paid(person, tx):
            return sum(
                li.amount for li in self.by_component.get(component.of, []) if li.person == person and li.tx == tx
            )

        credits = self.credits.of(component, paid)
        mine = {(credit.person, credit.tx): credit for credit in credits}
        re_rated = component.application in ("whole_window", "whole_overage") or component.re_rating not in (None, "no")
        if self.plan.clawback.later_position == "drops" and component.type not in ("spif", "ranking") and not re_rated:
            for tx, original, share in self.credits.shares_refunded():
                for (_, name), credit in list(mine.items()):
                    if name == original:
                        credits.append(self.drop(tx, credit, share))
        return sorted(credits, key=lambda credit: credit.order)

    def drop(self, tx, credit, share):
        period = self.w.posted(tx, tx.date)
        basis, over = -half_away(credit.basis * share), -half_away(credit.over * share)
        return type(credit)(
            credit.person, tx.id, tx.date, period, 0, basis, over, order=(tx.date, tx.id, credit.person), refund=True
        )

    def tiered(self, component):
        lines = []
        events = self.events(component)
        for person in sorted(
            {event.person for event in events} | ({*self.people} if component.evaluated == "to_date" else set())
        ):
            mine = [event for event in events if event.person == person]
            lines += Positions(self.w, self.credits, self.quotas, component, person).lines(mine)
            lines += self.lower(component, person, mine)
        return lines

    def lower(self, component, person, events):
        """The part of large deals above the clause, at its own rate."""
        clause = component.large_deal
        if clause is None or clause.then != "lower_rate":
            return []
        rate, windows = half_away(Fraction(clause.rate) * NANO), {}
        for event in events:
            unmeasured = component.basis == "kpi" and kpi(self.w, person, component.basis_of, event.day) is None
            if event.lower and not unmeasured:
                window = self.quotas.window_of(person, component, event.day)
                windows.setdefault(None if component.window == "transaction" else window, []).append(event)
        lines = []
        for window, inside in windows.items():
            total = done = 0
            if window is None and component.window != "transaction":
                continue
            for event in inside:
                if component.window == "transaction":
                    total = done = 0
                total += Fraction(event.lower * rate, NANO)
                part = self.w.round(total) - done
                done += part
                if self.plan.round_each == "line":
                    part = self.w.round(Fraction(event.lower * rate, NANO))
                line = Line(
                    person, component.id, event.tx, event.day, event.period, "large_deal", part, event.lower, rate
                )
                line.window = window
                lines.append(line)
        return lines

    def spif(self, component):
        events = [event for event in self.events(component) if not event.refund]
        rate = half_away(Fraction(component.amount) * 10**self.credits.digits * 1000)
        winners, totals, done = [], {}, {}
        lines, used = [], 0
        budget = None if component.budget is None else int(component.budget * 10**self.credits.digits)
        for event in events:
            if event.person not in winners:
                winners.append(event.person)
            if component.max_winners is not None and winners.index(event.person) >= component.max_winners:
                continue
            window = self.w.period_of(event.day)
            key = (event.person, window)
            totals[key] = totals.get(key, Fraction(0)) + Fraction(event.base * rate, NANO)
            part = self.w.round(totals[key]) - done.get(key, 0)
            done[key] = done.get(key, 0) + part
            if self.plan.round_each == "line":
                part = self.w.round(Fraction(event.base * rate, NANO))
            if budget is not None:
                before, used = used, used + part
                part = min(used, budget) - min(before, budget)
            line = Line(event.person, component.id, event.tx, event.day, event.period, "earned", part, event.base, rate)
            line.first_rate, line.window, line.held = rate, window, event.held
            lines.append(line)
        return lines

    def windows(self, component):
        start = max(d for d in (component.starts_on, self.plan.starts_on) if d)
        ends = [d for d in (component.ends_before, self.plan.ends_before, self.w.until) if d]
        grain = self.plan.pay_period if component.window in (None, "quota") else component.window
        if start >= min(ends):
            return []
        return [w for w in self.w.calendar.periods_between(grain, start, min(ends)) if w.ends_before <= self.w.until]

    def mbo(self, component):
        lines = []
        for window in self.windows(component):
            last = window.ends_before - ONE
            for person in self.people:
                if not any(self.w.active(person, day) for day in window.dates()):
                    continue
                piece = self.quotas.pieces(person, component, window)[-1]
                if piece.mode == "missing":
                    continue
                target = (
                    sum(p.target for p in self.quotas.pieces(person, component, window))
                    if self.restart()
                    else piece.target
                )
                score = kpi(self.w, person, component.kpi, last)
                if score is None:
                    self.w.issues.add(("no_measure", person))
                    continue
                if component.max_score is not None:
                    score = min(score, Fraction(component.max_score))
                amount = self.w.round(target * self.translated(component, score))
                lines.append(
                    Line(
                        person,
                        component.id,
                        None,
                        last,
                        self.w.period_of(last),
                        "earned",
                        amount,
                        target,
                        window=window,
                    )
                )
        return lines

    def restart(self):
        return self.plan.mid_period_change == "segments" and self.plan.on_change == "restart"

    def translated(self, component, score):
        points = [(Fraction(p.at), Fraction(p.pays)) for p in component.curve]
        if not points:
            return score
        if score < points[0][0]:
            return Fraction(0)
        for (a, v), (b, w) in zip(points, points[1:], strict=False):
            if a <= score < b:
                return v + (score - a) * (w - v) / (b - a)
        a, v = points[-1]
        if component.above_last == "slope" and len(points) > 1:
            b, w = points[-2]
            return v + (score - a) * (v - w) / (a - b)
        if component.above_last == "rate" and a > 0:
            return v * score / a
        return v

    def ranking(self, component):
        credits = self.credits.of(component, lambda person, tx: 0)
        lines = []
        for window in self.windows(component):
            last, sums = window.ends_before - ONE, {}
            for credit in credits:
                if window.contains(credit.day):
                    sums[credit.person] = sums.get(credit.person, 0) + credit.base
            ranked = sorted((q for q in sums if sums[q] > 0), key=lambda q: (-sums[q], q))
            for value in sorted({sums[q] for q in ranked}, reverse=True):
                equal = [q for q in ranked if sums[q] == value]
                place = ranked.index(equal[0])
                prizes = component.prizes[place : place + len(equal)]
                total = sum(int(p * 10**self.credits.digits) for p in prizes)
                for number, person in enumerate(equal):
                    part = total // len(equal) + (1 if number < total % len(equal) else 0)
                    if part:
                        period = self.w.period_of(last)
                        lines.append(
                            Line(person, component.id, None, last, period, "earned", part, sums[person], window=window)
                        )
        return lines

    def true_up(self, component):
        from dataclasses import replace

        source = next(c for c in self.plan.components if c.id == component.of)
        longer = replace(source, window=component.window)
        again = self.tiered(longer)
        earned = [
            li for li in self.by_component[source.id] if li.kind in ("earned", "re_rating", "to_date", "large_deal")
        ]
        lines = []
        for window in self.windows(component):
            last = window.ends_before - ONE
            for person in self.people:

                def inside(found, window=window, person=person):
                    return sum(li.amount for li in found if li.person == person and window.contains(li.day))

                amount = inside(again) - inside(earned)
                if component.direction == "upwards":
                    amount = max(amount, 0)
                if amount:
                    lines.append(
                        Line(person, component.id, None, last, self.w.period_of(last), "earned", amount, window=window)
                    )
        return lines

    def whole_plan(self, lines):
        if not self.plan.caps and not self.plan.floors:
            return []
        work = Modifiers(self.w, self.credits, "", lines)
        for item in work.items:
            item.order = self.order(item)
        work.limits(self.plan.caps, self.plan.floors, self.people, self.plan)
        return work.lines[len(lines) :]

    def order(self, item):
        return item.order

    def adjustments(self):
        for row in self.facts.adjustments:
            amount = int(row.amount * 10**self.credits.digits)
            period = self.w.period_of(row.date)
            if row.participant in self.w.rows:
                yield Line(row.participant, "", None, row.date, period, "adjustment", amount)


__all__ = ["Outcome", "Table", "calculate"]
