"""Rules of hand-overs, and why somebody has a share of a deal, in words."""

from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Credit, Opportunity, Transaction
from crm.selectors.credits import Credited
from people import formats


class Ruled(Protocol):
    rule: str
    days: int | None
    previous_share: Decimal | None


def share_words(share: Decimal) -> str:
    """60% · 33.3333%."""
    percent = (share * 100).normalize()
    return formats.percent(share, max(0, -int(percent.as_tuple().exponent)))


def rule_words(rule: str, days: int | None, previous_share: Decimal | None) -> str:
    """The owner at close gets all of it · the previous owner keeps it for 30 days · 40% previous owner, 60% new owner."""
    if rule == "previous_owner" and days:
        return ngettext(
            "the previous owner keeps the credit for %(n)s day",
            "the previous owner keeps the credit for %(n)s days",
            days,
        ) % {"n": formats.number(days)}
    if rule == "shared" and previous_share is not None:
        values = {"previous": share_words(previous_share), "new": share_words(1 - previous_share)}
        words = _("shared: %(previous)s previous owner, %(new)s new owner") % values
        if days:
            words += " · " + ngettext("for %(n)s day", "for %(n)s days", days) % {"n": formats.number(days)}
        return words
    return _("the owner at close gets the credit")


def stated_words(fact: Opportunity | Transaction, *, is_exact: bool = False) -> str:
    """€ 4,000, where the source gave the amount in another currency than the organization's; otherwise nothing."""
    if fact.amount is None or fact.amount == fact.converted_amount:
        return ""
    return (formats.money_exact if is_exact else formats.money)(fact.amount, fact.currency)


def ruled_words(ruled: Ruled | None) -> str:
    """The rule of a row; none is the owner at close."""
    return rule_words(ruled.rule, ruled.days, ruled.previous_share) if ruled else rule_words("", None, None)


def credit_words(credit: Credited, deal: Opportunity) -> str:
    """Why somebody has this share."""
    if credit.is_default:
        return _("nothing else is said")
    if credit.role == Credit.Role.OVERLAY:
        return _("outside team totals")
    if credit.origin == Credit.Origin.SEAT:
        return _seat_words(credit, deal)
    if credit.handed is not None:
        rule = rule_words(credit.handed.rule, credit.handed.days, credit.handed.previous_share)
        return _("hand-over on %(day)s: %(rule)s") % {"day": formats.day(credit.handed.row.handed_on), "rule": rule}
    return ""


def _seat_words(credit: Credited, deal: Opportunity) -> str:
    """Why the owner's part is the seat's."""
    values = {"former": deal.owner.name if deal.owner else deal.owner_text, "day": formats.day(deal.closed_on)}
    if credit.person:
        return _("holds the seat that %(former)s had left by %(day)s") % values
    return _("the seat that %(former)s had left was vacant on %(day)s") % values
