"""What customers pay in: some of Europe in euro or pounds, at rates that change every month.

The rates are invented: a mean with two slow waves. They depend on the month alone, so that they are the same whichever day
the demo is made. A deal in another currency is worth about what it would have been in dollars, at the rate of its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import pi, sin

import numpy as np

from crm.models import ExchangeRate
from kernel.period import add_months
from spm.demo import story
from spm.demo.deals import NO_DAY, Deals, Ints, account_regions
from spm.demo.season import EPOCH, number_of
from spm.demo.staff import Staff
from spm.demo.story import Days

SCALE = 10_000  # a rate is a whole number of ten-thousandths
STEP = 1_000  # cents; a deal is agreed in steps of ten
EARLIER = 12  # months of rates before the first deal was decided: open ones may have been created then


@dataclass(frozen=True)
class Currency:
    code: str
    mean: float  # dollars for one
    swing: float
    share: float  # of the accounts of Europe


FOREIGN = (Currency("EUR", 1.09, 0.035, 0.38), Currency("GBP", 1.27, 0.04, 0.24))
CODES = [story.CURRENCY, *(currency.code for currency in FOREIGN)]

# The worth of an amount on a day, as SQL: the latest rate counts, as everywhere.
WORTH = """
    CASE WHEN {currency} = %(currency)s THEN {amount} ELSE round({amount} * (
        SELECT x.rate FROM crm_exchangerate x
        WHERE x.from_currency = {currency} AND x.to_currency = %(currency)s AND x.starts_on <= {day}
        ORDER BY x.starts_on DESC LIMIT 1
    ), 6) END
"""


def worth(amount: str, day: str, currency: str = "o.currency") -> str:
    """SQL for what an amount is worth on a day."""
    return WORTH.format(amount=amount, day=day, currency=currency)


def rates_create(days: Days) -> None:
    """One rate a month and currency, the last one of this month."""
    months = _months(days)
    first = add_months(days.starts_on, -EARLIER)
    ExchangeRate.objects.bulk_create(
        ExchangeRate(
            from_currency=currency.code,
            to_currency=story.CURRENCY,
            starts_on=add_months(first, place),
            rate=Decimal(int(rate)) / SCALE,
            source=story.SOURCE,
        )
        for currency in FOREIGN
        for place, rate in enumerate(_rates(currency, months))
    )


def currencies_choose(deals: Deals, staff: Staff, days: Days, accounts: int) -> None:
    """The currency of every deal is its account's; its amounts become those that are worth about as much."""
    deals.currency = _of_accounts(accounts, staff)[deals.account]
    rate = deal_rates(deals, days)
    is_foreign = deals.currency > 0
    for cents in (deals.cents, deals.first_cents):
        changed = np.maximum(np.round(cents * SCALE / rate / STEP).astype(np.int64), 1) * STEP
        cents[:] = np.where(is_foreign & (cents > 0), changed, cents)


def deal_rates(deals: Deals, days: Days) -> Ints:
    """The rate of the day that counts for each deal, in ten-thousandths: of the close, expected or not, as far as known."""
    months = _months(days)
    table = np.stack([np.full(len(months), SCALE), *(_rates(currency, months) for currency in FOREIGN)])
    day = np.where(deals.closed == NO_DAY, deals.created, deals.closed)
    month = (np.datetime64(EPOCH, "D") + day).astype("datetime64[M]").astype(np.int64)
    return np.asarray(table[deals.currency, np.clip(month - months[0], 0, len(months) - 1)])


def _of_accounts(count: int, staff: Staff) -> Ints:
    """By account: a place in `CODES`. Steps of the golden section spread them evenly among large and small customers."""
    europe = next(place for place, region in enumerate(story.REGIONS) if region.name == story.CARRIER)
    point = np.arange(count) * 0.6180339887 % 1.0
    ends = np.cumsum([currency.share for currency in FOREIGN])
    place = np.searchsorted(ends, point, side="right") + 1
    return np.where((account_regions(count, staff) == europe) & (place < len(CODES)), place, 0)


def _months(days: Days) -> Ints:
    """Months since 1970, from the first with a rate to the current one."""
    first = number_of(add_months(days.starts_on, -EARLIER))
    stamps = (np.datetime64(EPOCH, "D") + np.array([first, number_of(days.today)])).astype("datetime64[M]")
    start, end = stamps.astype(np.int64)
    return np.arange(start, end + 1)


def _rates(currency: Currency, months: Ints) -> Ints:
    return np.array(
        [
            round((currency.mean + currency.swing * (sin(2 * pi * n / 23) + 0.4 * sin(2 * pi * n / 7))) * SCALE)
            for n in months.tolist()
        ]
    )
