"""Quota plans: a number for a range of months, divided in versions; a version is compared, approved and put in force."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.quota import Measure
from crm.models.seat_quota import Proration
from goals.models.approval import Stepped
from people.models.dated import ordered_days
from people.wall import Walled

PLAN_SOURCE = "quota plan "  # before the number of the plan, as the source of its quotas


class AllocationMethod(models.TextChoices):
    """By what people are weighed."""

    TRAILING = "trailing", _("what was sold in the last twelve months")
    PRIOR_YEAR = "prior_year", _("what was sold in the year before")
    EVEN = "even", _("the same for everybody")
    OWN = "own", _("own weights")


class SeasonMethod(models.TextChoices):
    """How the year spreads over its months."""

    HISTORY = "history", _("as past years did")
    EVEN = "even", _("every month the same")
    OWN = "own", _("own weights")


class QuotaDays(models.TextChoices):
    """Of which days the quotas are that a plan puts in force."""

    MONTH = "month", _("one for each month")
    QUARTER = "quarter", _("one for each quarter of the plan")


@pghistory.track(context_field=pghistory.ContextJSONField())
class QuotaPlan(Walled):
    """What a company is to reach in a range of whole months."""

    name = models.CharField(_("name"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until (not included)"))
    measure = models.CharField(_("measure"), max_length=20, choices=Measure, default=Measure.BOOKINGS)
    currency = models.CharField(_("currency"), max_length=3)
    created_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            ordered_days("quotaplan_days"),
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="quotaplan_name",
                violation_error_message=_("Another quota plan has this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """What its quotas say they come from."""
        return f"{PLAN_SOURCE}{self.pk}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class PlanVersion(Walled, Stepped):
    """One way to divide the number. A draft is edited; handed in it takes the steps of approval, and with the last one it is
    in force and never changes. `round` counts how often it was handed in."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("in review")
        IN_FORCE = "in_force", _("in force")
        REPLACED = "replaced", _("replaced")

    plan = models.ForeignKey("goals.QuotaPlan", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    amount = models.DecimalField(_("company number"), max_digits=20, decimal_places=6)
    structure_on = models.DateField(_("teams as of"))
    method = models.CharField(_("weights"), max_length=12, choices=AllocationMethod, default=AllocationMethod.TRAILING)
    season = models.CharField(_("season"), max_length=8, choices=SeasonMethod, default=SeasonMethod.HISTORY)
    season_weights = ArrayField(models.DecimalField(max_digits=12, decimal_places=4), default=list, blank=True)
    over_ratios = ArrayField(models.DecimalField(max_digits=6, decimal_places=4), default=list, blank=True)  # by depth
    step_amount = models.DecimalField(_("rounded to"), max_digits=12, decimal_places=2, default=0)  # 0: minor unit
    ramp_ratios = ArrayField(models.DecimalField(max_digits=5, decimal_places=4), default=list, blank=True)
    is_ramp_from_full_month = models.BooleanField(_("ramp counts from the first full month"), default=False)
    days = models.CharField(_("days"), max_length=8, choices=Proration, default=Proration.CALENDAR)
    grain = models.CharField(_("quotas"), max_length=8, choices=QuotaDays, default=QuotaDays.MONTH)
    attainment_ratio = models.DecimalField(_("expected attainment"), max_digits=6, decimal_places=4, default=1)
    revision = models.PositiveIntegerField(default=0)  # grows with every change of cells
    issues = models.JSONField(default=list, blank=True)  # of the last allocation: level, code, line, value, count
    copied_from = models.ForeignKey("goals.PlanVersion", on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=0)
    submitted_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True, default="")
    put_in_force_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "plan", "number"], name="planversion_number"),
            models.UniqueConstraint(
                fields=["organization", "plan"],
                name="planversion_one_in_force",
                condition=Q(state="in_force"),
                violation_error_message=_("Another version of this plan is in force."),
            ),
            models.CheckConstraint(name="planversion_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="planversion_decided",
                condition=~Q(state="in_force") | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="planversion_two_people",
                condition=Q(decided_by__isnull=True) | Q(submitted_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
                violation_error_message=_("Whoever submits a plan does not approve it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class PlanLine(Walled):
    """A row of a version: the company, a team, or somebody's days in a team. `place` is its order in the tree."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        TEAM = "team", _("team")
        PERSON = "person", _("person")

    version = models.ForeignKey("goals.PlanVersion", on_delete=models.CASCADE, related_name="lines")
    parent = models.ForeignKey("goals.PlanLine", on_delete=models.CASCADE, null=True, related_name="children")
    kind = models.CharField(max_length=8, choices=Kind)
    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="plan_lines")
    starts_on = models.DateField()
    ends_before = models.DateField()
    place = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField()
    weight = models.DecimalField(_("own weight"), max_digits=14, decimal_places=4, null=True, blank=True)
    bottom_up_amount = models.DecimalField(_("own estimate"), max_digits=20, decimal_places=6, null=True, blank=True)
    bottom_up_note = models.CharField(_("note"), max_length=300, blank=True, default="")
    bottom_up_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    bottom_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ordered_days("planline_days"),
            models.UniqueConstraint(fields=["organization", "version", "place"], name="planline_place"),
            models.CheckConstraint(name="planline_weight", condition=Q(weight__isnull=True) | Q(weight__gte=0)),
            models.CheckConstraint(
                name="planline_bottom_up", condition=Q(bottom_up_amount__isnull=True) | Q(bottom_up_amount__gte=0)
            ),
        ]
        indexes = [models.Index(fields=["organization", "person"], name="planline_person")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.person_id or self.team_id or 'company'}"


class PlanCell(Walled):
    """The number of a line in a month. `revision` is the version's when it was last changed."""

    class Source(models.TextChoices):
        TOP_DOWN = "top_down", _("divided from above")
        RAMP = "ramp", _("divided from above, for part of a full quota")
        BOTTOM_UP = "bottom_up", _("taken from below")
        HAND = "hand", _("entered by hand")
        FILE = "file", _("from a file")

    line = models.ForeignKey("goals.PlanLine", on_delete=models.CASCADE, related_name="cells")
    month = models.DateField()
    amount = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    is_locked = models.BooleanField(default=False)
    source = models.CharField(max_length=10, choices=Source, default=Source.TOP_DOWN)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "line", "month"], name="plancell_month"),
            models.CheckConstraint(name="plancell_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.month}: {self.amount}"


class PlanStep(Walled):
    """Something done to many cells at once, with what they were before, so that the last one can be undone."""

    class Kind(models.TextChoices):
        ALLOCATE = "allocate", _("divided")
        FILE = "file", _("taken from a file")
        BOTTOM_UP = "bottom_up", _("taken from below")

    version = models.ForeignKey("goals.PlanVersion", on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=10, choices=Kind)
    revision = models.PositiveIntegerField()
    before = models.JSONField()  # by cell: amount, locked, source
    done_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "version", "-revision"], name="planstep_version")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.kind} {self.revision}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class PlannedHire(Walled):
    """People of a role that are to be hired on a day; they count in the capacity plan only."""

    version = models.ForeignKey("goals.PlanVersion", on_delete=models.CASCADE, related_name="hires")
    role = models.CharField(_("role"), max_length=120)
    starts_on = models.DateField(_("starts on"))
    count = models.PositiveIntegerField(_("how many"), default=1)
    yearly_amount = models.DecimalField(_("full quota of one, over the whole plan"), max_digits=20, decimal_places=6)
    ramp_ratios = ArrayField(models.DecimalField(max_digits=5, decimal_places=4), default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="plannedhire_count", condition=Q(count__gte=1)),
            models.CheckConstraint(name="plannedhire_amount", condition=Q(yearly_amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.role}"
