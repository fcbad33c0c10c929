"""Accounts, products and pipelines as lists: everybody in the organization reads them; exchange rates, whose keepers do."""

from django.db.models import Prefetch, QuerySet

from crm.models import Account, CustomField, ExchangeRate, Pipeline, Product, Stage
from crm.policies import rates
from people.viewer import Viewer


def accounts_named(viewer: Viewer) -> QuerySet[Account]:
    """Accounts with what sources call them. Two queries when read."""
    return Account.objects.prefetch_related("keys")


def products_named(viewer: Viewer) -> QuerySet[Product]:
    """Products with what sources call them. Two queries when read."""
    return Product.objects.prefetch_related("keys")


def pipelines_ordered(viewer: Viewer) -> QuerySet[Pipeline]:
    """Pipelines with their stages in order. Two queries when read."""
    return Pipeline.objects.prefetch_related(Prefetch("stages", Stage.objects.order_by("position", "pk")))


def own_fields_named(viewer: Viewer) -> QuerySet[CustomField]:
    """The organization's own fields: whoever reads facts reads what they are called. One query when read."""
    return CustomField.objects.all()


def rates_seen(viewer: Viewer) -> QuerySet[ExchangeRate]:
    """Exchange rates. Raises: PermissionDenied. One query when read."""
    rates.require(viewer, "view")
    return ExchangeRate.objects.all()
