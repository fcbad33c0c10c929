"""Compare two plans: pay per person on the same facts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from incentives.management.plans import add_fact_options, as_csv, as_json, as_table, problems, read_files, read_plan
from incentives.simulation import difference, simulate

_NAMES = ("participant", "earned_a", "earned_b", "earned_difference", "payable_difference")


class Command(BaseCommand):
    help = _("Show what each person earns under plan A and plan B.")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("a", metavar="A")
        parser.add_argument("b", metavar="B")
        add_fact_options(parser)
        parser.add_argument("--period")
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        files = read_files(options)
        sides = [simulate([read_plan(options[side])], files, options["period"]) for side in ("a", "b")]
        for side in sides:
            if side.is_refused:
                raise CommandError("\n".join(problems(side.issues)), returncode=1)
        rows = difference(*sides)
        if options["format"] == "json":
            self.stdout.write(as_json({"people": rows, "issues": {"a": sides[0].issues, "b": sides[1].issues}}))
        elif options["format"] == "csv":
            self.stdout.write(as_csv(rows), ending="")
        else:
            self.stdout.write(as_table(rows, _NAMES))
