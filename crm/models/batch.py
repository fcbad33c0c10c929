"""An import from upload to undo. Raw rows and the state before every change are kept, so nothing is lost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.wall import Walled, WalledFact


class ImportBatch(Walled):
    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")  # columns to be mapped
        CHECKED = "checked", _("checked")  # preview made, waits for a person
        RUNNING = "running", _("running")
        APPLIED = "applied", _("applied")
        FAILED = "failed", _("not applied")
        UNDONE = "undone", _("undone")

    kind = models.CharField(_("what it holds"), max_length=40, blank=True, default="")
    source = models.CharField(_("source"), max_length=100)
    file = models.ForeignKey("people.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(_("file"), max_length=255)
    columns = models.JSONField(default=list)  # the file's column names, in its order
    mapping = models.JSONField(default=dict)
    upload_key = models.CharField(max_length=140, null=True)  # form and content, so that a double click uploads once
    is_all_or_nothing = models.BooleanField(_("all rows or none"), default=False)
    is_snapshot = models.BooleanField(_("the file holds everything: what is missing is gone"), default=False)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    job = models.ForeignKey("people.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    received = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "created_at"], name="importbatch_created")]
        constraints = [models.UniqueConstraint(fields=["organization", "upload_key"], name="importbatch_upload")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.kind})"


class ImportRow(WalledFact):
    """One line of a file as it came, and what became of it."""

    class Result(models.TextChoices):
        CREATED = "created", _("created")
        UPDATED = "updated", _("updated")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")
        REMOVED = "removed", _("removed")

    batch = models.ForeignKey(
        "crm.ImportBatch", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="rows"
    )
    number = models.PositiveIntegerField()  # line in the file; 0: what is gone because the file does not have it
    raw = models.JSONField()  # list of texts, in the order of the batch's columns
    result = models.CharField(max_length=10, choices=Result)
    reason = models.TextField(blank=True, default="")
    changes = models.JSONField(null=True)  # [[column, before, after], …] of a changed row; texts

    class Meta:
        indexes = [models.Index(fields=["organization", "batch", "number"], name="importrow_number")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"


class ImportIssue(Walled):
    """Something to know about a batch; about a value once per distinct value, with the first row and a count."""

    class Level(models.TextChoices):
        ERROR = "error", _("error")
        WARNING = "warning", _("warning")
        INFO = "info", _("note")

    batch = models.ForeignKey("crm.ImportBatch", on_delete=models.CASCADE, related_name="issues")
    level = models.CharField(max_length=8, choices=Level)
    code = models.CharField(max_length=60)
    row = models.PositiveIntegerField(null=True)
    field = models.CharField(max_length=60, blank=True, default="")
    value = models.TextField(blank=True, default="")
    message = models.TextField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["organization", "batch"], name="importissue_batch")]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class ImportChange(WalledFact):
    """The state of a fact before a batch changed it (empty: the batch created it); what undo reads."""

    batch = models.ForeignKey(
        "crm.ImportBatch", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="changes"
    )
    table = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    before = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "batch", "table"], name="importchange_batch"),
            models.Index(fields=["organization", "table", "object_id"], name="importchange_object"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.table} {self.object_id}"


class ImportMapping(Walled):
    """What somebody last chose for files of this kind from this source."""

    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=100)
    mapping = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "kind", "source"], name="importmapping_source")]

    def __str__(self) -> str:
        return f"{self.source}/{self.kind}"
