"""What deals, quotas, imports and the like are called in the audit log."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from django.db import models
from django.urls import reverse

from crm.models import (
    Account,
    CustomField,
    ExchangeRate,
    ImportBatch,
    Opportunity,
    Pipeline,
    Product,
    Quota,
    Stage,
    Territory,
)
from people import formats
from people.naming import Named, names_subjects

SHOWN: dict[type[models.Model], str] = {
    Opportunity: "crm:deal_detail",
    ImportBatch: "crm:import_detail",
    Territory: "crm:territory_detail",
}
ALL: tuple[type[models.Model], ...] = (*SHOWN, Account, CustomField, ExchangeRate, Pipeline, Product, Stage)


def quotas_named(ids: Collection[int]) -> Named:
    rows = Quota.objects.select_related("person", "team").filter(pk__in=ids)
    return {row.pk: (quota_words(row), reverse("crm:quota_detail", args=[row.pk])) for row in rows}


def quota_words(row: Quota) -> str:
    """Ann, 1 April 2026 – 30 June 2026."""
    holder = row.person or row.team or row.person_text or row.team_text
    return f"{holder}, {formats.day(row.starts_on)} – {formats.day(row.ends_before - timedelta(1))}"


def _by_their_words(model: type[models.Model]) -> Callable[[Collection[int]], Named]:
    page = SHOWN.get(model, "")

    def named(ids: Collection[int]) -> Named:
        rows: Any = model._default_manager.filter(pk__in=ids)
        return {row.pk: (_name(row), reverse(page, args=[row.pk]) if page else "") for row in rows}

    return named


def _name(row: models.Model) -> str:
    return row.file_name if isinstance(row, ImportBatch) else str(row)


def register() -> None:
    """Called once, when the app is ready."""
    names_subjects("quota", quotas_named)
    for model in ALL:
        names_subjects(str(model._meta.model_name), _by_their_words(model))
