"""Filters of the deals list by custom fields of deals and of their accounts."""

from collections.abc import Callable
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.forms.deals import DealFilter, day, people
from crm.models import CustomField, Opportunity
from crm.selectors.custom import deals_with_role, deals_with_value, fields_of, texts_of

Type, Entity = CustomField.Type, CustomField.Entity
Method = Callable[[QuerySet[Opportunity], str, Any], QuerySet[Opportunity]]


def custom_filters() -> dict[str, filters.Filter]:
    """Name in the query → filter, for every custom field. One query, and one for each field without listed choices."""
    found: dict[str, filters.Filter] = {}
    for field in fields_of(Entity.OPPORTUNITY, Entity.ACCOUNT):
        name = f"custom_{field.key}" if field.entity == Entity.OPPORTUNITY else f"account_{field.key}"
        found |= _filters_of(field, name)
    return found


def with_own_fields(chosen: DealFilter) -> DealFilter:
    """The same filters and those of the organization's own fields."""
    for name, item in custom_filters().items():
        item.parent, item.model, item.field_name = chosen, Opportunity, name
        chosen.filters[name] = item
    return chosen


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
