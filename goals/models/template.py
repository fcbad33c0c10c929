"""Goals that are set again and again, by role: the library that operations keeps."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from goals.models.goal import Goal
from goals.models.measured import Measured, value_field
from people.wall import Walled


class GoalTemplate(Walled):
    """What a goal of a role usually says. Whoever makes a goal of it may change everything; the template stays.

    Values are as in a goal; without a target whoever uses it says one. `commit_ratio` and `stretch_ratio` are shares of
    the target.
    """

    class Role(models.TextChoices):
        ANY = "", _("any role")
        REP = "rep", _("reps")
        MANAGER = "manager", _("managers")
        TEAM = "team", _("teams")

    class Length(models.TextChoices):
        MONTH = "month", _("a month")
        QUARTER = "quarter", _("a quarter")
        HALF = "half", _("half a year")
        YEAR = "year", _("a year")

    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("for"), max_length=7, choices=Role, blank=True, default="")
    specific = models.TextField(_("specific"), max_length=4000, blank=True, default="")
    achievable = models.TextField(_("achievable"), max_length=4000, blank=True, default="")
    relevant = models.TextField(_("relevant"), max_length=4000, blank=True, default="")
    kind = models.CharField(_("measured by"), max_length=10, choices=Measured.Kind, default=Measured.Kind.METRIC)
    metric = models.CharField(_("metric"), max_length=60, blank=True, default="")
    unit = models.CharField(_("counted in"), max_length=8, choices=Measured.Unit, default=Measured.Unit.NUMBER)
    direction = models.CharField(
        _("direction"), max_length=6, choices=Measured.Direction, default=Measured.Direction.HIGHER
    )
    target = value_field(_("target"), null=True, blank=True)
    commit_ratio = models.DecimalField(_("commit, share of the target"), max_digits=7, decimal_places=6, null=True)
    stretch_ratio = models.DecimalField(_("stretch, share of the target"), max_digits=7, decimal_places=6, null=True)
    milestones = models.JSONField(_("milestones"), default=list, blank=True)  # their names, in order
    length = models.CharField(_("lasts"), max_length=7, choices=Length, default=Length.QUARTER)
    cadence = models.CharField(_("check-ins"), max_length=12, choices=Goal.Cadence, default=Goal.Cadence.FORTNIGHTLY)
    pace = models.CharField(_("expected progress"), max_length=12, choices=Goal.Pace, default=Goal.Pace.WORKING_DAYS)
    is_retired = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="goaltemplate_name",
                condition=Q(is_retired=False),
                violation_error_message=_("Another template has this name."),
            ),
            models.CheckConstraint(
                name="goaltemplate_metric",
                condition=Q(kind="metric", metric__gt="") | (~Q(kind="metric") & Q(metric="")),
                violation_error_message=_("Choose the metric that measures it."),
            ),
            models.CheckConstraint(
                name="goaltemplate_ratios",
                condition=Q(commit_ratio__isnull=True)
                | Q(stretch_ratio__isnull=True)
                | Q(direction="higher", commit_ratio__lte=F("stretch_ratio"))
                | Q(direction="lower", commit_ratio__gte=F("stretch_ratio")),
                violation_error_message=_("The stretch must be beyond what is committed."),
            ),
        ]
        indexes = [models.Index(fields=["organization", "role"], name="goaltemplate_role")]

    def __str__(self) -> str:
        return self.name
