"""A component: one way of earning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from incentives.language import choices as c
from incentives.language.plan.modifiers import Cap, Floor, Gate, LargeDeal, Multiplier
from incentives.language.plan.tables import Point, Rule, Tier
from incentives.language.plan.values import Amount, Percent
from incentives.language.settings import required, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One way of earning. Components are calculated in the order of the document."""

    id: str = required("Short and unique in the plan; statements and other components refer to it.")
    type: c.ComponentType = setting(
        c.ComponentType.COMMISSION,
        "`commission` (rate table), `bonus` (share of target pay on a curve), `spif` (fixed amounts), `mbo` (scored "
        "goal), `override` (on those below), `ranking` (prizes by place), `true_up` (tops an earlier component up).",
    )
    name: str = setting("", "What the statement calls it.")
    starts_on: date | None = setting(None, "First day it earns; left out: the plan's.")
    ends_before: date | None = setting(None, "First day it no longer earns; left out: the plan's.")
    rules: tuple[Rule, ...] = setting((), "Which transactions earn; without rules all do.")
    measure: str = setting(
        "amount",
        "What is paid on: `amount`, `count` (the share of the deal), or a numeric column: `units`, `margin`, your own.",
    )
    credits: c.Credits = setting(
        c.Credits.OWN, "Whose credits: one's `own`, those of one's `reports`, or those of one's whole `team`."
    )
    levels: c.Levels = setting(c.Levels.ONE, "Roll-up over `one` level of managers or `all`.")
    same_deal: c.SameDeal = setting(
        c.SameDeal.ONCE,
        "Several credits of one transaction below the same manager count `once`, capped at the transaction, or `each`.",
    )
    own_credits: bool = setting(False, "Whether a playing manager's own credits are in the roll-up.")
    overlay: bool = setting(True, "Whether overlay credits count, those outside the 100 % of the split.")
    basis: c.Basis = setting(
        c.Basis.ATTAINMENT,
        "What the tiers look at: `attainment` of quota, cumulative `amount`, `count`, another `measure`, a `ratio` to "
        "the amount, or a `kpi` of the measures file.",
    )
    basis_of: str | None = setting(None, "The column or measure, for the bases `measure`, `ratio` and `kpi`.")
    quota_measure: str = setting("amount", "Which quotas of the quotas file, by their `measure` column.")
    window: c.Window | None = setting(
        None,
        "The window the basis is added up over: left out, `quota`, the quota's own period, and the pay period where "
        "the basis needs no quota; or `month`, `quarter`, `half`, fiscal `year`, single `transaction`.",
    )
    evaluated: c.Evaluated = setting(
        c.Evaluated.WINDOW,
        "Each `window` alone, or `to_date`: from the start of the fiscal year, less what was earned before.",
    )
    application: c.Application = setting(
        c.Application.MARGINAL,
        "How the table applies: `marginal`, `whole_deal`, `whole_window`, `whole_overage`, or a curve: "
        "`interpolated_payout`, `interpolated_rate`.",
    )
    tiers: tuple[Tier, ...] = setting((), "The rate table: contiguous bands, the first from 0.")
    curve: tuple[Point, ...] = setting((), "The points of a curve; it may start at a threshold and jump there.")
    above_last: c.AboveLast = setting(
        c.AboveLast.RATE,
        "Above the last point: the last `rate` continues, the `slope` continues, or `flat`, which is a cap.",
    )
    re_rating: c.ReRating | None = setting(
        None,
        "Earlier deals when a tier is reached or lost: `no`, `upwards`, `both_ways`. Left out: `both_ways` for "
        "`whole_window` and `whole_overage`, otherwise `no`.",
    )
    attainment_decimals: int | None = setting(
        None, "Round attainment to so many decimals of a percent before the look-up; left out: exact."
    )
    on_edge: c.OnEdge = setting(
        c.OnEdge.HIGHER, "Exactly on an edge: the `higher` tier, bands are [from, to), or the `lower`, (from, to]."
    )
    target: Percent = setting(
        Percent(Decimal(1)), "Weight: the share of the person's target pay that hangs on this component."
    )
    target_amount: Amount | None = setting(
        None, "Target pay of a full fiscal year for everybody, instead of the person's."
    )
    gate: Gate | None = setting(None, "When it pays at all.")
    multipliers: tuple[Multiplier, ...] = setting((), "Factors on its pay.")
    caps: tuple[Cap, ...] = setting((), "Upper limits of this component.")
    floors: tuple[Floor, ...] = setting((), "Lower limits of this component.")
    large_deal: LargeDeal | None = setting(None, "What happens to large credits.")
    amount: Amount | None = setting(None, "A spif's money for each transaction or unit.")
    per: c.SpifPer = setting(c.SpifPer.TRANSACTION, "A spif pays per `transaction` or per `unit`.")
    budget: Amount | None = setting(None, "A spif's budget for everybody together; who comes first is paid first.")
    max_winners: int | None = setting(None, "How many people a spif pays at most; who comes first wins.")
    kpi: str | None = setting(None, "An mbo's score: the name in the measures file.")
    max_score: Percent | None = setting(None, "An mbo's highest score that is paid.")
    override_on: c.OverrideOn = setting(
        c.OverrideOn.CREDITS, "An override is paid on the `credits` of those below or on their `commissions`."
    )
    of: str | None = setting(None, "The earlier component that an override or a true-up refers to.")
    less_lower_pay: bool = setting(False, "Whether the pay of those below is taken off an override's base.")
    direction: c.Direction = setting(
        c.Direction.UPWARDS, "A true-up only tops up (`upwards`), or also takes back (`both_ways`)."
    )
    prizes: tuple[Amount, ...] = setting((), "A ranking's prizes, first place first; equal places share theirs.")
