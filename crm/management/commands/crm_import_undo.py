from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone

from crm.intake.later import CHOICES
from crm.kinds.base import kind_of
from crm.models import ImportBatch
from crm.selectors.later import later_count, later_records
from crm.services.undoing import import_undo
from crm.undo_words import change_words, record_name, record_plain
from people.management.base import TenantCommand
from people.models import Organization

MOST_NAMED = 20  # records that a refusal names


class Command(TenantCommand):
    help = "Take an import back as a whole. What was changed since stays or goes as --later says; without it nothing happens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--batch", required=True, type=int, metavar="N", help="number of the import")
        parser.add_argument(
            "--later",
            choices=CHOICES,
            default="",
            help="records changed since: keep them as they are now, or undo them too",
        )
        parser.add_argument("--list", action="store_true", help="only say which records were changed since")

    def work(self, *, organization: Organization, batch: int, **options: Any) -> dict[str, Any]:
        found = ImportBatch.objects.filter(pk=batch).first()
        if found is None:
            raise CommandError(f"There is no import {batch}.")
        if options["list"]:
            return _listed(found)
        try:
            count = import_undo(batch=found, at=timezone.now(), actor=None, later=options["later"])
        except ValidationError as error:
            if getattr(error, "code", "") == "changed_since":
                raise CommandError("\n".join([*error.messages, "(--later keep | undo)", *_named(found)])) from error
            raise
        found.refresh_from_db()
        return {"batch": found.pk, "state": found.state, "later": options["later"] or None, "changed_since": count}


def _named(batch: ImportBatch) -> list[str]:
    records = later_records(kind_of(batch.kind).trail, batch, start=0, most=MOST_NAMED)
    return [f"{record_name(record)}: {change_words(record.changes[0])}" for record in records]


def _listed(batch: ImportBatch) -> dict[str, Any]:
    trail = kind_of(batch.kind).trail if batch.state == ImportBatch.State.APPLIED else None
    count = later_count(trail, batch)[0] if trail else 0
    records = later_records(trail, batch, start=0, most=count) if trail and count else []
    return {"batch": batch.pk, "count": count, "records": [record_plain(record) for record in records]}
