"""What a goal on a metric is limited to: the words somebody writes become values that last, and come back as words."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.models import ActivityType, DealType
from goals.selectors.figures import goal_metrics
from metrics.engine.definitions import Metric, families_of
from metrics.engine.parts import Family
from metrics.selectors.own import OwnDimension, SwitchedOff, is_own, own_dimensions, own_require
from metrics.selectors.parse import QuestionError, own_values, scope_of, trait_values
from metrics.selectors.question import Dimension
from metrics.selectors.sums.traits import dimensions_of
from metrics.words import dimension_words

HOLDERS = (Dimension.PERSON, Dimension.TEAM)


def limiting_dimensions(metric: Metric | None = None, kept: Collection[str] = ()) -> list[tuple[str, str]]:
    """What goals can be limited by: word and label; of one metric, or of any. `kept`: fields that limit one already, so
    that they stay when they are switched off. One query."""
    known = [each for each in Dimension if each not in HOLDERS and (metric is None or each in dimensions_of(metric))]
    own = [
        each
        for name, each in own_dimensions(metric, with_off=True).items()
        if name in kept or not (isinstance(each, OwnDimension) and each.field.is_off)
    ]
    return [(str(each), dimension_words(each)) for each in [*known, *own]]


def filters_resolve(
    metric: Metric, asked: Iterable[tuple[str, str]], kept: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Dimension and value in words as a goal stores them; `kept`: as above. Raises: ValidationError. One query each and
    one more."""
    found: list[dict[str, Any]] = []
    for by, text in asked:
        if by not in dict(limiting_dimensions(metric, kept)):
            _off_refuse(by)
            raise ValidationError(
                {"limit_by": _("%(metric)s cannot be limited by this.") % {"metric": _(metric.label)}}, code="unknown"
            )
        if by in [each["by"] for each in found]:
            raise ValidationError({"limit_by": _("Limit a goal by one value of each kind.")}, code="twice")
        found.append({"by": by, "values": _values(metric, by, text.strip()), "text": text.strip()})
    return sorted(found, key=lambda each: str(each["by"]))


def _off_refuse(by: str) -> None:
    try:
        own_require([by])
    except SwitchedOff as error:
        words = _("“%(name)s” is switched off, so nothing new can be limited by it.") % {"name": error.name}
        raise ValidationError({"limit_by": ValidationError(words, code="switched_off")}) from error


def _values(metric: Metric, by: str, text: str) -> list[Any]:
    refused = ValidationError({"limit_value": _("Nothing is called “%(text)s”.") % {"text": text}}, code="unknown")
    if not text or "\x00" in text:
        raise refused
    try:
        if is_own(by):
            return list(own_values(own_dimensions(with_off=True)[by], text))
        if by == Dimension.PRODUCT:
            return list(scope_of([f"product={text}"]).product_ids or ())
        values = list(trait_values(Dimension(by), text))
    except QuestionError as error:
        raise refused from error
    if by == Dimension.TYPE and not set(values) <= _types_of(metric):
        raise refused
    return values


def _types_of(metric: Metric) -> set[str]:
    """A call is a type of activity, a renewal one of deal."""
    types = ActivityType if Family.ACTIVITIES in families_of(metric) else DealType
    return {str(each) for each in types.values}


def filters_words(filters: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What a goal is limited to, as label and text. No query, or one where a custom field limits it."""
    stored = list(filters)
    own = own_dimensions(with_off=True) if any(is_own(each["by"]) for each in stored) else {}
    return [
        (dimension_words(own.get(each["by"]) or Dimension(each["by"])), str(each["text"]))
        for each in stored
        if each["by"] in own or each["by"] in list(Dimension)
    ]


def metric_choices() -> list[tuple[str, str]]:
    """The metrics that a goal can be bound to, by name and label."""
    return [(name, str(_(metric.label))) for name, metric in goal_metrics().items()]
