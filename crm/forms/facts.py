"""Filters of the lists of leads, activities and transactions. Ends of periods are not included."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.forms.deals import day, people
from crm.models import Activity, ActivityType, Lead, Transaction, TransactionType
from crm.selectors.leads import lead_sources
from crm.selectors.searching import facts_containing

NONE = "none"


def sources() -> list[tuple[str, Any]]:
    return [*((name, name) for name in lead_sources()), (NONE, _("without a source"))]


def search() -> dict[str, Any]:
    return {"label": _("Search"), "method": "containing", "widget": forms.TextInput(attrs={"type": "search"})}


class FactFilter(filters.FilterSet):  # type: ignore[misc]
    """The filters of a list of facts that are searched by their words."""

    def containing(self, found: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return facts_containing(found, value.strip()[:100])


class LeadFilter(FactFilter):
    q = filters.CharFilter(**search())
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[("converted", _("became a customer")), ("open", _("not yet a customer"))],
        method="in_state",
        empty_label=_("Any"),
    )
    source = filters.ChoiceFilter(label=_("Lead source"), choices=sources, method="from_source", empty_label=_("Any"))
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=people, empty_label=_("Anyone"))
    created_from = filters.DateFilter("created_on", "gte", **day(_("Created from")))
    created_before = filters.DateFilter("created_on", "lt", **day(_("Created before")))

    class Meta:
        model = Lead
        fields: list[str] = []

    def in_state(self, found: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        return found.filter(is_converted=value == "converted")

    def from_source(self, found: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        return found.filter(lead_source="" if value == NONE else value)


class ActivityFilter(FactFilter):
    q = filters.CharFilter(**search())
    type = filters.ChoiceFilter(label=_("Type"), choices=ActivityType.choices, empty_label=_("Any"))
    person = filters.ModelChoiceFilter(label=_("Person"), queryset=people, empty_label=_("Anyone"))
    deal = filters.NumberFilter("opportunity", widget=forms.HiddenInput(), max_value=2**62, min_value=0)
    occurred_from = filters.DateFilter("occurred_on", "gte", **day(_("From")))
    occurred_before = filters.DateFilter("occurred_on", "lt", **day(_("Before")))

    class Meta:
        model = Activity
        fields: list[str] = []


class TransactionFilter(FactFilter):
    q = filters.CharFilter(**search())
    type = filters.ChoiceFilter(label=_("Type"), choices=TransactionType.choices, empty_label=_("Any"))
    person = filters.ModelChoiceFilter(label=_("Person"), queryset=people, empty_label=_("Anyone"))
    deal = filters.NumberFilter("opportunity", widget=forms.HiddenInput(), max_value=2**62, min_value=0)
    occurred_from = filters.DateFilter("occurred_on", "gte", **day(_("From")))
    occurred_before = filters.DateFilter("occurred_on", "lt", **day(_("Before")))
    amount_from = filters.NumberFilter("converted_amount", "gte", label=_("Amount from"))
    amount_to = filters.NumberFilter("converted_amount", "lte", label=_("Amount to"))

    class Meta:
        model = Transaction
        fields: list[str] = []
