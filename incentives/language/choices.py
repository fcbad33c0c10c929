"""Every choice a plan can make, spelled as the plan document spells it. The first of each class is the default."""

from __future__ import annotations

from enum import StrEnum


class PayPeriod(StrEnum):
    MONTH = "month"
    HALF_MONTH = "half_month"
    TWO_WEEKS = "two_weeks"
    WEEK = "week"
    QUARTER = "quarter"
    YEAR = "year"


class CreditDate(StrEnum):
    CLOSED = "closed"
    BOOKED = "booked"
    INVOICED = "invoiced"
    DELIVERED = "delivered"
    PAID = "paid"


class RoundEach(StrEnum):
    RUNNING_TOTAL = "running_total"
    LINE = "line"


class RoundingMode(StrEnum):
    HALF_AWAY = "half_away"
    HALF_EVEN = "half_even"


class ExchangeRate(StrEnum):
    PLAN_RATE = "plan_rate"
    CREDIT_DATE = "credit_date"
    PAY_DATE = "pay_date"


class Proration(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    THIRTY_360 = "thirty_360"
    NONE = "none"


class RampFrom(StrEnum):
    HIRE = "hire"
    FIRST_FULL_MONTH = "first_full_month"


class RampScales(StrEnum):
    QUOTA = "quota"
    QUOTA_AND_TARGET = "quota_and_target"


class MidPeriodChange(StrEnum):
    SEGMENTS = "segments"
    BLENDED = "blended"
    CREDIT_DATE = "credit_date"
    PERIOD_END = "period_end"


class OnChange(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"
    RESTART = "restart"


class ComponentType(StrEnum):
    COMMISSION = "commission"
    BONUS = "bonus"
    SPIF = "spif"
    MBO = "mbo"
    OVERRIDE = "override"
    RANKING = "ranking"
    TRUE_UP = "true_up"


class Basis(StrEnum):
    ATTAINMENT = "attainment"
    AMOUNT = "amount"
    COUNT = "count"
    MEASURE = "measure"
    RATIO = "ratio"
    KPI = "kpi"


class Window(StrEnum):
    QUOTA = "quota"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    TRANSACTION = "transaction"


class MeasuredOver(StrEnum):
    QUARTER = "quarter"
    MONTH = "month"
    HALF = "half"
    YEAR = "year"


class Evaluated(StrEnum):
    WINDOW = "window"
    TO_DATE = "to_date"


class Application(StrEnum):
    MARGINAL = "marginal"
    WHOLE_DEAL = "whole_deal"
    WHOLE_WINDOW = "whole_window"
    WHOLE_OVERAGE = "whole_overage"
    INTERPOLATED_PAYOUT = "interpolated_payout"
    INTERPOLATED_RATE = "interpolated_rate"


class ReRating(StrEnum):
    NO = "no"
    UPWARDS = "upwards"
    BOTH_WAYS = "both_ways"


class OnEdge(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class AboveLast(StrEnum):
    RATE = "rate"
    SLOPE = "slope"
    FLAT = "flat"


class Credits(StrEnum):
    OWN = "own"
    REPORTS = "reports"
    TEAM = "team"


class Levels(StrEnum):
    ONE = "one"
    ALL = "all"


class SameDeal(StrEnum):
    ONCE = "once"
    EACH = "each"


class OverrideOn(StrEnum):
    CREDITS = "credits"
    COMMISSIONS = "commissions"


class GateNeed(StrEnum):
    ALL = "all"
    ANY = "any"


class GateClosed(StrEnum):
    NOTHING = "nothing"
    SHARE = "share"
    BASE_RATE = "base_rate"


class GateOpened(StrEnum):
    FROM_THEN_ON = "from_then_on"
    PAY_BACK = "pay_back"


class GateOf(StrEnum):
    SELF = "self"
    TEAM = "team"
    PARTICIPANT = "participant"
    TERRITORY = "territory"
    SHOP = "shop"


class LimitOn(StrEnum):
    PAY = "pay"
    CREDIT = "credit"


class LimitPer(StrEnum):
    PERIOD = "period"
    TRANSACTION = "transaction"
    YEAR = "year"


class Excess(StrEnum):
    LOST = "lost"
    CARRIED_OVER = "carried_over"


class LargeDealThen(StrEnum):
    HELD = "held"
    LOWER_RATE = "lower_rate"
    CREDIT_CAP = "credit_cap"


class SpifPer(StrEnum):
    TRANSACTION = "transaction"
    UNIT = "unit"


class Direction(StrEnum):
    UPWARDS = "upwards"
    BOTH_WAYS = "both_ways"


class PayOn(StrEnum):
    CREDIT = "credit"
    BOOKING = "booking"
    INVOICE = "invoice"
    PAYMENT = "payment"
    YEAR_END = "year_end"


class UnpaidThen(StrEnum):
    KEEP = "keep"
    UN_EARN = "un_earn"


class NegativeResult(StrEnum):
    CARRIED_FORWARD = "carried_forward"
    DEDUCTED = "deducted"


class DrawKind(StrEnum):
    NON_RECOVERABLE_GUARANTEE = "non_recoverable_guarantee"
    NON_RECOVERABLE_ON_TOP = "non_recoverable_on_top"
    RECOVERABLE_GUARANTEE = "recoverable_guarantee"
    RECOVERABLE_ON_TOP = "recoverable_on_top"


class DrawRecover(StrEnum):
    WHILE_LIVE = "while_live"
    AFTER_END = "after_end"
    FROM_DATE = "from_date"
    INTERVAL_END = "interval_end"


class AgeSince(StrEnum):
    CREDIT_DATE = "credit_date"
    PAYMENT = "payment"


class LaterPosition(StrEnum):
    DROPS = "drops"
    STAYS = "stays"


class RecoveryMode(StrEnum):
    PROPOSED = "proposed"
    AUTOMATIC = "automatic"


class Authorisation(StrEnum):
    IN_PLAN = "in_plan"
    RECORDED = "recorded"


class LeaverEarns(StrEnum):
    UNTIL_DATE = "until_date"
    GRACE = "grace"
    PRO_RATA = "pro_rata"


class WeekStart(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
