from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled


class MoveSheet(Walled):
    """Joiners, movers and leavers entered together: nothing holds until it is applied, and it is undone as a whole."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPLIED = "applied", _("applied")
        UNDONE = "undone", _("undone")

    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)  # grows with every saving, so that two people notice each other
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    changes = models.JSONField(default=list)  # rows written by applying: table, id, before, after

    class Meta:
        indexes = [models.Index(fields=["organization", "created_at"], name="movesheet_created")]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class Move(Walled):
    """One line of a sheet as it was typed. Once applied, people are references: their names live in one table only."""

    class What(models.TextChoices):
        JOINS = "joins", _("joins")
        MOVES = "moves", _("moves")
        LEAVES = "leaves", _("leaves")

    sheet = models.ForeignKey("people.MoveSheet", on_delete=models.CASCADE, related_name="moves")
    number = models.PositiveIntegerField()
    person_text = models.CharField(max_length=300, blank=True, default="")
    what_text = models.CharField(max_length=60, blank=True, default="")
    on_text = models.CharField(max_length=60, blank=True, default="")
    team_text = models.CharField(max_length=200, blank=True, default="")
    role_text = models.CharField(max_length=60, blank=True, default="")
    manager_text = models.CharField(max_length=300, blank=True, default="")
    heir_text = models.CharField(max_length=300, blank=True, default="")
    rule_text = models.CharField(max_length=100, blank=True, default="", db_default="")
    note = models.CharField(max_length=500, blank=True, default="")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    manager = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    heir = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    on = models.DateField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    handed_ids = models.JSONField(default=list)  # deals that went to the heir

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "sheet", "number"], name="move_number")]
        indexes = [
            models.Index(
                fields=["organization", "on"],
                name="move_due",
                condition=models.Q(handed_over_at=None, heir__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}.{self.number}"
