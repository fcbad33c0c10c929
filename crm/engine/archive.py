"""What a zipped file is, and whether it can be unpacked safely, told from its directory before anything is unpacked.

Sizes in a zip's directory are binding: whoever unpacks gets an error behind them. Refused are archives that are no
workbook, locked or damaged ones, and bombs: more than `MOST_UNPACKED` bytes, texts of more than `MOST_TEXTS` bytes (a
workbook keeps every different text once, and they must fit into memory), or a part more than `MOST_RATIO` times its
packed size once it is large, or with a cell of more than `LONGEST` bytes (a cell is read as a whole; no program writes
more than 32,767 characters into one).
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from crm.engine.problem import Unreadable

MOST_UNPACKED = 2_000_000_000  # bytes
MOST_TEXTS = 100_000_000  # bytes
MOST_RATIO = 300
LARGE = 50_000_000  # bytes from which the ratio counts
MOST_PARTS = 5_000
PIECE = 1_000_000  # bytes read at once
LONGEST = 2 * PIECE  # bytes between two tags from which a part is no sheet

_NO_VALUE = re.compile(
    rb"<c\b([^>]*)>\s*(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>", re.DOTALL
)
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')


@dataclass(frozen=True)
class SheetOddities:
    """The first cell whose formula has no stored result (column letters, row), and merged cells over several rows."""

    formula: tuple[str, int] | None = None
    merged: tuple[str, ...] = ()


def archive_check(file: IO[bytes]) -> None:
    """Raises: Unreadable unless the file is a workbook that can be unpacked safely."""
    try:
        with zipfile.ZipFile(file) as archive:
            _kind_check(archive)
            _size_check(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("is_damaged_workbook") from error


def sheet_oddities(file: IO[bytes], sheet: str) -> SheetOddities:
    """What a reader of values alone would not notice. Reads the sheet's XML through once."""
    formula: tuple[str, int] | None = None
    merged: list[str] = []
    with zipfile.ZipFile(file) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return SheetOddities()
        for text in _windows(archive, part):
            for match in _NO_VALUE.finditer(text) if formula is None else ():
                place = _PLACE.search(match[1])
                if b't="str"' not in match[1] and place is not None:
                    formula = (place[1].decode(), int(place[2]))
                    break
            for match in _MERGED.finditer(text):
                if match[2] != match[4] and len(merged) < 100:
                    merged.append(f"{match[1].decode()}{match[2].decode()}:{match[3].decode()}{match[4].decode()}")
    return SheetOddities(formula, tuple(dict.fromkeys(merged)))


def _kind_check(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise Unreadable("is_locked")
        return
    if "xl/workbook.bin" in names:
        raise Unreadable("is_binary_workbook")
    if "mimetype" in names and archive.read("mimetype")[:60].startswith(b"application/vnd.oasis"):
        raise Unreadable("is_open_document")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Unreadable("is_document")
    if any(name.endswith(".iwa") for name in names):
        raise Unreadable("is_numbers")
    raise Unreadable("is_archive")


def _size_check(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    texts = sum(info.file_size for info in parts if info.filename == "xl/sharedStrings.xml")
    if len(parts) > MOST_PARTS or sum(info.file_size for info in parts) > MOST_UNPACKED or texts > MOST_TEXTS:
        raise Unreadable("unpacks_too_large", limit=MOST_UNPACKED // 1_000_000)
    for info in parts:
        if info.file_size > LARGE and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise Unreadable("unpacks_too_large", limit=MOST_UNPACKED // 1_000_000)
    for info in parts:
        if info.file_size > LARGE and not info.filename.startswith("xl/media/"):
            _cells_check(archive, info)


def _cells_check(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """A large part is read through once, a piece at a time, before a parser holds any cell of it whole."""
    behind = 0  # bytes since the last tag began
    with archive.open(info) as stream:
        while piece := stream.read(PIECE):
            first = piece.find(b"<")
            if behind + (len(piece) if first < 0 else first) > LONGEST:
                raise Unreadable("cell_too_long", limit=32_767)
            behind = behind + len(piece) if first < 0 else len(piece) - piece.rfind(b"<")


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the part that holds a sheet."""
    wanted = None
    for tag in _SHEET.findall(archive.read("xl/workbook.xml").decode("utf-8", "replace")):
        found = dict(_ATTRIBUTE.findall(tag))
        if _plain(found.get("name", "")) == sheet:
            wanted = next((value for name, value in found.items() if name.endswith(":id")), None)
    if wanted is None or "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return None
    for tag in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")):
        found = dict(_ATTRIBUTE.findall(tag))
        if found.get("Id") == wanted:
            target = found.get("Target", "").lstrip("/")
            name = target if target.startswith("xl/") else f"xl/{target}"
            return name if name in archive.namelist() else None
    return None


def _plain(text: str) -> str:
    for sign, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(sign, plain)
    return text


def _windows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The text of a part in pieces that overlap at the last cell begun."""
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            text = rest + piece
            yield text
            start = max(text.rfind(b"<c "), text.rfind(b"<mergeCell "))
            rest = text[start:] if start >= 0 and len(text) - start < PIECE else b""
