import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from people.engine.moves import UnreadableFile, lines_of_bytes
from people.management.base import TenantCommand
from people.models import MoveSheet, Organization
from people.services.moves import Preview, sheet_apply, sheet_create, sheet_preview, sheet_undo
from people.viewer import day_at


class Command(TenantCommand):
    help = "Apply a CSV file of joiners, movers and leavers, all lines or none; or undo a sheet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "file", nargs="?", help="CSV: person, what, on, team, role, manager, deals to, note, credit of deals"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--undo", type=int, metavar="SHEET", help="take this sheet back as a whole")

    def work(self, *, organization: Organization, **options: Any) -> dict[str, Any]:
        if (options["file"] is None) == (options["undo"] is None):
            raise CommandError("Name a file, or --undo SHEET.", returncode=2)
        if options["undo"] is not None:
            return _undo(options["undo"])
        return self._file(organization, options["file"], is_dry=options["dry_run"])

    def _file(self, organization: Organization, name: str, *, is_dry: bool) -> dict[str, Any]:
        lines, at = lines_of_bytes_or_refuse(name), timezone.now()
        with transaction.atomic():
            sheet = sheet_create(viewer=None, lines=lines, at=at, title=Path(name).name)
            preview = sheet_preview(sheet=sheet)
            is_applied = preview.can_apply and not is_dry
            if is_applied:
                preview = sheet_apply(viewer=None, sheet=sheet, at=at, on=day_at(organization, at))
            else:
                transaction.set_rollback(True)
        answer = _answer(preview, sheet.pk if is_applied else None)
        if not preview.can_apply:
            raise Refused(answer)
        return answer

    def answer(self, **options: Any) -> Any:
        try:
            return super().answer(**options)
        except Refused as refused:
            for row in refused.answer["rows"]:
                for problem in row["problems"]:
                    self.stderr.write(f"line {row['row']}: {problem}")
            if options["format"] == "json":
                return self._end(refused.answer)
            raise CommandError("Nothing was applied.") from refused

    def _end(self, answer: dict[str, Any]) -> Any:
        self.is_refused = True
        return answer

    def handle(self, *args: Any, **options: Any) -> None:
        self.is_refused = False
        super().handle(*args, **options)
        if self.is_refused:
            sys.exit(1)

    def as_text(self, answer: dict[str, Any]) -> str:
        told = [
            f"line {row['row']}: {sentence}" for row in answer["rows"] for sentence in [*row["words"], *row["warnings"]]
        ]
        return "\n".join([*told, f"sheet: {answer['sheet'] or 'none (nothing was written)'}"])


class Refused(Exception):
    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


def lines_of_bytes_or_refuse(name: str) -> list[Any]:
    try:
        lines = lines_of_bytes(Path(name).read_bytes())
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
    except UnreadableFile as error:
        raise CommandError(f"{name} is no text file. Save the sheet as CSV.") from error
    if not lines:
        raise CommandError(f"{name} has no lines.")
    return lines


def _undo(number: int) -> dict[str, Any]:
    sheet = MoveSheet.objects.filter(pk=number).first()
    if sheet is None:
        raise ValidationError(f"There is no sheet {number} in this organization.")
    sheet_undo(viewer=None, sheet=sheet, at=timezone.now())
    return {"sheet": number, "state": "undone", "applied": 0, "rows": []}


def _answer(preview: Preview, sheet_id: int | None) -> dict[str, Any]:
    return {
        "sheet": sheet_id,
        "state": "applied" if sheet_id else "not applied",
        "applied": len(preview.outcomes) if sheet_id else 0,
        "rows": [
            {
                "row": outcome.number,
                "person": outcome.person_id if sheet_id else None,
                "on": outcome.on.isoformat() if outcome.on else None,
                "words": outcome.words,
                "warnings": outcome.warnings,
                "problems": outcome.problems,
            }
            for outcome in preview.outcomes.values()
        ],
    }
