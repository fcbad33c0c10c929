from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from people.audit import audit
from people.management.base import TenantCommand, person_of
from people.models import Organization
from people.services.record import archive_write


class Command(TenantCommand):
    help = "Write everything that is kept about a person into one archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--person", required=True, help="e-mail address, name or id:NUMBER")
        parser.add_argument("file", type=Path, help="the archive to write, such as person.zip")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        person, path, at = person_of(options["person"]), options["file"], timezone.now()
        try:
            with path.open("wb") as out:
                tables = archive_write(person, out, at)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        audit("person_record_make", actor=None, at=at, subject=person)
        return {"person": person.name, "file": str(path), "tables": tables}
