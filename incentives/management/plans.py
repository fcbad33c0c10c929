"""What the four plan commands share: reading files, refusing, printing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from incentives.facts.parse import KINDS
from incentives.language.plan import Plan
from incentives.simulation import Check, check

_NEEDED = ("transactions",)


def add_fact_options(parser: CommandParser) -> None:
    """Add one option for each kind of file."""
    for kind in KINDS:
        option = "--" + kind.replace("_", "-")
        parser.add_argument(
            option, dest=kind, metavar="FILE", required=kind in _NEEDED, help=_("CSV file of %s") % kind
        )


def add_posted_option(parser: CommandParser) -> None:
    """Add the option that names the results of closed periods."""
    parser.add_argument(
        "--posted", action="append", default=[], metavar="FILE",
        help=_("What a simulation of closed periods wrote with --format json; every difference becomes a net line in "
               "the open --period. Repeat it for each closed period"),
    )  # fmt: skip


def read_posted(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the results of closed periods: name and text."""
    return [(path, read_text(path)) for path in options["posted"]]


def read_text(path: str) -> str:
    """Return a file's text. Raises: CommandError, status 2 when there is no such file, 1 when it is no UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(
            _("%(path)s cannot be read: %(why)s") % {"path": path, "why": error.strerror}, returncode=2
        ) from error
    except UnicodeDecodeError as error:
        raise CommandError(_("%s is no UTF-8 text; save it as CSV UTF-8") % path, returncode=1) from error


def read_files(options: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the given files by kind: name and text."""
    return {kind: (options[kind], read_text(options[kind])) for kind in KINDS if options.get(kind)}


def read_plan(path: str) -> Plan:
    """Return a checked plan. Raises: CommandError with everything that is wrong, line by line."""
    checked = check(path, read_text(path))
    if not checked.is_good or checked.document.plan is None:
        raise CommandError("\n".join(told(checked)), returncode=1)
    return checked.document.plan


def told(checked: Check) -> list[str]:
    """Return a check's issues as lines: file, line, level, message."""
    return [f"{checked.name}:{issue.row or 1}: {issue.level}: {issue.message}" for issue in checked.issues]


def as_json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV; nested values are left out."""
    out = io.StringIO()
    if rows:
        names = [name for name in rows[0] if name != "trace"]
        writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def as_table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """Return rows as a table for people."""
    cells = [list(names), *([str(row[name] if row[name] is not None else "") for name in names] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def problems(issues: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the issues of facts as lines."""
    return [f"{issue['level']}: {_row(issue)}{issue['message']}" for issue in issues]


def _row(issue: Mapping[str, Any]) -> str:
    return _("line %s: ") % issue["row"] if issue["row"] else ""
