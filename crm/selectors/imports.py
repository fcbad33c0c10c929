"""Imports as pages and commands read them."""

from collections.abc import Collection
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, When
from django.http import Http404

from crm.models import ImportBatch, ImportIssue, ImportMapping, ImportRow
from crm.policies import imports
from people.viewer import Viewer

MOST_TOLD = 50  # issues that a page shows


def mapping_remembered(*, kind: str, source: str, columns: Collection[str]) -> dict[str, Any] | None:
    """What somebody last chose for this kind from this source, if a file with these columns fits. One query."""
    mapping = ImportMapping.objects.filter(kind=kind, source=source).values_list("mapping", flat=True).first()
    if mapping is None or not {name for name in mapping.get("columns", {}).values() if name} <= set(columns):
        return None
    return dict(mapping)


def import_list() -> QuerySet[ImportBatch]:
    """Imports, newest first."""
    return ImportBatch.objects.select_related("created_by", "job").order_by("-pk")


def access_import(viewer: Viewer, batch_id: int) -> ImportBatch:
    """The import. Raises: PermissionDenied, Http404. One query."""
    imports.require(viewer, "view")
    batch = ImportBatch.objects.select_related("created_by", "job", "file").filter(pk=batch_id).first()
    if batch is None:
        raise Http404
    return batch


def import_issues(batch: ImportBatch) -> list[ImportIssue]:
    """What was found in the file, errors first, then the most frequent ones. One query."""
    order = Case(When(level="error", then=0), When(level="warning", then=1), default=2, output_field=IntegerField())
    return list(batch.issues.order_by(order, "-count", "row", "pk")[:MOST_TOLD])


def import_rows(batch: ImportBatch, result: str = "") -> QuerySet[ImportRow]:
    """Lines of a batch as they came."""
    rows = ImportRow.objects.filter(batch=batch).order_by("number")
    return rows.filter(result=result) if result else rows


def rows_kept(batch: ImportBatch) -> int:
    """How many lines are kept; of a preview the first ones of each result. One query."""
    return ImportRow.objects.filter(batch=batch).count()


def sources_known() -> list[str]:
    """Names of sources in use. One query."""
    names = ImportBatch.objects.order_by("source").values_list("source", flat=True).distinct()[:50]
    return list(names)
