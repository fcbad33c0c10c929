"""E-mail addresses out of pasted text: one a line or separated by commas and semicolons, with a name or without."""

import re
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[\r\n;,\t]+")
_WITH_NAME = re.compile(r"^(?P<name>[^<>]*)<(?P<email>[^<>\s]+)>$")
_ADDRESS = re.compile(r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+$")


@dataclass(frozen=True)
class PastedAddress:
    """One entry: the address in small letters, and the name written beside it (empty where there is none)."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Pasted:
    """The addresses in the order of the text, each once; `refused` are the entries that are no address, as written."""

    addresses: tuple[PastedAddress, ...]
    refused: tuple[str, ...]


def addresses_read(text: str) -> Pasted:
    """`Ada Abel <ada@acme.example>, bob@acme.example` and whatever else an address book puts on the clipboard."""
    found: dict[str, PastedAddress] = {}
    refused: list[str] = []
    for entry in filter(None, (part.strip() for part in _SEPARATORS.split(text.replace("\x00", "")))):
        match = _WITH_NAME.match(entry)
        email = (match["email"] if match else entry.strip("<>")).lower()
        name = " ".join(match["name"].strip().strip("\"'").split()) if match else ""
        if _ADDRESS.match(email):
            found.setdefault(email, PastedAddress(email, name))
        elif entry not in refused:
            refused.append(entry)
    return Pasted(tuple(found.values()), tuple(refused))


def name_of_address(email: str) -> str:
    """ada.abel@acme.example is called Ada Abel until somebody writes the name down."""
    words = email.partition("@")[0].replace("_", ".").replace("-", ".").split(".")
    return " ".join(word.capitalize() for word in words if word) or email
