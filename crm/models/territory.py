"""Territories and named accounts: which seat looks after which accounts, for ranges of days.

They belong to seats, not to people: who sits there has them, and they stay when somebody moves on.
"""

from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from people.models.dated import Dated, DaysOf, no_overlap, ordered_days
from people.wall import Walled


def words_field(label: Any) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=200), verbose_name=label, default=list, blank=True)


class Territory(Walled):
    """A part of the market. Its rule names regions and industries of accounts; without one it has no accounts by itself."""

    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    regions = words_field(_("regions"))
    industries = words_field(_("industries"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="territory_name",
                violation_error_message=_("Another territory has this name."),
            ),
            models.CheckConstraint(
                name="territory_not_itself",
                condition=~Q(parent=F("id")),
                violation_error_message=_("A territory cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(context_field=pghistory.ContextJSONField())
class TerritoryAssignment(Walled, Dated):
    """The seat that has a territory; one at a time."""

    territory = models.ForeignKey("crm.Territory", on_delete=models.CASCADE, related_name="assignments")
    seat = models.ForeignKey("people.Seat", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [ordered_days("territoryassignment_days"), no_overlap("territoryassignment_once", "territory")]
        indexes = [models.Index(fields=["organization", "seat"], name="territoryassignment_seat")]

    def __str__(self) -> str:
        return f"{self.territory_id} @ {self.seat_id}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class NamedAccount(Walled, Dated):
    """An account that a seat looks after by name, before any territory. An exclusive one has one seat at a time."""

    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    seat = models.ForeignKey("people.Seat", on_delete=models.CASCADE, related_name="+", verbose_name=_("seat"))
    is_exclusive = models.BooleanField(_("exclusive"), default=True)

    class Meta:
        constraints = [
            ordered_days("namedaccount_days"),
            no_overlap("namedaccount_seat_once", "account", "seat"),
            ExclusionConstraint(
                name="namedaccount_exclusive",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    (DaysOf("starts_on", "ends_before"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_exclusive=True),
                violation_error_message=_("Another seat has this account for itself on these days."),
            ),
            ExclusionConstraint(
                name="namedaccount_not_beside",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    (Cast("is_exclusive", models.IntegerField()), RangeOperators.NOT_EQUAL),
                    (DaysOf("starts_on", "ends_before"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Seats share this account on these days, or one has it for itself."),
            ),
        ]
        indexes = [models.Index(fields=["organization", "seat"], name="namedaccount_seat")]

    def __str__(self) -> str:
        return f"{self.account_id} @ {self.seat_id}"
