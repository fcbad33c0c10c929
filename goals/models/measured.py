"""What an objective and a goal have in common: what is measured, from where to where, in which days."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models.dated import ordered_days


def value_field(name: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """A value of a measure: money in the organization's currency, a ratio as 0.25, a count or any number."""
    return models.DecimalField(name, max_digits=20, decimal_places=6, **options)


class Measured(models.Model):
    """A measure of the catalogue, one that people enter, or milestones; and the value it begins and ends at.

    `filters` keeps what a measure of the catalogue is limited to, resolved to values that last:
    `[{"by": "region", "values": ["EMEA"], "text": "EMEA"}]`. `version` grows with every change, so that nobody overwrites
    what they have not seen.
    """

    class Kind(models.TextChoices):
        METRIC = "metric", _("a metric of the catalogue")
        MANUAL = "manual", _("a number that is entered at check-ins")
        MILESTONES = "milestones", _("milestones that are reached")

    class Unit(models.TextChoices):
        NUMBER = "number", _("a number")
        MONEY = "money", _("money")
        RATIO = "ratio", _("a percentage")
        DAYS = "days", _("days")
        COUNT = "count", _("a count")

    class Direction(models.TextChoices):
        HIGHER = "higher", _("higher is better")
        LOWER = "lower", _("lower is better")

    class RollUp(models.TextChoices):
        OWN = "own", _("its own measure")
        SUM = "sum", _("the sum of what contributes to it")
        WEIGHT = "weight", _("the weighted progress of what contributes to it")

    kind = models.CharField(_("measured by"), max_length=10, choices=Kind, default=Kind.METRIC)
    metric = models.CharField(_("metric"), max_length=60, blank=True, default="")
    filters = models.JSONField(default=list, blank=True)
    unit = models.CharField(_("counted in"), max_length=8, choices=Unit, default=Unit.NUMBER)
    direction = models.CharField(_("direction"), max_length=6, choices=Direction, default=Direction.HIGHER)
    baseline = value_field(_("baseline"), null=True, blank=True)
    target = value_field(_("target"))
    rolls_up_by = models.CharField(_("progress comes from"), max_length=6, choices=RollUp, default=RollUp.OWN)
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until (not included)"))
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True


def measured_constraints(table: str) -> list[models.BaseConstraint]:
    return [
        ordered_days(f"{table}_days"),
        models.CheckConstraint(
            name=f"{table}_metric",
            condition=Q(kind="metric", metric__gt="") | (~Q(kind="metric") & Q(metric="")),
            violation_error_message=_("Choose the metric that measures it."),
        ),
        models.CheckConstraint(
            name=f"{table}_way",
            condition=Q(kind="milestones")
            | Q(baseline__isnull=True)
            | Q(direction="higher", target__gt=F("baseline"))
            | Q(direction="lower", target__lt=F("baseline")),
            violation_error_message=_("The target must be better than the baseline."),
        ),
    ]
