"""Filters of the deals list."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from crm.models import Account, DealType, Opportunity, Outcome, Pipeline, Product, Stage
from crm.selectors.custom import deals_without
from crm.selectors.deals import ODDITIES, WITHOUT, deals_neglected, deals_of_team
from crm.selectors.searching import facts_containing
from people.models import Person, Team
from people.policies import persons, teams
from people.stretches import stretches_below
from people.viewer import Viewer

DECIDED = "decided"

ODDITY_WORDS = {
    "no_amount": _("Won without an amount"),
    "zero_amount": _("Won at zero"),
    "no_exchange_rate": _("No exchange rate"),
    "no_close_date": _("Decided without a close date"),
    "close_before_start": _("Closes before it starts"),
    "no_owner": _("Without an owner"),
    "open_owner_left": _("Open, and the owner has left"),
    "open_no_amount": _("Open without an amount"),
    "open_no_close_date": _("Open without an expected close date"),
    "no_start": _("Without a start date"),
    "no_account": _("Without an account"),
}


def people(request: Any) -> QuerySet[Person]:
    """Those in sight today, and whoever had deals below the viewer at another time."""
    viewer: Viewer = request.viewer
    found = persons.visible(viewer, "view_numbers")
    if viewer.open_team_ids and not viewer.sees_everyone:
        before = {person for person, _since, _until in stretches_below(viewer.open_team_ids)}
        found = Person.objects.filter(Q(pk__in=before) | Q(pk__in=found.values("pk")))
    return found.order_by("name")


def visible_teams(request: Any) -> QuerySet[Team]:
    return teams.visible(request.viewer, "view_numbers").order_by("name")


def day(label: Any) -> dict[str, Any]:
    return {
        "label": label,
        "widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        "input_formats": ["%Y-%m-%d"],
    }


class StageField(ModelChoiceField):  # type: ignore[misc]
    def label_from_instance(self, obj: Stage) -> str:
        """Pipelines have stages of the same names: other ones than the default name theirs."""
        return obj.name if obj.pipeline.is_default else f"{obj.name} ({obj.pipeline.name})"


class StageFilter(filters.ModelChoiceFilter):  # type: ignore[misc]
    field_class = StageField


def stages_in_order(request: Any) -> QuerySet[Stage]:
    return Stage.objects.select_related("pipeline").order_by("-pipeline__is_default", "pipeline__name", "position")


class DealFilter(filters.FilterSet):  # type: ignore[misc]
    """`closes_before` is not included, like every end of a period."""

    q = filters.CharFilter(label=_("Search"), method="containing", widget=forms.TextInput(attrs={"type": "search"}))
    outcome = filters.ChoiceFilter(
        label=_("Outcome"),
        choices=[*Outcome.choices, (DECIDED, _("won or lost"))],
        method="with_outcome",
        empty_label=_("Any"),
    )
    stage = StageFilter(label=_("Stage"), queryset=stages_in_order, empty_label=_("Any"))
    pipeline = filters.ModelChoiceFilter(
        "stage__pipeline",
        label=_("Pipeline"),
        queryset=lambda request: Pipeline.objects.order_by("-is_default", "name"),
        empty_label=_("Any"),
    )
    type = filters.ChoiceFilter("deal_type", label=_("Type"), choices=DealType.choices, empty_label=_("Any"))
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=people, empty_label=_("Anyone"))
    team = filters.ModelChoiceFilter(label=_("Team"), queryset=visible_teams, method="in_team", empty_label=_("Any"))
    product = filters.ModelChoiceFilter(
        label=_("Product"), queryset=lambda request: Product.objects.order_by("name"), empty_label=_("Any")
    )
    account = filters.ModelChoiceFilter(
        queryset=lambda request: Account.objects.all(), widget=forms.HiddenInput(), label=_("Account")
    )
    region = filters.CharFilter("account__region", widget=forms.HiddenInput(), label=_("Region"))
    industry = filters.CharFilter("account__industry", widget=forms.HiddenInput(), label=_("Industry"))
    source = filters.CharFilter("lead_source", widget=forms.HiddenInput(), label=_("Lead source"))
    loss_reason = filters.CharFilter("loss_reason", widget=forms.HiddenInput(), label=_("Loss reason"))
    without = filters.CharFilter(method="lacking", widget=forms.HiddenInput())
    neglect = filters.ChoiceFilter(
        label=_("Looked after"),
        choices=[
            ("no_next_step", _("Open without a next step")),
            ("stale", _("Open, nothing done for 30 days")),
        ],
        method="neglected",
        empty_label=_("Any"),
    )
    closes_from = filters.DateFilter("closed_on", "gte", **day(_("Closes from")))
    closes_before = filters.DateFilter("closed_on", "lt", **day(_("Closes before")))
    created_from = filters.DateFilter("created_on", "gte", widget=forms.HiddenInput())
    created_before = filters.DateFilter("created_on", "lt", widget=forms.HiddenInput())
    amount_from = filters.NumberFilter("converted_amount", "gte", label=_("Amount from"))
    amount_to = filters.NumberFilter("converted_amount", "lte", label=_("Amount to"))
    oddity = filters.ChoiceFilter(
        label=_("Data health"), choices=list(ODDITY_WORDS.items()), method="odd", empty_label=_("All deals")
    )

    class Meta:
        model = Opportunity
        fields: list[str] = []

    def containing(self, found: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        return facts_containing(found, value.strip()[:100])

    def with_outcome(self, found: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        return found.filter(outcome__in=[Outcome.WON, Outcome.LOST] if value == DECIDED else [value])

    def in_team(self, found: QuerySet[Opportunity], name: str, value: Team) -> QuerySet[Opportunity]:
        viewer: Viewer = self.request.viewer
        by_creation = bool(self.data.get("created_from") or self.data.get("created_before"))
        return deals_of_team(found, value.pk, viewer.on, by_creation=by_creation)

    def lacking(self, found: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        """Deals without an owner, a product, …: names of WITHOUT, separated by commas."""
        for each in value.split(","):
            found = found.filter(WITHOUT[each]) if each in WITHOUT else deals_without(found, each.replace("\0", ""))
        return found

    def neglected(self, found: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        viewer: Viewer = self.request.viewer
        return deals_neglected(found, value, on=viewer.on)

    def odd(self, found: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        return found.filter(ODDITIES[value])
