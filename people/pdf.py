"""Documents as tagged PDF (PDF/UA): what is in them comes as data, how they look is a template of typst.

    document = pdf_render("goals/quota_letter.typ", {"title": …, "lines": […]}, language="en")
    file = pdf_store(document, name="letter.pdf", created_by=None, at=at)

The template is `templates/pdf/<name>`; it reads its data by `#let data = json(bytes(sys.inputs.data))` and its language by
`sys.inputs.language`. Data are values, never markup: `*bold*` and `#import` in a name are printed as they are. Values are
text, numbers, lists and mappings; amounts and days come as text, written by `people.formats` in the reader's language.
The same data give the same bytes, whatever the day. Fonts are those of the package, so every computer prints the same, but
for characters that they lack: those come from the computer's fonts.
"""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from people.files import CHUNK, file_store
from people.models import Person, StoredFile

CONTENT_TYPE = "application/pdf"
SECONDS = 20  # for one document; what takes longer is broken
FOLDER = "templates/pdf"
UNPRINTABLE = {"Cc", "Cs", "Cn"}  # control characters, halves of characters, and what is none


class PdfFailed(Exception):
    """The document could not be typeset: an error in the template, or it did not come to an end."""


def pdf_render(template: str, data: Mapping[str, Any], *, language: str, seconds: float = SECONDS) -> bytes:
    """The bytes of a document. Raises: PdfFailed."""
    asked = {
        "root": str(settings.BASE_DIR / FOLDER),
        "template": template,
        "inputs": {"data": json.dumps(_plain(data), ensure_ascii=False, sort_keys=True), "language": language[:2]},
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "people.pdf_worker"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=seconds,
            cwd=settings.BASE_DIR,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PdfFailed(f"{template} was not done after {seconds} seconds.") from error
    if done.returncode:
        raise PdfFailed(f"{template}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def pdf_store(document: bytes, *, name: str, created_by: Person | None, at: datetime) -> StoredFile:
    """Keep a document among the files. Behind the wall."""
    pieces = (document[start : start + CHUNK] for start in range(0, len(document), CHUNK))
    return file_store(name=name, content_type=CONTENT_TYPE, stream=pieces, created_by=created_by, at=at)


def _plain(value: Any) -> Any:
    """Without control characters, which no font has; a line break stays."""
    if isinstance(value, str):
        return "".join(each for each in value if each == "\n" or unicodedata.category(each) not in UNPRINTABLE)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
