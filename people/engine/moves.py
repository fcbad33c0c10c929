"""Lines of a sheet of joiners, movers and leavers: read from pasted text or a file, and understood cell by cell.

Pure: text in, (lines, problems) out. Who is meant by a name is decided where people are known (`people.services.moves`).
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

MOST = 500  # lines of one sheet
JOINS, MOVES, LEAVES = "joins", "moves", "leaves"
REP, MANAGER = "rep", "manager"

HEADINGS: dict[str, frozenset[str]] = {
    "person": frozenset({"person", "name", "employee", "who", "full name", "employee name", "mitarbeiter"}),
    "what": frozenset({"what", "change", "action", "type", "event", "was"}),
    "on": frozenset({"on", "date", "day", "on day", "from", "effective date", "start date", "am", "datum", "tag"}),
    "team": frozenset({"team", "new team", "to team", "office"}),
    "role": frozenset({"role", "new role", "rolle"}),
    "manager": frozenset({"manager", "reports to", "new manager", "supervisor", "vorgesetzter"}),
    "heir": frozenset({"deals to", "deals go to", "hand over to", "handover", "open deals to", "heir"}),
    "rule": frozenset({"credit of deals", "credit", "credits", "credit rule", "hand over rule", "rule", "provision"}),
    "note": frozenset({"note", "notes", "comment", "remark", "notiz"}),
}
WHATS = {
    **dict.fromkeys(("joins", "join", "joiner", "hire", "hired", "new", "starts", "rehire", "kommt", "neu"), JOINS),
    **dict.fromkeys(("moves", "move", "mover", "transfer", "promotion", "changes", "wechselt"), MOVES),
    **dict.fromkeys(("leaves", "leave", "leaver", "left", "exit", "termination", "leaving", "geht"), LEAVES),
}
ROLES = {
    **dict.fromkeys(("", "rep", "sales rep", "account executive", "member"), REP),
    **dict.fromkeys(("manager", "team lead", "lead", "head", "leiter", "leiterin"), MANAGER),
}
MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar mär", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"), 1
    )
    for name in names.split()
}


@dataclass(frozen=True)
class Line:
    """A line as typed: text in every cell, so that nothing anybody wrote is lost."""

    number: int
    person: str = ""
    what: str = ""
    on: str = ""
    team: str = ""
    role: str = ""
    manager: str = ""
    heir: str = ""
    note: str = ""
    rule: str = ""

    @property
    def is_blank(self) -> bool:
        return not any(self.cells())

    def cells(self) -> tuple[str, ...]:
        """The text of each cell, in the order of the columns."""
        return tuple(getattr(self, column) for column in COLUMNS)


COLUMNS = tuple(field.name for field in fields(Line) if field.name != "number")
LONGEST = {
    "person": 300,
    "what": 60,
    "on": 60,
    "team": 200,
    "role": 60,
    "manager": 300,
    "heir": 300,
    "note": 500,
    "rule": 100,
}


@dataclass(frozen=True)
class Understood:
    """What a line says. `role` is empty where the line leaves it open; problems are codes of `people.views.moves`."""

    line: Line
    what: str
    on: date | None
    role: str
    problems: tuple[str, ...] = ()


class UnreadableFile(ValueError):
    """The bytes are no text that a spreadsheet would write."""


def lines_of_bytes(content: bytes) -> list[Line]:
    """The lines of an uploaded CSV file. Raises: UnreadableFile."""
    return lines_of_text(_decoded(content))


def lines_of_text(text: str) -> list[Line]:
    """Lines out of pasted text: separated by tabs, semicolons or commas, with headings or in the order of `COLUMNS`.

    Blank lines are left out; numbers are those of the text, from 1, headings included.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").lstrip("\ufeff")
    rows = [
        (number, [" ".join(cell.split()) for cell in row])
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), 1)
    ]
    rows = [(number, row) for number, row in rows if any(row)]
    if not rows:
        return []
    order = _order(rows[0][1])
    body = rows[1:] if order else rows
    return [_line(number, row, order or COLUMNS) for number, row in body]


def _decoded(content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFile("workbook")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("encoding")


def _delimiter(text: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max("\t;,", key=first.count)


def _order(cells: Sequence[str]) -> tuple[str, ...]:
    """The columns that a line of headings names, "" for the unknown; empty where it is no such line."""
    named = [
        next((column for column, names in HEADINGS.items() if cell.casefold().strip(" :*") in names), "")
        for cell in cells
    ]
    known = [column for column in named if column]
    if "person" not in known or len(known) < 2 or len(known) != len(set(known)):
        return ()
    return tuple(named)


def _line(number: int, row: Sequence[str], order: Sequence[str]) -> Line:
    cells = {column: cell[: LONGEST[column]] for column, cell in zip(order, row, strict=False) if column}
    return Line(number, **cells)


def understood(line: Line) -> Understood:
    """What, when and as what; problems are codes: `what`, `day_missing`, `day_unreadable`, `day_ambiguous`, `role`, …"""
    problems = []
    what = WHATS.get(line.what.casefold(), "")
    if not what:
        problems.append("what")
    if not line.person:
        problems.append("person_missing")
    on, day_problem = day_of(line.on)
    if day_problem:
        problems.append(day_problem)
    role = ROLES.get(line.role.casefold(), "") if line.role else ""
    if line.role and not role:
        problems.append("role")
    return Understood(line, what, on, role, tuple(problems))


def day_of(text: str) -> tuple[date | None, str]:
    """2026-07-01, 1.7.2026, 1 July 2026, July 1, 2026, 13/7/2026; 3/4/2026 is ambiguous. (day, problem or "")."""
    plain = text.strip().casefold()
    if not plain:
        return None, "day_missing"
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ].*)?", plain):
        return _day(*match.groups())
    if match := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", plain):
        return _day(match[3], match[2], match[1])
    if match := re.fullmatch(r"(\d{1,2})\.?\s+([^\W\d]+)\.?\s+(\d{4})", plain):
        return _day(match[3], MONTHS.get(match[2][:3], 0), match[1])
    if match := re.fullmatch(r"([^\W\d]+)\.?\s+(\d{1,2}),?\s+(\d{4})", plain):
        return _day(match[3], MONTHS.get(match[1][:3], 0), match[2])
    if match := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", plain):
        first, second = int(match[1]), int(match[2])
        if first <= 12 and second <= 12 and first != second:
            return None, "day_ambiguous"
        return (
            _day(match[3], min(first, second), max(first, second)) if first != second else _day(match[3], first, second)
        )
    return None, "day_unreadable"


def _day(year: str | int, month: str | int, day: str | int) -> tuple[date | None, str]:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None, "day_unreadable"
    return (found, "") if 1950 <= found.year <= 2200 else (None, "day_unreadable")


def address_of(text: str) -> tuple[str, str]:
    """`Zoe Zahn <zoe@acme.example>` → (name, address); either may be empty."""
    if match := re.fullmatch(r"(.*?)\s*<([^<>]*)>", text.strip()):
        return match[1].strip(" \"'"), match[2].strip().lower()
    return ("", text.strip().lower()) if "@" in text and " " not in text.strip() else (text.strip(), "")


def numbered(rows: Iterable[Line]) -> list[Line]:
    """Lines that say something, numbered from 1."""
    kept = [row for row in rows if not row.is_blank]
    return [Line(number, *row.cells()) for number, row in enumerate(kept, 1)]
