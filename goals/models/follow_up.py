"""What happens to a goal: check-ins, revisions and who has seen them, requests for change, offers of help."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models.measured import value_field
from people.wall import Walled

# Erasing a person takes their name out of the texts; nothing else of a revision ever changes.
CHANGED = """(
    coalesce(current_setting('app.erasure', true), '') <> 'on'
    OR (NEW.id, NEW.organization_id, NEW.goal_id, NEW.objective_id, NEW.at, NEW.by_id, NEW.version)
        IS DISTINCT FROM (OLD.id, OLD.organization_id, OLD.goal_id, OLD.objective_id, OLD.at, OLD.by_id, OLD.version)
)"""


def _of_one(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(goal__isnull=True, objective__isnull=False) | Q(goal__isnull=False, objective__isnull=True),
    )


class CheckIn(Walled):
    """How somebody sees a goal on a day, and its value where that is entered. The latest of a day counts.

    `private_note` is for the goal's owner and whoever leads them.
    """

    class Confidence(models.TextChoices):
        HIGH = "high", _("confident")
        MEDIUM = "medium", _("unsure")
        LOW = "low", _("not without help")

    goal = models.ForeignKey("goals.Goal", on_delete=models.CASCADE, null=True, blank=True, related_name="check_ins")
    objective = models.ForeignKey(
        "goals.Objective", on_delete=models.CASCADE, null=True, blank=True, related_name="check_ins"
    )
    on = models.DateField(_("day"))
    value = value_field(_("value"), null=True, blank=True)
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence, blank=True, default="")
    note = models.TextField(_("note"), max_length=4000, blank=True, default="")
    private_note = models.TextField(_("private note"), max_length=4000, blank=True, default="")
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [_of_one("checkin_of_one")]
        indexes = [
            models.Index(fields=["organization", "goal", "on", "id"], name="checkin_goal"),
            models.Index(fields=["organization", "objective", "on", "id"], name="checkin_objective"),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id or self.objective_id}: {self.on}"


class Revision(Walled):
    """What of a goal or objective was changed while it runs, by whom and why. Kept for good.

    `before` and `after` hold the changed fields only, as texts (`{"target": "500.000000"}`); `version` is the one it made.
    """

    goal = models.ForeignKey("goals.Goal", on_delete=models.PROTECT, null=True, related_name="revisions")
    objective = models.ForeignKey("goals.Objective", on_delete=models.PROTECT, null=True, related_name="revisions")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            _of_one("revision_of_one"),
            models.UniqueConstraint(fields=["organization", "goal", "version"], name="revision_of_goal"),
            models.UniqueConstraint(fields=["organization", "objective", "version"], name="revision_of_objective"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="unchanged", operation=pgtrigger.Update, condition=pgtrigger.Condition(CHANGED)),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id or self.objective_id} v{self.version}"


class RevisionNotice(Walled):
    """Somebody who is told of a revision: the owner, and owners of goals aligned to it; and when they said they know."""

    revision = models.ForeignKey("goals.Revision", on_delete=models.PROTECT, related_name="notices")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    is_owner = models.BooleanField(default=False)  # of the revised goal: is asked to acknowledge
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "revision", "person"], name="revisionnotice_once")
        ]
        indexes = [
            models.Index(
                fields=["organization", "person"], name="revisionnotice_open", condition=Q(acknowledged_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.person_id}"


class ChangeRequest(Walled):
    """What the owner asks to be changed; the manager approves it, which revises the goal, or refuses it."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    goal = models.ForeignKey("goals.Goal", on_delete=models.CASCADE, related_name="requests")
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(editable=False)
    wanted = models.JSONField(default=dict)  # the fields to change, as texts, as in a revision
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "goal"],
                name="changerequest_open",
                condition=Q(state="open"),
                violation_error_message=_("A request for this goal waits for an answer already."),
            ),
            models.CheckConstraint(
                name="changerequest_decided", condition=Q(state="open") ^ Q(decided_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["organization", "state"], name="changerequest_state")]

    def __str__(self) -> str:
        return f"{self.goal_id}: {self.state}"


class HelpOffer(Walled):
    """Somebody offers to help with a goal; its owner accepts or declines."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    goal = models.ForeignKey("goals.Goal", on_delete=models.CASCADE, related_name="help_offers")
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(editable=False)
    note = models.CharField(_("how you can help"), max_length=500)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OFFERED)
    answered_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "goal", "by"],
                name="helpoffer_once",
                violation_error_message=_("You have offered to help with this goal already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.goal_id}: {self.by_id}"
