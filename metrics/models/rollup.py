"""Additive parts of every metric per day, so that any period and any team is a sum. Derived: never edited by hand."""

from django.db import models

from people.wall import WalledFact

NOBODY = 0  # the key of deals without an owner, a product, …: a primary key holds no NULL


def count() -> "models.IntegerField[int, int]":
    return models.IntegerField(default=0)


def amount() -> "models.DecimalField[object, object]":
    return models.DecimalField(max_digits=38, decimal_places=12, default=0)  # amount × share, not rounded


class Parts(models.Model):
    """The parts. Decided deals count on their close day, created ones on their creation day, open ones on the day
    they are due (`crm.NO_DUE_DAY` where none is given). Amounts are in the organization's currency."""

    won_count = count()
    won_amount = amount()
    won_amount_count = count()  # won deals that have an amount
    owned_amount = amount()  # won deals at their whole amount, at the owner
    overlay_amount = amount()  # shares beside the whole
    lost_count = count()
    lost_amount = amount()
    lost_amount_count = count()
    cycle_days = models.BigIntegerField(default=0)  # of won deals whose start is known and not after the close
    cycle_count = count()
    created_count = count()
    created_amount = amount()
    created_amount_count = count()
    open_count = count()
    open_amount = amount()
    open_amount_count = count()
    weighted_amount: "models.DecimalField[object, object]" = models.DecimalField(
        max_digits=38, decimal_places=16, default=0
    )  # amount (6 places) × share (6 places) × probability (4 places), not rounded
    weighted_count = count()  # open deals that have an amount and a probability

    class Meta:
        abstract = True


class DailyRollup(WalledFact, Parts):
    """One row per owner and day."""

    pk = models.CompositePrimaryKey("organization", "person_id", "day")
    person_id = models.BigIntegerField()  # NOBODY: deals without an owner (the house)
    day = models.DateField()

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "person_id"],
                include=["open_count", "open_amount", "open_amount_count", "weighted_amount", "weighted_count"],
                condition=models.Q(open_count__gt=0) | ~models.Q(open_amount=0),
                name="rollup_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


class DailyBreakdown(WalledFact, Parts):
    """One row per value of a dimension and day, without the person: company-wide breakdowns and totals."""

    class Dimension(models.TextChoices):
        PRODUCT = "product"

    pk = models.CompositePrimaryKey("organization", "dimension", "value_id", "day")
    dimension = models.CharField(max_length=20, choices=Dimension)
    value_id = models.BigIntegerField()  # NOBODY: deals without a value
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.dimension} {self.value_id} {self.day}"


class TeamRollup(WalledFact):
    """One row per team and day: what those who sat in it added up to, by the seats of that day, teams below not included.

    Overlay stands outside the totals of teams. `attained_…` are the credits of people who had a quota on the day.
    """

    pk = models.CompositePrimaryKey("organization", "team_id", "day")
    team_id = models.BigIntegerField()
    day = models.DateField()
    won_count = count()
    won_amount = amount()
    won_amount_count = count()
    owned_amount = amount()
    overlay_amount = amount()
    lost_count = count()
    lost_amount = amount()
    lost_amount_count = count()
    cycle_days: "models.BigIntegerField[int, int]" = models.BigIntegerField(default=0)
    cycle_count = count()
    created_count = count()
    created_amount = amount()
    created_amount_count = count()
    attained_amount = amount()
    attained_count = count()

    def __str__(self) -> str:
        return f"{self.team_id} {self.day}"
