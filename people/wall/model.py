"""The base of every table that belongs to an organization."""

from django.db import models
from django.utils.deconstruct import deconstructible


@deconstructible
class CurrentOrganization(models.Func):
    """The organization of the transaction as Postgres knows it; unset is an error, never an empty answer."""

    template = "current_setting('app.organization')::bigint"
    arity = 0

    def __init__(self) -> None:
        super().__init__(output_field=models.BigIntegerField())


class Walled(models.Model):
    """A row of one organization. The database fills `organization` in and refuses every other one.

    References between walled tables cannot cross the wall: a foreign key with a constraint becomes a composite one,
    a foreign key with `db_constraint=False` (big fact tables) is looked up by a statement-level trigger (`wall.build`).
    """

    organization = models.ForeignKey(
        "people.Organization",
        on_delete=models.CASCADE,
        db_default=CurrentOrganization(),
        db_constraint=True,
        db_index=False,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True


class WalledFact(Walled):
    """Rows that imports, workers and triggers write by the million: the policy alone checks their organization.

    A foreign key checked row by row cost more than the rest of a rebuild of the rollups.
    """

    organization = models.ForeignKey(
        "people.Organization",
        on_delete=models.CASCADE,
        db_default=CurrentOrganization(),
        db_constraint=False,
        db_index=False,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True
