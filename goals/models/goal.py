"""A goal of a person or of a team, its milestones, and what it contributes to."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from goals.models.measured import Measured, measured_constraints, value_field
from people.models.dated import DatedQuerySet
from people.wall import Walled

NOT_ABOVE_ITSELF = """
    IF EXISTS (
        WITH RECURSIVE above (start_id, id, depth) AS (
            SELECT goal_id, parent_goal_id, 1 FROM changed WHERE parent_goal_id IS NOT NULL
            UNION ALL
            SELECT above.start_id, link.parent_goal_id, above.depth + 1
            FROM above JOIN goals_alignment link ON link.goal_id = above.id AND link.parent_goal_id IS NOT NULL
            WHERE above.depth < 50 AND above.id <> above.start_id
        )
        SELECT 1 FROM above WHERE id = start_id
    ) THEN
        RAISE check_violation USING MESSAGE = 'a goal cannot contribute to itself', CONSTRAINT = 'alignment_circle';
    END IF;
    RETURN NULL;
"""


@pghistory.track(context_field=pghistory.ContextJSONField())
class Goal(Walled, Measured):
    """What a person or a team wants to reach in a range of days, in the five SMART parts.

    Specific: name and `specific`. Measurable: the measure, baseline and target, beside them what is committed and what
    would be outstanding. Achievable: `achievable` says what is needed; how ambitious it is, is computed. Relevant:
    `relevant` and the alignments. Time-bound: its days and how often it is checked. Its state is never stored: it follows
    from the measure, the check-ins and the day.
    """

    class Cadence(models.TextChoices):
        NONE = "none", _("never")
        WEEKLY = "weekly", _("every week")
        FORTNIGHTLY = "fortnightly", _("every two weeks")
        MONTHLY = "monthly", _("every month")

    class Pace(models.TextChoices):
        WORKING_DAYS = "working_days", _("evenly by working days")
        SEASONAL = "seasonal", _("as in former years")

    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="goals", verbose_name=_("person")
    )
    team = models.ForeignKey(
        "people.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="goals", verbose_name=_("team")
    )
    name = models.CharField(_("name"), max_length=200)
    specific = models.TextField(_("specific"), max_length=4000, blank=True, default="")
    commit_value = value_field(_("commit"), null=True, blank=True)
    stretch_value = value_field(_("stretch"), null=True, blank=True)
    achievable = models.TextField(_("achievable"), max_length=4000, blank=True, default="")
    relevant = models.TextField(_("relevant"), max_length=4000, blank=True, default="")
    cadence = models.CharField(_("check-ins"), max_length=12, choices=Cadence, default=Cadence.FORTNIGHTLY)
    pace = models.CharField(_("expected progress"), max_length=12, choices=Pace, default=Pace.WORKING_DAYS)
    carried_from = models.ForeignKey(
        "goals.Goal", on_delete=models.SET_NULL, null=True, blank=True, related_name="carried_to", editable=False
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_reason = models.CharField(max_length=500, blank=True, default="", editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            *measured_constraints("goal"),
            models.CheckConstraint(
                name="goal_of_one",
                condition=Q(person__isnull=True, team__isnull=False) | Q(person__isnull=False, team__isnull=True),
                violation_error_message=_("Choose a person or a team."),
            ),
            models.CheckConstraint(
                name="goal_commit",
                condition=Q(commit_value__isnull=True)
                | Q(direction="higher", commit_value__lte=F("target"))
                | Q(direction="lower", commit_value__gte=F("target")),
                violation_error_message=_("What is committed cannot be beyond the target."),
            ),
            models.CheckConstraint(
                name="goal_stretch",
                condition=Q(stretch_value__isnull=True)
                | Q(direction="higher", stretch_value__gte=F("target"))
                | Q(direction="lower", stretch_value__lte=F("target")),
                violation_error_message=_("The stretch must be beyond the target."),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "person", "starts_on"], name="goal_person"),
            models.Index(fields=["organization", "team", "starts_on"], name="goal_team"),
            models.Index(fields=["organization", "starts_on", "ends_before"], name="goal_period"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(context_field=pghistory.ContextJSONField())
class Alignment(Walled):
    """That a goal contributes to an objective or to another goal, and with which weight among its siblings."""

    goal = models.ForeignKey("goals.Goal", on_delete=models.CASCADE, related_name="alignments")
    parent_objective = models.ForeignKey(
        "goals.Objective", on_delete=models.CASCADE, null=True, blank=True, related_name="contributions"
    )
    parent_goal = models.ForeignKey(
        "goals.Goal", on_delete=models.CASCADE, null=True, blank=True, related_name="contributions"
    )
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=6, default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "goal", "parent_objective"],
                name="alignment_objective_once",
                violation_error_message=_("It contributes to this objective already."),
            ),
            models.UniqueConstraint(
                fields=["organization", "goal", "parent_goal"],
                name="alignment_goal_once",
                violation_error_message=_("It contributes to this goal already."),
            ),
            models.CheckConstraint(
                name="alignment_of_one",
                condition=Q(parent_objective__isnull=True, parent_goal__isnull=False)
                | Q(parent_objective__isnull=False, parent_goal__isnull=True),
                violation_error_message=_("Choose an objective or a goal."),
            ),
            models.CheckConstraint(
                name="alignment_weight",
                condition=Q(weight__gt=0) & Q(weight__lte=100),
                violation_error_message=_("A weight is more than 0 and at most 100."),
            ),
            models.CheckConstraint(
                name="alignment_not_itself",
                condition=Q(parent_goal__isnull=True) | ~Q(goal=F("parent_goal")),
                violation_error_message=_("A goal cannot contribute to itself."),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "parent_goal"], name="alignment_below_goal"),
            models.Index(fields=["organization", "parent_objective"], name="alignment_below_objective"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name=f"circle_{str(operation).lower()}",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=operation,
                referencing=pgtrigger.Referencing(new="changed"),  # type: ignore[no-untyped-call]
                func=NOT_ABOVE_ITSELF,
            )
            for operation in (pgtrigger.Insert, pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} > {self.parent_objective_id or self.parent_goal_id}"


class Milestone(Walled):
    """A step of a goal that is measured by milestones."""

    goal = models.ForeignKey("goals.Goal", on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("milestone"), max_length=200)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=6, default=1)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="milestone_weight",
                condition=Q(weight__gt=0) & Q(weight__lte=100),
                violation_error_message=_("A weight is more than 0 and at most 100."),
            ),
            models.UniqueConstraint(
                fields=["organization", "goal", "name"],
                name="milestone_name",
                violation_error_message=_("Another milestone of the goal has this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
