"""Accounts, products and pipelines as lists: everybody in the organization reads them."""

from django.db.models import Prefetch, QuerySet

from crm.models import Account, Pipeline, Product, Stage
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
