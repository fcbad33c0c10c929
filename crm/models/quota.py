"""Quotas in force: what a person or a team is to reach in a range of days. Every app reads attainment from these."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.dated import Dated, no_overlap, ordered_days
from people.wall import Walled


class Measure(models.TextChoices):
    """What a quota is about."""

    BOOKINGS = "bookings", _("bookings")  # won deals
    INVOICES = "invoices", _("invoices")  # transactions, credited like their deal
    DELIVERIES = "deliveries", _("deliveries")
    PAYMENTS = "payments", _("payments")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),  # a look back asks until when there was a quota
    context_field=pghistory.ContextJSONField(),
)
class Quota(Walled, Dated):
    """What somebody is to reach. A quota of a file waits by text for the person or team that it names."""

    person = models.ForeignKey(
        "people.Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="quotas",
        verbose_name=_("person"),
    )
    person_text = models.CharField(max_length=300, blank=True, default="")
    team = models.ForeignKey(
        "people.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="quotas", verbose_name=_("team")
    )
    team_text = models.CharField(max_length=300, blank=True, default="")
    measure = models.CharField(_("measure"), max_length=20, choices=Measure, default=Measure.BOOKINGS)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3)
    converted_amount = models.DecimalField(
        max_digits=26, decimal_places=6, null=True
    )  # at the plan rate, if there is one
    is_overlay = models.BooleanField(
        _("outside team totals"),
        default=False,
        help_text=_("For specialists who help on deals of others: counts for the person, not for the team."),
    )
    source = models.CharField(max_length=100, blank=True, default="")  # empty: entered by hand
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")  # why it is as it is
    seat_quota = models.ForeignKey(
        "crm.SeatQuota", on_delete=models.CASCADE, null=True, blank=True, editable=False, related_name="pieces"
    )  # the quota of a seat that it is cut from, by triggers
    changed_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")

    FOLLOWS = Q(seat_quota__isnull=False)  # rows that go by themselves with what they were made from

    class Meta:
        constraints = [
            ordered_days("quota_days"),
            no_overlap("quota_of_person_once", "person", "measure"),
            no_overlap("quota_of_team_once", "team", "measure"),
            models.CheckConstraint(
                name="quota_of_one",
                condition=Q(person__isnull=True) | Q(team__isnull=True),
                violation_error_message=_("Choose a person or a team, not both."),
            ),
            models.CheckConstraint(
                name="quota_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message=_("A quota cannot be negative."),
            ),
            models.CheckConstraint(
                name="quota_ends",
                condition=Q(ends_before__lt="9999-12-31") & Q(starts_on__gt="0001-01-01"),
                violation_error_message=_("A quota needs a first day and an end."),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "person", "starts_on"], name="quota_person"),
            models.Index(fields=["organization", "team", "starts_on"], name="quota_team"),
            models.Index(fields=["organization", "starts_on", "ends_before"], name="quota_period"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id or self.team_id}: {self.amount} {self.currency} {self.starts_on}"
