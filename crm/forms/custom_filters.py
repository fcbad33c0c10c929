"""Filters of the deals list by custom fields of deals and of their accounts."""

from collections.abc import Callable, Mapping
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.forms.deals import DealFilter, day, people
from crm.models import CustomField, Opportunity
from crm.selectors.custom import deals_with_role, deals_with_value, fields_of, texts_of

Type, Entity = CustomField.Type, CustomField.Entity
OFF = "switched_off"  # code of an error
ENDS = ("from", "before", "to")
Method = Callable[[QuerySet[Opportunity], str, Any], QuerySet[Opportunity]]


def custom_filters() -> dict[str, filters.Filter]:
    """Name in the query → filter, for every custom field. One query, and one for each field without listed choices."""
    found: dict[str, filters.Filter] = {}
    off: dict[str, CustomField] = {}
    for field in fields_of(Entity.OPPORTUNITY, Entity.ACCOUNT, with_off=True):
        name = f"custom_{field.key}" if field.entity == Entity.OPPORTUNITY else f"account_{field.key}"
        if field.is_off:
            off[name] = field
            found |= {each: _off_filter(field) for each in (name, *(f"{name}_{end}" for end in ENDS))}
        else:
            found |= _filters_of(field, name)
    return found | ({"without": _without_filter(off)} if off else {})


def with_own_fields(chosen: DealFilter) -> DealFilter:
    """The same filters and those of the organization's own fields; one that is switched off refuses to filter."""
    for name, item in custom_filters().items():
        item.parent, item.model = chosen, Opportunity
        item.field_name = item.field_name or name
        chosen.filters[name] = item
    return chosen


def off_words(chosen: DealFilter) -> list[str]:
    """What is said about fields that are switched off and asked for."""
    found = [each for those in chosen.form.errors.as_data().values() for each in those if each.code == OFF]
    return list(dict.fromkeys(message for each in found for message in each.messages))


class OffField(forms.CharField):
    """Takes no value: the field of that name is switched off."""

    def __init__(self, *, own: CustomField, **options: Any) -> None:
        super().__init__(**options)
        self.own = own

    def clean(self, value: Any) -> str:
        if value:
            raise off_error(self.own)
        return ""


class OffFilter(filters.Filter):  # type: ignore[misc]
    field_class = OffField


def off_error(field: CustomField) -> ValidationError:
    words = _(
        "“%(name)s” is switched off, so nothing can be filtered by it. Clear the filters, or have it switched on."
    )
    return ValidationError(words % {"name": field.name}, code=OFF)


def _off_filter(field: CustomField) -> filters.Filter:
    return OffFilter(own=field, label=field.name, widget=forms.HiddenInput())


def _without_filter(off: Mapping[str, CustomField]) -> filters.Filter:
    def check(value: str) -> None:
        for name in value.split(","):
            if name in off:
                raise off_error(off[name])

    return filters.CharFilter("without", method="lacking", widget=forms.HiddenInput(), validators=[check])


def _filters_of(field: CustomField, name: str) -> dict[str, filters.Filter]:
    from_, before = _("%(name)s from") % {"name": field.name}, _("%(name)s before") % {"name": field.name}
    if field.type in (Type.CHOICE, Type.FLAG, Type.TEXT):
        choices: list[tuple[str, Any]] = [("yes", _("Yes")), ("no", _("No"))]
        if field.type != Type.FLAG:
            choices = [(text, text) for text in texts_of(field)]
        return {
            name: filters.ChoiceFilter(
                label=field.name, choices=choices, empty_label=_("Any"), method=_by(field, lambda value: Q(text=value))
            )
        }
    if field.type == Type.PERSON:
        return {
            name: filters.ModelChoiceFilter(
                label=field.name,
                queryset=people,
                empty_label=_("Anyone"),
                method=lambda deals, _name, person: deals_with_role(deals, field, person.pk),
            )
        }
    if field.type == Type.DATE:
        return {
            f"{name}_from": filters.DateFilter(**day(from_), method=_by(field, lambda value: Q(day__gte=value))),
            f"{name}_before": filters.DateFilter(**day(before), method=_by(field, lambda value: Q(day__lt=value))),
        }
    to = _("%(name)s to") % {"name": field.name}
    column = "converted_number" if field.type == Type.MONEY else "number"
    return {
        f"{name}_from": filters.NumberFilter(
            label=from_, method=_by(field, lambda value: Q(**{f"{column}__gte": value}))
        ),
        f"{name}_to": filters.NumberFilter(label=to, method=_by(field, lambda value: Q(**{f"{column}__lte": value}))),
    }


def _by(field: CustomField, condition: Callable[[Any], Q]) -> Method:
    return lambda deals, _name, value: deals_with_value(deals, field, condition(value))
