from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """A tenant. Outside the wall: it is read before anyone is signed in, and holds settings only."""

    class CycleStart(models.TextChoices):
        ENGAGED = "engaged", _("the day a deal was engaged (or created, where that is missing)")
        CREATED = "created", _("the day a deal was created (or engaged, where that is missing)")

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    locale = models.CharField(_("language"), max_length=16, default="en")
    week_start = models.PositiveSmallIntegerField(
        _("first day of the week"),
        default=1,
        choices=[(1, _("Monday")), (6, _("Saturday")), (7, _("Sunday"))],
    )
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    cycle_start = models.CharField(
        _("sales cycle counts from"), max_length=8, choices=CycleStart, default=CycleStart.ENGAGED
    )
    second_factor_roles = ArrayField(
        models.CharField(max_length=16), verbose_name=_("second factor required for"), default=list, blank=True
    )
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
