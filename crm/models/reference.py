"""References of big fact tables: to what a source named, as far as it is known."""

from typing import Any

from django.db import models
from django.db.models import Q


def loose(to: str, related_name: str = "+", **options: Any) -> "models.ForeignKey[Any, Any]":
    """A reference without a constraint of its own: the wall's trigger looks the row up."""
    return models.ForeignKey(
        to,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name=related_name,
        **options,
    )


def unresolved(table: str, name: str) -> models.Index:
    """Rows whose source names somebody or something that is not known yet."""
    return models.Index(
        fields=["organization", f"{name}_text"],
        name=f"{table}_no_{name}",
        condition=Q(**{f"{name}__isnull": True}) & ~Q(**{f"{name}_text": ""}),
    )
