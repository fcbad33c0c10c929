"""What facts have beside their columns, for whoever reads many at once: own fields, people in roles, credits."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from crm.models import Account, Credit, CustomValue, Lead, Opportunity
from crm.selectors.custom import roles_on

OWN = Prefetch(
    "custom_values",
    CustomValue.objects.filter(field__is_off=False).select_related("field").order_by("field__name", "pk"),
)
ROLES = Prefetch("roles", roles_on().select_related("person").order_by("role", "starts_on", "pk"))
CREDITS = Prefetch("credits", Credit.objects.select_related("person").order_by("kind", "role", "pk"))
DEALS = (OWN, ROLES, CREDITS)


def deals_deep(found: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Deals with their pipeline, own fields, roles and credits. Three queries more when read."""
    related = ("owner", "account", "product", "stage__pipeline")
    return found.select_related(*related).prefetch_related(*DEALS)


def deals_deepen(deals: Iterable[Opportunity]) -> list[Opportunity]:
    """The same for deals at hand. Three queries."""
    rows = list(deals)
    prefetch_related_objects(rows, *DEALS)
    return rows


def facts_with_fields(found: QuerySet[Any]) -> QuerySet[Any]:
    """Leads or accounts with their own fields. One query more when read."""
    assert found.model in (Lead, Account)
    return found.prefetch_related(OWN)
