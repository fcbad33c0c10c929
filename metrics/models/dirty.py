"""What is due to be recomputed, and how far the numbers are."""

from uuid import uuid4

from django.db import models

from metrics.engine.parts import Family
from people.wall import Walled, WalledFact


class DirtyBucket(WalledFact):
    """A day of a person and of a product whose facts of a family changed. Written by triggers on the facts, in their transaction.

    Deliberately not unique: a row that a worker is just working off must not swallow the mark of a later change.
    NOBODY stands for no owner and no product. Without a day everything is due: a bulk load, or a setting that every
    figure depends on.
    """

    id = models.BigAutoField(primary_key=True)
    family = models.CharField(max_length=20, default=Family.DEALS, db_default=Family.DEALS)
    person_id = models.BigIntegerField(default=0)
    product_id = models.BigIntegerField(default=0)
    day = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "id"], name="dirtybucket_order")]

    def __str__(self) -> str:
        return f"{self.person_id}/{self.product_id} {self.day or 'everything'}"


class DirtyTeam(WalledFact):
    """Somebody whose seat in a team or whose quota changed: what the team adds up to is due. Written by triggers.

    Without a person every team is due. Not unique, for the reason that `DirtyBucket` is not. As long as there is one, what
    teams add up to is read from their people.
    """

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField(default=0)
    team_id = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["organization", "id"], name="dirtyteam_order")]

    def __str__(self) -> str:
        return f"{self.person_id}/{self.team_id}"


class DataVersion(Walled):
    """One row per organization: locked by the worker that recomputes, counted up when numbers changed.

    A stamp never comes again. A change of single days stamps their months; any other one is a new `since`, under which no
    month is stamped yet.
    """

    version = models.BigIntegerField(default=0)
    stamp = models.UUIDField(default=uuid4)  # new with every version
    since = models.UUIDField(default=uuid4)
    months = models.JSONField(default=dict)  # the first day of each → stamp
    computed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="dataversion_once")]

    def __str__(self) -> str:
        return str(self.version)
