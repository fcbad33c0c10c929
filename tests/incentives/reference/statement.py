"""From lines to what is paid: parts, refunds, debts, negative results, draws."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from kernel.period import Period, add_months

from .days import half_away

ONE = timedelta(days=1)


@dataclass
class Part:
    person: str
    component: str
    tx: str | None
    earned: object
    period: object | None
    amount: int


class Statement:
    def __init__(self, world, credits, lines):
        self.w, self.plan, self.lines = world, world.plan, lines
        self.credits = credits
        self.parts, self.debts = [], []
        self.settled = {}
        self.scale = 10**credits.digits

    def transaction(self, name):
        return self.credits.by_id[name][0]

    def divide(self, line):
        """The parts of one line: (share so far, pay period or None)."""
        if line.tx is None:
            return [(Fraction(1), line.period)]
        if self.plan.instalments > 1:
            count = self.plan.instalments
            periods = [self.w.period_of(add_months(line.period.starts_on, n)) for n in range(count)]
            return [(Fraction(n + 1, count), periods[n]) for n in range(count)]
        if not self.plan.pay_out:
            return [(Fraction(1), line.period)]
        found, share = [], Fraction(0)
        for part in self.plan.pay_out:
            share += Fraction(part.share)
            found.append((share, self.event(part.on, line)))
        return found

    def event(self, on, line):
        tx = self.transaction(line.tx)
        if on == "credit":
            return line.period
        if on == "year_end":
            day = self.w.year_of(line.period.ends_before - ONE).ends_before - ONE
        else:
            day = {"booking": tx.booked_on, "invoice": tx.invoiced_on, "payment": tx.paid_on}[on]
        return max(line.period, self.w.period_of(day)) if day else None

    def held(self, line, period):
        if line.tx is None or period is None:
            return period
        holds = [hold for hold in self.w.facts.holds if hold.transaction == line.tx]
        if any(hold.until is None for hold in holds) or (line.held and not holds):
            return None
        return max([period, *(self.w.period_of(hold.until) for hold in holds)])

    def pay(self, line):
        done = 0
        for share, period in self.divide(line):
            upto = half_away(line.amount * share)
            self.parts.append(
                Part(line.person, line.component, line.tx, line.period, self.held(line, period), upto - done)
            )
            done = upto

    def refunds(self, indirect):
        """Reverse the lines of refunded transactions. ``indirect``: ids of components on others' credits."""
        events = [(tx.date, tx.id, original, share, True) for tx, original, share in self.credits.shares_refunded()]
        if self.plan.unpaid_after_days is not None and self.plan.unpaid_then == "un_earn":
            events += self.unpaid()
        sums = {}
        for day, name, original, share, decays in sorted(events, key=lambda event: event[:2]):
            if decays:
                share = share * self.decay(original, day)
            before = sums.get(original, Fraction(0))
            sums[original] = after = min(before + share, Fraction(1))
            self.reverse(day, name, original, before, after, indirect, decays)

    def unpaid(self):
        for rows in self.credits.by_id.values():
            tx, day = rows[0], self.w.credit_day(rows[0])
            if tx.reverses or day is None:
                continue
            due = day + timedelta(days=self.plan.unpaid_after_days)
            if due < self.w.until and (tx.paid_on is None or tx.paid_on > due):
                yield due, tx.id, tx.id, Fraction(1), False

    def decay(self, original, day):
        tx = self.transaction(original)
        since = self.w.credit_day(tx) or tx.date
        if self.plan.clawback.age_since == "payment":
            since = tx.paid_on or since
        share = Fraction(1)
        for step in self.plan.clawback.decay:
            if (day - since).days >= step.start:
                share = Fraction(step.share)
        return share

    def reverse(self, day, name, original, before, after, indirect, refund):
        period = self.w.period_of(day) if not refund else self.w.posted(self.transaction(name), day)
        kind = "clawback" if refund else "un_earned"
        reversed_kinds = ("clawback", "un_earned")
        for line in [
            li for li in self.lines if li.tx == original and li.kind not in reversed_kinds and li.period <= period
        ]:
            if refund and not self.plan.clawback.indirect and line.component in indirect:
                continue
            amount = half_away(line.amount * before) - half_away(line.amount * after)
            if amount:
                self.lines.append(
                    type(line)(line.person, line.component, original, day, period, kind, amount, cause=name)
                )
            self.take(line, before, after, period)

    def take(self, line, before, after, period):
        done = 0
        for share, due in self.divide(line):
            upto = half_away(line.amount * share)
            part, done = upto - done, upto
            due = self.held(line, due)
            amount = half_away(part * before) - half_away(part * after)
            if due is None or not amount:
                continue
            if due < period:
                self.debts.append([line.person, period, due, -amount])
            else:
                self.parts.append(Part(line.person, line.component, line.tx, line.period, due, amount))

    def all(self, people, indirect):
        first = list(self.lines)
        for line in first:
            self.pay(line)
        self.refunds(indirect)
        self.net_debts()
        return {row[:2]: row[2:] for person in people for row in self.person(person)}

    def net_debts(self):
        """Debts of one person for one earlier period that arise together are one; what favours the person is paid."""
        sums = {}
        for person, period, paid_in, amount in self.debts:
            sums[person, period, paid_in] = sums.get((person, period, paid_in), 0) + amount
        self.debts = [[*key, amount] for key, amount in sums.items() if amount > 0]
        self.parts += [Part(key[0], "", None, key[1], key[1], -amount) for key, amount in sums.items() if amount < 0]

    def periods(self, person):
        days = [line.period.starts_on for line in self.lines] + [p.period.starts_on for p in self.parts if p.period]
        start = min([*days, *([self.plan.starts_on] if self.plan.draws or not days else [])])
        return self.w.calendar.periods_between(self.plan.pay_period, start, max(self.w.until, start + ONE))

    def person(self, person):
        carried, debts = {}, []
        draws = [
            Draw(self.w, draw, person, self.scale) for draw in sorted(self.plan.draws, key=lambda d: (d.order, d.id))
        ]
        history = []
        for period in self.periods(person):
            earned = sum(li.amount for li in self.lines if li.person == person and li.period == period)
            due = {}
            for part in self.parts:
                if part.person == person and part.period == period:
                    due[part.component] = due.get(part.component, 0) + part.amount
            paid = self.settle(due, carried)
            incentive = sum(paid.values())
            debts += [[d[2], d[3]] for d in self.debts if d[0] == person and d[1] == period]
            debts.sort(key=lambda debt: debt[0])
            history.append((period, paid if self.plan.negative_result == "carried_forward" else due))
            for draw in draws:
                draw.forgive(period)
            self.write_off(person, period, draws, debts)
            extra = sum(draw.pay(period, history) for draw in draws)
            taken = self.recover(person, period, incentive, draws, debts)
            self.settled[person, period] = incentive, taken
            yield person, period, earned, incentive + extra - taken, sum(draw.balance for draw in draws)

    def settle(self, due, carried):
        if self.plan.negative_result == "deducted":
            total = sum(due.values()) + carried.pop("", 0)
            if total < 0:
                carried[""] = total
            return {"": max(total, 0)}
        paid = {}
        for component in {*due, *carried}:
            total = due.get(component, 0) + carried.pop(component, 0)
            if total < 0:
                carried[component] = total
            paid[component] = max(total, 0)
        return paid

    def write_off(self, person, period, draws, debts):
        for row in self.w.facts.write_offs:
            if row.participant == person and period.contains(row.date):
                left = int(row.amount * self.scale)
                for draw in draws:
                    part = min(left, draw.balance)
                    draw.balance, left = draw.balance - part, left - part
                for debt in debts:
                    part = min(left, debt[1])
                    debt[1], left = debt[1] - part, left - part

    def room(self, person, period, incentive):
        rules = self.plan.recovery
        if rules.authorisation == "recorded":
            day = self.w.first(person, "recovery_authorised_on")
            if day is None or day >= period.ends_before:
                return 0
        share = int(incentive * Fraction(rules.max_share))
        return max(0, min(share, incentive - int(rules.protected_amount * self.scale)))

    def recover(self, person, period, incentive, draws, debts):
        rules, room = self.plan.recovery, self.room(person, period, incentive)
        taken = 0
        for draw in draws:
            part = min(draw.recoverable(period), room - taken)
            draw.balance, taken = draw.balance - part, taken + part
        for debt in debts:
            if add_months(debt[0].ends_before, rules.max_age_months) < period.starts_on:
                continue
            part = min(debt[1], room - taken)
            debt[1], taken = debt[1] - part, taken + part
        return taken


class Draw:
    def __init__(self, world, draw, person, scale):
        self.w, self.d, self.person, self.scale = world, draw, person, scale
        self.balance = self.spare = 0
        plan = world.plan
        hired = world.first(person, "hired_on") or plan.starts_on
        self.starts = draw.starts_on or max(plan.starts_on, hired)
        self.ends = add_months(self.starts, draw.months) if draw.months else plan.ends_before or date.max
        self.guarantee = draw.kind in ("non_recoverable_guarantee", "recoverable_guarantee")
        self.recoverable_kind = draw.kind.startswith("recoverable")

    def pay(self, period, history):
        """What is paid in this pay period; ``spare`` is how far earnings are above the draw."""
        self.spare = None
        last = period.ends_before - ONE
        own = self.w.calendar.period_of(self.d.period or self.w.plan.pay_period, last)
        if own.ends_before - ONE not in list(period.dates()):
            return 0
        live = [day for day in own.dates() if self.starts <= day < self.ends]
        share = self.w.share(self.person, live, list(own.dates()), ramped=False)
        if not share:
            return 0
        amount = half_away(Fraction(self.d.amount) * self.scale * share)
        earned = 0
        for paid_in, paid in history:
            if own.contains(paid_in.ends_before - ONE):
                earned += sum(v for k, v in paid.items() if not self.d.components or k in self.d.components)
        earned = max(earned, 0)
        self.spare = max(earned - amount, 0)
        paid = max(amount - earned, 0) if self.guarantee else amount
        if self.recoverable_kind:
            self.balance += paid
        return paid

    def forgive(self, period):
        if self.d.forgiven_on and period.contains(self.d.forgiven_on):
            self.balance = 0

    def recoverable(self, period):
        limit = self.balance
        if self.d.max_recovery is not None:
            limit = min(limit, int(self.d.max_recovery * self.scale))
        how = self.d.recover
        if how == "while_live":
            if period.starts_on >= self.ends:
                return limit
            return min(limit, self.spare or 0)
        last = self.ends - ONE if self.ends != date.max else date.max
        may = {
            "after_end": period.starts_on >= self.ends,
            "from_date": self.d.recover_from is not None and period.ends_before > self.d.recover_from,
            "interval_end": period.ends_before > last,
        }[how]
        return limit if may else 0


__all__ = ["Period", "Statement"]
