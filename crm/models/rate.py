"""Exchange rates: one unit of a currency in another from a day on, until the next rate. Missing is missing, never 1."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


@pghistory.track(context_field=pghistory.ContextJSONField())
class ExchangeRate(Walled):
    from_currency = models.CharField(_("from"), max_length=3)
    to_currency = models.CharField(_("to"), max_length=3)
    starts_on = models.DateField(_("since"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10)
    source = models.CharField(max_length=100, blank=True, default="")  # empty: entered by hand

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "from_currency", "to_currency", "starts_on"],
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
        ]

    def __str__(self) -> str:
        return f"1 {self.from_currency} = {self.rate} {self.to_currency} ({self.starts_on})"
