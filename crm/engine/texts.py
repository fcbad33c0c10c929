"""Plain text values: cleaned, recognized as "nothing", compared.

Cleaning removes what no one sees (NUL, zero-width characters, byte order marks, non-breaking and repeated spaces) and
keeps everything else; an apostrophe before = + - or @ goes too: our own downloads put it there, so that no spreadsheet
takes the cell for a formula. The texts of `NOTHING` stand for an empty cell whatever their case.

`name_key` keeps letters and digits only, without case and accents: "GTX Pro", "GTXPro" and "gtx-pro" share the key
"gtxpro". A name without any letter or digit is its own key.
"""

import re
import unicodedata

NOTHING = frozenset({"", "null", "none", "nan", "n/a", "#n/a", "na", "nil", "-", "–", "—", "\\n", "<null>", "(null)"})

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r"^[!-~]+(?: [!-~]+)*$")


def clean(text: str) -> str:
    """The text without invisible characters, with single spaces and none at its ends."""
    if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"}:
        text = text[1:]
    if _PLAIN.match(text):
        return text
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return len(text) <= 7 and text.strip().lower() in NOTHING


def name_key(text: str) -> str:
    """Letters and digits, without case and accents; what near duplicates have in common."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if char.isalnum()) or text.strip().casefold()
