from django.db import models

from people.wall import Walled


class StoredFile(Walled):
    """A file in the database, behind the wall and inside every backup; its bytes are read chunk by chunk."""

    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True, default="")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    created_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "created_at"], name="storedfile_created")]

    def __str__(self) -> str:
        return self.name


class StoredFileChunk(Walled):
    file = models.ForeignKey("people.StoredFile", on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "file", "number"], name="storedfilechunk_number")
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"
