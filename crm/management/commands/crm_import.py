import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from celery import current_app
from django.core.management.base import CommandError
from django.utils import timezone

from crm.engine.mapping import FileMapping, header_line, mapping_of
from crm.engine.problem import Unreadable
from crm.intake.reading import table_open
from crm.intake.wording import file_sentence
from crm.kinds.base import KINDS, Kind, kind_of, shapes
from crm.kinds.custom import remembered_fit, shape_here
from crm.models import ImportBatch
from crm.selectors.differences import differences_told
from crm.selectors.imports import mapping_remembered
from crm.services.applying import Outcome, Request, dry_run, error_issue, intake_open
from crm.services.custom_fields import fields_ensure
from crm.services.imports import DEFAULT_SOURCE, import_run, import_upload, mapping_remember, today_of
from people.files import CHUNK
from people.jobs import job_work_here
from people.management.base import TenantCommand, organization_of_slug
from people.models import Organization
from people.wall import tenant

RECOMPUTE = "metrics.recompute"


class Command(TenantCommand):
    help = "Import a CSV or Excel file. Row by row: what is refused is counted and listed, the rest is applied."
    opens_tenant = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", help="the CSV or Excel (.xlsx) file")
        parser.add_argument("--object", required=True, choices=sorted(KINDS), help="what the file holds")
        parser.add_argument("--mapping", metavar="FILE", help="YAML or JSON: columns, constants, values, dates")
        parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook; otherwise the first one")
        parser.add_argument("--header", metavar="LINE", help="the line of the column names, or none")
        parser.add_argument("--source", default=DEFAULT_SOURCE, help="name of the system the file comes from")
        parser.add_argument("--dry-run", action="store_true", help="count and check, write nothing")
        parser.add_argument("--all-or-nothing", action="store_true", help="apply nothing when a row is refused")
        parser.add_argument(
            "--snapshot", action="store_true", help="the file holds everything: what is missing is gone"
        )
        parser.add_argument("--no-wait", action="store_true", help="do not wait for the figures to be recomputed")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = organization_of_slug(options["organization"])
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=2)
        answer, error = self._import(organization, path, options)
        is_json = options["format"] == "json"
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if is_json else self.as_text(answer))
        if error:
            raise CommandError(error)

    def _import(self, organization: Organization, path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], str]:
        try:
            with tenant(organization.pk):
                mapping = _mapping(path, options)
            if options["dry_run"]:
                return _dry_run(organization, path, mapping, options)
        except Unreadable as error:
            issue = error_issue(error)
            return _answer(None, Outcome(issues=[issue]), 0), issue.message
        return _run(organization, path, mapping, options)

    def as_text(self, answer: dict[str, Any]) -> str:
        names = ("received", "created", "updated", "unchanged", "refused", "removed")
        lines = [", ".join(f"{answer[name]} {name}" for name in names)]
        for issue in answer["issues"]:
            place = f"line {issue['row']}: " if issue["row"] else ""
            times = f" ({issue['count']} times)" if issue["count"] > 1 else ""
            lines.append(f"{issue['level']}: {place}{issue['message']}{times}")
        return "\n".join(lines)


def _mapping(path: Path, options: dict[str, Any]) -> FileMapping:
    """The mapping file, or what was remembered for the source if this file has the columns."""
    shape = shape_here(kind_of(options["object"]))
    if not options["mapping"]:
        chosen = _choice(FileMapping(), options)
        columns = table_open(lambda: _chunks(path), shapes(), most_rows=1, chosen=chosen, shape=shape).layout.columns
        remembered = mapping_remembered(kind=shape.kind, source=options["source"], columns=columns)
        return _choice(mapping_of(remembered_fit(remembered, shape), shape), options)
    at = timezone.now()
    try:
        plain = yaml.safe_load(Path(options["mapping"]).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Unreadable("mapping_unreadable", reason=" ".join(str(error).split())) from error
    if not options["dry_run"]:
        plain = fields_ensure(entity=shape.kind, mapping=plain, actor=None, at=at)
    return _choice(mapping_of(plain, shape_here(kind_of(options["object"]))), options)


def _choice(mapping: FileMapping, options: dict[str, Any]) -> FileMapping:
    """What the options say about the file goes before the mapping."""
    if options["sheet"]:
        mapping = replace(mapping, sheet=options["sheet"])
    if options["header"]:
        mapping = replace(mapping, header=header_line(options["header"]))
    return mapping


def _chunks(path: Path) -> Any:
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def _dry_run(
    organization: Organization, path: Path, mapping: FileMapping, options: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    at, kind = timezone.now(), kind_of(options["object"])
    request = Request(
        organization=organization,
        kind=kind,
        source=options["source"],
        chunks=lambda: _chunks(path),
        mapping=mapping,
        at=at,
        on=today_of(organization, at),
        is_all_or_nothing=options["all_or_nothing"],
        is_snapshot=options["snapshot"],
    )
    with intake_open(request, lambda step, done, total: None) as (intake, outcome), tenant(organization.pk):
        changes = _changes(dry_run(intake, outcome, kind), kind)
    return _answer(None, outcome, outcome.removed) | {"changes": changes}, outcome.error


def _changes(found: list[tuple[int, Any]], kind: Kind) -> list[dict[str, Any]]:
    """Line, field, before and after of what a dry run would change."""
    labels = {item.name: item.name for item in shape_here(kind).fields}
    told = differences_told(kind.table, labels, [changes for _row, changes in found])
    rows = [row for row, _changes in found]
    return [{"row": row} | change.to_dict() for row, line in zip(rows, told, strict=True) for change in line]


def _run(
    organization: Organization, path: Path, mapping: FileMapping, options: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    with tenant(organization.pk):
        at = timezone.now()
        batch = import_upload(
            stream=_chunks(path), file_name=path.name, source=options["source"], created_by=None, at=at,
            kind=options["object"],
        )  # fmt: skip
        batch.mapping = mapping.to_dict()
        batch.is_all_or_nothing, batch.is_snapshot = options["all_or_nothing"], options["snapshot"]
        batch.save()
        if options["mapping"]:
            mapping_remember(batch)
        job = import_run(batch=batch, at=at, actor=None)
    job = job_work_here(organization.pk, job.pk)
    with tenant(organization.pk):
        batch = ImportBatch.objects.get(pk=batch.pk)
        answer = _batch_answer(batch)
    if batch.state == ImportBatch.State.APPLIED and not options["no_wait"]:
        recompute_here(organization.pk)
    is_applied = batch.state == ImportBatch.State.APPLIED
    return answer, "" if is_applied else job.error or file_sentence("nothing_accepted")


def recompute_here(organization_id: int) -> None:
    """Bring the figures up to date in this process; with a worker at the same work it waits for it."""
    current_app.loader.import_default_modules()
    task = current_app.tasks.get(RECOMPUTE)
    if task is not None:
        task(organization_id=organization_id)


def _answer(batch_id: int | None, outcome: Outcome, removed: int) -> dict[str, Any]:
    return {
        "batch": batch_id,
        "received": outcome.received,
        **outcome.counts,
        "removed": removed,
        "issues": [issue.to_dict() for issue in outcome.issues],
    }


def _batch_answer(batch: ImportBatch) -> dict[str, Any]:
    names = ("received", "created", "updated", "unchanged", "refused", "removed")
    issues = batch.issues.order_by("pk").values("level", "code", "row", "field", "value", "count", "message")
    return {
        "batch": batch.pk,
        **{name: getattr(batch, name) for name in names},
        "issues": [{**issue, "field": issue["field"] or None, "value": issue["value"] or None} for issue in issues],
    }
