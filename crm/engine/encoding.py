"""Which encoding a file is in, and its text piece by piece.

Decided in this order: a byte order mark; zero bytes where UTF-16 or UTF-32 have theirs; strict UTF-8 over the *whole*
file; otherwise a single-byte encoding: Windows-1252 (Latin-1 with the signs Windows added), ISO 8859-15 where a euro sign
stands at its place and none at that of Windows, or what charset-normalizer finds when more than a quarter of the sampled
bytes are not ASCII (Cyrillic, Greek, …). A file that is UTF-8 but for some bytes is refused with the line of the first
one: read in any other encoding, its umlauts would be wrong. Formats that are no text at all, and texts that are no
table, are recognized by their beginning and refused with a code that says what they are.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

from charset_normalizer import from_bytes

from crm.engine.problem import Unreadable

SAMPLE = 65_536  # bytes that are looked at where the whole file is not needed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PK\x03\x04", "is_archive"),
    (b"\xd0\xcf\x11\xe0", "is_old_office"),
    (b"%PDF", "is_pdf"),
    (b"\x1f\x8b", "is_compressed"),
    (b"BZh", "is_compressed"),
    (b"7z\xbc\xaf", "is_compressed"),
    (b"\xfd7zXZ", "is_compressed"),
    (b"Rar!", "is_compressed"),
    (b"\x89PNG", "is_image"),
    (b"\xff\xd8\xff", "is_image"),
    (b"GIF8", "is_image"),
    (b"SQLite format 3", "is_binary"),
    (b"PAR1", "is_binary"),
    (b"-----BEGIN PGP", "is_encrypted"),
    (b"Salted__", "is_encrypted"),
)
_TEXTS = (
    (re.compile(r"<!doctype html|<html|<head|<body|<table|<div|<script", re.IGNORECASE), "is_web_page"),
    (re.compile(r"<\?xml|<[a-z][\w:]*[ >]", re.IGNORECASE), "is_xml"),
    (re.compile(r"\{\\rtf"), "is_document"),
    (re.compile(r"\{\s*(?:\"|\})|\[\s*(?:[\[{]|\"[^\"]*\"\s*[,\]])"), "is_json"),
    (re.compile(r"BEGIN:V(?:CARD|CALENDAR)"), "is_cards"),
    (re.compile(r"(?:INSERT INTO|CREATE TABLE|SELECT |-- MySQL dump|-- PostgreSQL)", re.IGNORECASE), "is_sql"),
)
_UTF8_SIGN = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1a")


def encoding_of(chunks: Iterable[bytes]) -> str:
    """The codec of a file. Reads all of it. Raises: Unreadable (empty, or no text)."""
    stream = iter(chunks)
    head, above = _first(stream)
    if not head.strip(b" \t\r\n\x00"):
        raise Unreadable("is_empty")
    for magic, code in _MAGIC:
        if head.startswith(magic):
            raise Unreadable(code)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), None) or _wide(head)
    if marked:
        return marked
    if _looks_binary(head):
        raise Unreadable("is_binary")
    return _utf8_or_not(head, stream, above)


def table_check(head: str) -> None:
    """Raises: Unreadable where a text is recognizably no table (a web page, XML, JSON, SQL, …)."""
    start = head.lstrip("\ufeff \t\r\n")[:200]
    for pattern, code in _TEXTS:
        if pattern.match(start):
            raise Unreadable(code)


def text_of(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The text of a file in pieces. Raises: Unreadable where a byte does not fit the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("replace" if encoding == "cp1252" else "strict")
    try:
        for chunk in chunks:
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unreadable("bad_encoding", encoding=encoding.upper()) from error


def _first(stream: Iterator[bytes]) -> tuple[bytes, int]:
    """The beginning of a file, blank lines at its top left out (they may be millions), and how many these are."""
    head, above = b"", 0
    for chunk in stream:
        head += chunk
        if not head.strip(b" \t\r\n\x00"):
            whole = len(head) // 4 * 4
            above += head.count(b"\n", 0, whole)
            head = head[whole:]
        if len(head) >= SAMPLE:
            break
    return head, above


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: mostly ASCII leaves zeros at fixed places."""
    sample = head[: SAMPLE // 4 * 4]
    if len(sample) < 8 or 0 not in sample:
        return None
    zeros = [sample[place::4].count(0) / len(sample[place::4]) for place in range(4)]
    if min(zeros[1:]) > 0.9 and zeros[0] < 0.2:
        return "utf-32-le"
    if min(zeros[:3]) > 0.9 and zeros[3] < 0.2:
        return "utf-32-be"
    if min(zeros[1], zeros[3]) > 0.6 and max(zeros[0], zeros[2]) < 0.2:
        return "utf-16-le"
    if min(zeros[0], zeros[2]) > 0.6 and max(zeros[1], zeros[3]) < 0.2:
        return "utf-16-be"
    return None


def _looks_binary(head: bytes) -> bool:
    sample = head[:SAMPLE]
    controls = sum(1 for byte in sample if byte < 32 and byte not in _TEXT_CONTROLS)
    return controls > max(3, len(sample) // 100)


def _utf8_or_not(head: bytes, rest: Iterator[bytes], lines: int) -> str:
    """UTF-8 if the whole file is; strange bytes beside signs of UTF-8, of which other encodings have few, are an error of the
    file. `lines`: how many stand above the head."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    signs, first_bad, strange = 0, 0, 0
    for chunk in _with_end(head, rest):
        if not first_bad:
            try:
                decoder.decode(chunk or b"", final=chunk is None)
            except UnicodeDecodeError as error:
                first_bad = lines + error.object.count(b"\n", 0, error.start) + 1
        if chunk:
            lines += chunk.count(b"\n")
        if chunk and not chunk.isascii():
            good = _UTF8_SIGN.findall(chunk)
            signs += len(good)
            strange += len(_NOT_ASCII.findall(chunk)) - sum(map(len, good))
    if not first_bad:
        return "utf-8"
    if 2 * signs > strange:
        raise Unreadable("mixed_encoding", row=first_bad)
    return _single_byte(head)


def _with_end(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes | None]:
    yield head
    yield from rest
    yield None


def _single_byte(head: bytes) -> str:
    sample = head[:SAMPLE]
    if sum(byte > 127 for byte in sample) * 4 > len(sample):
        best = from_bytes(sample).best()
        if best is not None:
            return str(best.encoding)
    return "iso8859-15" if 0xA4 in sample and 0x80 not in sample else "cp1252"
