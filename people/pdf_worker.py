"""Runs in a process of its own, so that a document that does not come to an end can be stopped: JSON in, a PDF out.

Standard input: {"root", "template", "inputs", "fonts"}. Standard output: the bytes. Exit status 3: the document cannot be
typeset, the reason on standard error. Imports nothing of the product.
"""

import json
import sys
from typing import Any

import typst

STANDARD = "ua-1"


def rendered(root: str, template: str, inputs: dict[str, str]) -> bytes:
    """A tagged PDF: PDF/UA with the fonts of the package, with those of the computer where a character is missing there,
    and without the promise of PDF/UA where no font has it.
    """
    tries: list[dict[str, Any]] = [
        {"ignore_system_fonts": True, "pdf_standards": [STANDARD]},
        {"pdf_standards": [STANDARD]},
        {},
    ]
    for number, options in enumerate(tries, start=1):
        try:
            return bytes(
                typst.compile(
                    f"{root}/{template}",
                    root=root,
                    sys_inputs=inputs,
                    font_paths=[],
                    timestamp=0,
                    pdf_tags=True,
                    **options,
                )
            )
        except typst.TypstError as error:
            if number == len(tries) or "could not be displayed" not in str(error):
                raise
    raise AssertionError  # the loop returns or raises


def main() -> int:
    """One document."""
    asked = json.load(sys.stdin)
    try:
        document = rendered(asked["root"], asked["template"], asked["inputs"])
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        return 3
    sys.stdout.buffer.write(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
