import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models.dated import Dated, no_overlap, ordered_days
from people.wall import Walled


@pghistory.track(context_field=pghistory.ContextJSONField())
class Leave(Walled, Dated):
    """Days on which somebody is away. Never why: the kind of a leave is nobody's business here."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="leaves")

    class Meta:
        constraints = [ordered_days("leave_days"), no_overlap("leave_once", "person")]
        indexes = [models.Index(fields=["organization", "person", "starts_on"], name="leave_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.starts_on} – {self.ends_before}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class Delegation(Walled, Dated):
    """For these days the delegate sees and does what the manager may by their own seats; it cannot be passed on."""

    manager = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="delegations")
    delegate = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="delegated")

    class Meta:
        constraints = [
            ordered_days("delegation_days"),
            no_overlap("delegation_once", "manager", "delegate"),
            models.CheckConstraint(
                name="delegation_not_oneself",
                condition=~models.Q(manager=models.F("delegate")),
                violation_error_message=_("Nobody stands in for themselves. Choose somebody else."),
            ),
        ]
        indexes = [models.Index(fields=["organization", "delegate", "starts_on"], name="delegation_delegate")]

    def __str__(self) -> str:
        return f"{self.manager_id} > {self.delegate_id}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class ActingManager(Walled, Dated):
    """Who leads a team for a while without holding its manager seat."""

    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, related_name="acting_managers")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="acting")

    class Meta:
        constraints = [ordered_days("actingmanager_days"), no_overlap("actingmanager_once", "team")]
        indexes = [models.Index(fields=["organization", "person", "starts_on"], name="actingmanager_person")]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.team_id}"
