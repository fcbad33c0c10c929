"""What is due to be recomputed, and how far the numbers are."""

from django.db import models

from people.wall import Walled


class DirtyBucket(Walled):
    """A (person, day) and (product, day) whose facts changed. Written by triggers on the facts, in their transaction.

    Deliberately not unique: a row that a worker is just working off must not swallow the mark of a later change.
    """

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField(null=True)
    product_id = models.BigIntegerField(null=True)
    day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["organization", "id"], name="dirtybucket_order")]

    def __str__(self) -> str:
        return f"{self.person_id}/{self.product_id} {self.day}"


class DataVersion(Walled):
    """One row per organization: locked by the worker that recomputes, counted up when numbers changed."""

    version = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)
    is_rebuild_due = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="dataversion_once")]

    def __str__(self) -> str:
        return str(self.version)
