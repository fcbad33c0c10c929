"""Try plans on files of facts, without a database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from incentives.management.plans import (
    add_fact_options,
    add_posted_option,
    as_csv,
    as_json,
    as_table,
    problems,
    read_files,
    read_plan,
    read_posted,
)
from incentives.simulation import simulate

_LINES = (
    "participant",
    "period",
    "component",
    "transaction",
    "kind",
    "tier",
    "base",
    "rate",
    "amount",
    "rule",
    "corrects",
)
_TOTALS = ("participant", "period", "earned", "payable", "draw_balance")


class Command(BaseCommand):
    help = _("Calculate what plans pay for transactions in files.")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plans", nargs="+", metavar="PLAN")
        add_fact_options(parser)
        parser.add_argument("--period", help=_("Only this period: 2026, 2026H1, 2026Q1, 2026-03, 2026-03-A, 2026-W09"))
        add_posted_option(parser)
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        plans = [read_plan(path) for path in options["plans"]]
        found = simulate(plans, read_files(options), options["period"], read_posted(options))
        if found.is_refused:
            raise CommandError("\n".join(problems(found.issues)), returncode=1)
        if options["format"] == "json":
            self.stdout.write(as_json(found.document()))
        elif options["format"] == "csv":
            self.stdout.write(as_csv(found.lines), ending="")
        else:
            self.stdout.write(as_table(found.lines, _LINES))
            self.stdout.write("")
            self.stdout.write(as_table(found.totals, _TOTALS))
        if options["format"] != "json":
            for line in problems(found.issues):
                self.stderr.write(line)
