from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from crm.models import ImportBatch
from crm.services.imports import import_undo
from people.management.base import TenantCommand
from people.models import Organization


class Command(TenantCommand):
    help = "Take an import back as a whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--batch", required=True, type=int, metavar="N", help="number of the import")

    def work(self, *, organization: Organization, batch: int, **options: Any) -> dict[str, Any]:
        found = ImportBatch.objects.filter(pk=batch).first()
        if found is None:
            raise CommandError(f"There is no import {batch}.")
        import_undo(batch=found, at=timezone.now(), actor=None)
        found.refresh_from_db()
        return {"batch": found.pk, "state": found.state}
