"""Tell the story of lines: how each amount came to be, and why something pays nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from incentives.management.plans import (
    add_fact_options,
    add_posted_option,
    as_json,
    problems,
    read_files,
    read_plan,
    read_posted,
)
from incentives.simulation import simulate
from kernel.trace import Trace


class Command(BaseCommand):
    help = _("Explain the lines of a transaction or person in words.")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plans", nargs="+", metavar="PLAN")
        add_fact_options(parser)
        add_posted_option(parser)
        parser.add_argument("--transaction", help=_("Only lines of this transaction"))
        parser.add_argument("--participant", help=_("Only lines of this person"))
        parser.add_argument("--component", help=_("Only lines of this component"))
        parser.add_argument("--period")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        plans = [read_plan(path) for path in options["plans"]]
        found = simulate(plans, read_files(options), options["period"], read_posted(options))
        if found.is_refused:
            raise CommandError("\n".join(problems(found.issues)), returncode=1)
        wanted = {name: options[name] for name in ("transaction", "participant", "component") if options[name]}
        lines = [line for line in found.lines if all(line[name] == value for name, value in wanted.items())]
        nothing = [
            item for item in found.not_credited if all(item.get(name) == value for name, value in wanted.items())
        ]
        if options["format"] == "json":
            self.stdout.write(as_json({"lines": lines, "not_credited": nothing, "issues": found.issues}))
            return
        for line in lines:
            self.stdout.write(
                f"{line['participant']} · {line['component']} · {line['transaction'] or '–'} · {line['period']}"
            )
            self.stdout.write(Trace.from_dict(line["trace"]).text() + "\n")
        for item in nothing:
            story = _("%(participant)s · %(component)s · %(transaction)s pays nothing: %(words)s")
            self.stdout.write(story % item)
        if not lines and not nothing:
            self.stdout.write(_("No line and no transaction fits; check the names."))
        for text in problems(found.issues):
            self.stderr.write(text)
