"""Check plan documents: schema, linter, their examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from incentives.language import schema, uses
from incentives.management.plans import as_json, read_text, told
from incentives.simulation import check

ROOT = Path(__file__).resolve().parents[3]
DOCS, LIBRARY = ROOT / "docs", ROOT / "incentives" / "library"


class Command(BaseCommand):
    help = _("Check plans: what is written, what it means, and whether their examples come out.")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plans", nargs="*", metavar="PLAN")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--write-docs",
            action="store_true",
            help=_("Write the pages of docs/ that come from the code"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write_docs"]:
            self._write_docs()
        elif not options["plans"]:
            raise CommandError(_("Name at least one plan file."), returncode=2)
        checks = [check(path, read_text(path)) for path in options["plans"]]
        if options["format"] == "json":
            found = [
                {"plan": one.name, "examples": one.examples, "issues": [issue.to_dict() for issue in one.issues]}
                for one in checks
            ]
            self.stdout.write(as_json({"plans": found}))
        bad = [one for one in checks if not one.is_good]
        for one in checks if options["format"] == "text" else []:
            for line in told(one):
                (self.stdout if one.is_good else self.stderr).write(line)
            if one.is_good:
                self.stdout.write(
                    _("%(name)s: good, examples that come out: %(count)s") % {"name": one.name, "count": one.examples}
                )
        if bad:
            raise CommandError(_("Refused: %s") % ", ".join(one.name for one in bad), returncode=1)

    def _write_docs(self) -> None:
        (DOCS / "plan-schema.json").write_text(json.dumps(schema.schema(), indent=2) + "\n", encoding="utf-8")
        (DOCS / "plan-reference.md").write_text(schema.page(), encoding="utf-8")
        (DOCS / "plan-settings.md").write_text(settings_page(), encoding="utf-8")


def settings_page() -> str:
    """Return the page that leads from each setting to where it is worked."""
    tables = uses.worked((DOCS / "algorithms" / "incentives.md").read_text(encoding="utf-8"))
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(LIBRARY.glob("*.yaml"))}
    return uses.page(tables, uses.ready(texts))
