import pghistory
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from people.models.dated import Dated, no_overlap, ordered_days
from people.wall import Walled


@pghistory.track(context_field=pghistory.ContextJSONField())
class Seat(Walled, Dated):
    """A place in a team. It may be vacant; what it earns then goes to the house."""

    class Role(models.TextChoices):
        REP = "rep", _("rep")
        MANAGER = "manager", _("manager")

    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.REP)
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    territory = models.CharField(_("territory"), max_length=200, blank=True, default="")
    legal_entity = models.CharField(_("legal entity"), max_length=200, blank=True, default="")

    class Meta:
        constraints = [ordered_days("seat_days")]
        indexes = [models.Index(fields=["organization", "team"], name="seat_team")]

    def __str__(self) -> str:
        return self.title or self.role


@pghistory.track(context_field=pghistory.ContextJSONField())
class SeatHolding(Walled, Dated):
    """Who held which seat when. A person holds one seat at a time, a seat has one holder at a time."""

    seat = models.ForeignKey("people.Seat", on_delete=models.CASCADE, related_name="holdings")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="holdings")

    class Meta:
        constraints = [
            ordered_days("seatholding_days"),
            no_overlap("seatholding_one_seat", "person"),
            no_overlap("seatholding_one_holder", "seat"),
        ]
        indexes = [
            models.Index(fields=["organization", "person", "starts_on"], name="seatholding_person"),
            models.Index(fields=["organization", "seat", "starts_on"], name="seatholding_seat"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.seat_id}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class Grant(Walled, Dated):
    """A role that is given rather than held by a seat: everywhere, or limited to a team with all below it."""

    class Role(models.TextChoices):
        OPERATIONS = "operations", _("operations")
        FINANCE = "finance", _("finance")
        HR = "hr", _("HR")
        EXECUTIVE = "executive", _("executive")
        ADMINISTRATOR = "administrator", _("administrator")

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            ordered_days("grant_days"),
            no_overlap("grant_once", "person", "role", Coalesce("team", 0)),
            models.CheckConstraint(
                name="grant_administrator_everywhere",
                condition=~models.Q(role="administrator") | models.Q(team=None),
                violation_error_message=_("An administrator changes the whole organization; leave the team empty."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"
