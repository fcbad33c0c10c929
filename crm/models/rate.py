"""Exchange rates: one unit of a currency in another. Missing is missing, never 1.

A dated rate holds from its day until the next one. A plan rate is fixed for some days, usually a fiscal year: what is
held against a quota counts at it, so that nobody gains or loses by the market. Of two that hold, the later one counts.
"""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.wall import Walled

# The rate of a day as SQL: what one unit of `currency` is worth in `here`; NULL without one.
_OF = "SELECT x.rate FROM crm_exchangerate x WHERE x.from_currency = {currency} AND x.to_currency = {here}"
DATED_RATE = f"({_OF} AND NOT x.is_plan AND x.starts_on <= {{day}} ORDER BY x.starts_on DESC LIMIT 1)"
PLAN_RATE = (
    f"({_OF} AND x.is_plan AND x.starts_on <= {{day}} AND {{day}} < x.ends_before ORDER BY x.starts_on DESC LIMIT 1)"
)
ANY_RATE = f"coalesce({PLAN_RATE}, {DATED_RATE})"


@pghistory.track(context_field=pghistory.ContextJSONField())
class ExchangeRate(Walled):
    from_currency = models.CharField(_("from"), max_length=3)
    to_currency = models.CharField(_("to"), max_length=3)
    starts_on = models.DateField(_("since"))
    ends_before = models.DateField(_("until (not included)"), null=True, blank=True)  # of a plan rate
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10)
    is_plan = models.BooleanField(_("plan rate"), default=False, db_default=False)
    source = models.CharField(max_length=100, blank=True, default="")  # empty: entered by hand

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "from_currency", "to_currency", "is_plan", "starts_on"],
                name="exchangerate_day",
                violation_error_message=_("There is a rate of this day already."),
            ),
            models.CheckConstraint(
                name="exchangerate_positive",
                condition=Q(rate__gt=0),
                violation_error_message=_("A rate is more than 0."),
            ),
            models.CheckConstraint(
                name="exchangerate_two",
                condition=~Q(from_currency=F("to_currency")),
                violation_error_message=_("Choose two different currencies."),
            ),
            models.CheckConstraint(
                name="exchangerate_plan_ends",
                condition=Q(is_plan=False, ends_before__isnull=True) | Q(is_plan=True, ends_before__gt=F("starts_on")),
                violation_error_message=_("A plan rate needs an end, after its first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.from_currency} = {self.rate} {self.to_currency} ({self.starts_on})"
