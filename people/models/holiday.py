"""Days on which nobody works, beside the weekends."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


@pghistory.track(context_field=pghistory.ContextJSONField())
class Holiday(Walled):
    """A day off of the whole organization: no working day, wherever working days are counted."""

    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day"],
                name="holiday_day",
                violation_error_message=_("This day is a holiday already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
