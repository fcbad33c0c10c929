import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


class Outcome(models.TextChoices):
    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class Pipeline(Walled):
    name = models.CharField(_("name"), max_length=200)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="pipeline_name",
                violation_error_message=_("Another pipeline has this name."),
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_default=True), name="pipeline_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(context_field=pghistory.ContextJSONField())
class Stage(Walled):
    """A step of a pipeline; its outcome decides whether a deal counts as open, won or lost."""

    pipeline = models.ForeignKey("crm.Pipeline", on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=200, editable=False)  # letters and digits only
    position = models.PositiveSmallIntegerField(_("order"))
    outcome = models.CharField(_("outcome"), max_length=4, choices=Outcome, default=Outcome.OPEN)
    probability = models.DecimalField(
        _("probability"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "pipeline", "name_key"],
                name="stage_name",
                violation_error_message=_("Another stage of this pipeline has this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
