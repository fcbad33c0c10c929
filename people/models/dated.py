"""Rows that hold for a half-open range of days."""

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

BEGINNING = date(1, 1, 1)
FOREVER = date(9999, 12, 31)


class DaysOf(Func):
    """`daterange(starts_on, ends_before)`, for exclusion constraints only: no index behind the wall can use it."""

    function = "daterange"
    output_field = DateRangeField()


class DatedQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> "DatedQuerySet":
        """Rows that hold on the day."""
        return self.filter(starts_on__lte=day, ends_before__gt=day)

    def between(self, starts_on: date, ends_before: date) -> "DatedQuerySet":
        """Rows that hold on at least one day of [starts_on, ends_before)."""
        return self.filter(starts_on__lt=ends_before, ends_before__gt=starts_on)


class Dated(models.Model):
    starts_on = models.DateField(_("from"), default=BEGINNING)
    ends_before = models.DateField(_("until (not included)"), default=FOREVER)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


def ordered_days(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(starts_on__lt=F("ends_before")),
        violation_error_message=_("The end must come after the start."),
    )


def no_overlap(name: str, *fields: str | Func) -> ExclusionConstraint:
    """At most one row per organization and `fields` (or expressions) on any day."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            ("organization", RangeOperators.EQUAL),
            *[(field, RangeOperators.EQUAL) for field in fields],
            (DaysOf("starts_on", "ends_before"), RangeOperators.OVERLAPS),
        ],
        violation_error_message=_("This overlaps another entry for the same days."),
    )
