import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from goals.models.measured import Measured, measured_constraints
from people.models.dated import DatedQuerySet
from people.wall import Walled


@pghistory.track(context_field=pghistory.ContextJSONField())
class Objective(Walled, Measured):
    """What the company wants to reach, over a quarter or several years. Seen by everybody once it is published."""

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), max_length=4000, blank=True, default="")
    owner = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = measured_constraints("objective")
        indexes = [models.Index(fields=["organization", "starts_on", "ends_before"], name="objective_period")]

    def __str__(self) -> str:
        return self.name


class ObjectiveRead(Walled):
    """That somebody has read an objective."""

    objective = models.ForeignKey("goals.Objective", on_delete=models.CASCADE, related_name="reads")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "objective", "person"], name="objectiveread_once")
        ]

    def __str__(self) -> str:
        return f"{self.objective_id}: {self.person_id}"
