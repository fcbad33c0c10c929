"""What imports, pushes and their undoing changed about a thing while somebody had its form open (`people.meanwhile`)."""

import json
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.intake.differences import PLUMBING
from crm.kinds.base import KINDS
from crm.kinds.custom import shape_here
from crm.models import Credit, FormerCredit, ImportBatch, ImportChange, Opportunity, Pipeline, Stage
from crm.selectors.differences import Difference, differences_told
from crm.selectors.later import RUN
from people import formats
from people.meanwhile import Witnessed, witness
from people.models import AuditEntry, Person, Seat, SeatHolding, Team, TeamPlacement

MOST_FIELDS = 4  # of one row that are told
UNDO = "import_undo"
Rows = dict[str, set[int]]

DIFFERENCES = """
SELECT c.batch_id, jsonb_agg(jsonb_build_array(b.key, b.value, to_jsonb(o) ->> b.key) ORDER BY b.key)
FROM crm_importchange c JOIN {table} o ON o.id = c.object_id, jsonb_each_text(c.before) b
WHERE c.batch_id = ANY(%s) AND c."table" = %s AND c.object_id = ANY(%s)
    AND b.value IS DISTINCT FROM to_jsonb(o) ->> b.key GROUP BY 1
"""


def imports_since(subject: models.Model, seen: int) -> list[Witnessed]:
    """Imports that wrote a thing, or were taken back from it, after an entry of the audit log. Four queries at most."""
    entries = AuditEntry.objects.filter(pk__gt=seen, subject="importbatch", action__in=(*RUN, UNDO)).select_related(
        "actor"
    )
    found = {entry.pk: entry for entry in entries}
    if not found:
        return []
    batches = ImportBatch.objects.in_bulk({entry.subject_id for entry in found.values() if entry.subject_id})
    rows = _rows_of(subject)
    ran = [entry.subject_id for entry in found.values() if entry.action != UNDO]
    told = _differences(ran, rows)
    return [
        Witnessed(pk, entry.at, entry.actor, _words(entry, batches.get(entry.subject_id or 0), told))
        for pk, entry in found.items()
        if (_was_undone(subject, entry) if entry.action == UNDO else entry.subject_id in told)
    ]


def _words(entry: AuditEntry, batch: ImportBatch | None, told: dict[int, list[Difference]]) -> str:
    name = batch.file_name if batch is not None else ""
    if entry.action == UNDO:
        return _("import %(number)d (%(file)s) taken back") % {"number": entry.subject_id, "file": name}
    words = _("import %(number)d (%(file)s)") % {"number": entry.subject_id, "file": name}
    fields = [
        f"{change.label} {_shown(change.before)} → {_shown(change.after)}"
        for change in told.get(entry.subject_id or 0, ())[:MOST_FIELDS]
    ]
    return f"{words}, {', '.join(fields)}" if fields else words


def _shown(value: Any) -> str:
    return formats.UNDEFINED if value is None else formats.plain(value)


def _rows_of(subject: models.Model) -> Rows:
    """Which rows belong to it, by table. One query at most, of a team three."""
    rows: Rows = {subject._meta.db_table: {subject.pk}}
    if isinstance(subject, Opportunity):
        rows["credit_of_deal"] = {subject.pk}
    elif isinstance(subject, Pipeline):
        rows["crm_stage"] = _ids(Stage.objects.filter(pipeline=subject))
    elif isinstance(subject, Person):
        rows["people_seatholding"] = _ids(SeatHolding.objects.filter(person=subject))
    elif isinstance(subject, Team):
        rows["people_teamplacement"] = _ids(TeamPlacement.objects.filter(team=subject))
        rows["people_seat"] = _ids(Seat.objects.filter(team=subject))
        rows["people_seatholding"] = _ids(SeatHolding.objects.filter(seat__team=subject))
    return rows


def _ids(rows: models.QuerySet[Any]) -> set[int]:
    return set(rows.values_list("pk", flat=True))


def _differences(batch_ids: Sequence[int | None], rows: Rows) -> dict[int, list[Difference]]:
    """Batch → what it changed about the rows: fields of what was there; nothing for what it made or put beside it."""
    wanted = Q(pk__in=[])
    for table, ids in rows.items():
        wanted |= Q(table=table, object_id__in=ids)
    touched = ImportChange.objects.filter(wanted, batch__in=[key for key in batch_ids if key])
    tables: dict[str, set[int]] = {}
    found: dict[int, list[Difference]] = {}
    for batch_id, table in touched.values_list("batch_id", "table").distinct():
        tables.setdefault(table, set()).add(batch_id)
        found[batch_id] = []
    for table, ids in tables.items():
        if table != "credit_of_deal":
            for batch_id, changes in _changes(table, sorted(ids), sorted(rows[table])):
                found[batch_id] += changes
    return found


def _changes(table: str, batch_ids: list[int], ids: list[int]) -> list[tuple[int, list[Difference]]]:
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES.format(table=table), [batch_ids, table, ids])
        found = [(batch_id, _plain_columns(table, json.loads(changes))) for batch_id, changes in cursor.fetchall()]
    kinds = [kind for kind in KINDS.values() if kind.table == table]
    labels = {field.name: str(field.label or field.name) for kind in kinds for field in shape_here(kind).fields}
    told = differences_told(table, labels, [changes for _batch, changes in found])
    return [(batch_id, each) for (batch_id, _changes), each in zip(found, told, strict=True)]


def _plain_columns(table: str, changes: Any) -> list[Any]:
    """What somebody would miss: not which line of which file it was, or what follows from other columns."""
    columns = {
        str(field.column)
        for model in apps.get_models()
        if model._meta.db_table == table
        for field in model._meta.local_concrete_fields
    }
    return [change for change in changes if change[0] in columns and change[0] not in PLUMBING]


def _was_undone(subject: models.Model, entry: AuditEntry) -> bool:
    """Whether the history of a thing has something at that time; the changes of an undone import are not kept."""
    if isinstance(subject, Opportunity):
        given = Credit.objects.filter(opportunity=subject, recorded_at__gte=entry.at)
        former = FormerCredit.objects.filter(opportunity=subject, replaced_at__gte=entry.at)
        return given.exists() or former.exists()
    try:
        events: Any = apps.get_model(subject._meta.app_label, f"{subject._meta.object_name}Event")
    except LookupError:
        return False
    return bool(events.objects.filter(pgh_obj=subject.pk, pgh_created_at__gte=entry.at).exists())


def register() -> None:
    """Called once, when the app is ready."""
    witness(imports_since)
