"""Files of the tests: written by the csv module, read by a second, independent way of counting."""

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

DEALS = [
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
]
ROWS = [
    ["A1", "Ann Ames", "Rope", "Acme", "Won", "2026-01-05", "2026-02-01", "100.50"],
    ["A2", "Ann Ames", "Rope", "Beta", "Lost", "2026-01-06", "2026-02-03", "0"],
    ["A3", "Ben Beck", "Anvil", "Acme", "Engaging", "2026-01-07", "", ""],
    ["A4", "Ben Beck", "Anvil", "", "Prospecting", "", "", ""],
]


def shared(*parts: str) -> Path:
    """A file of the shared folder: `SPM_SHARED_DIR`, or `shared` beside the checkout or one of its parents."""
    given = os.environ.get("SPM_SHARED_DIR")
    here = Path(__file__).resolve()
    places = [Path(given)] if given else [parent / "shared" for parent in here.parents]
    for place in places:
        path = place.joinpath(*parts)
        if path.exists():
            return path
    pytest.skip(f"the shared file {'/'.join(parts)} is not here")


def text_of(header: Sequence[str], rows: Sequence[Sequence[Any]], separator: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path, content: str | bytes, name: str = "deals.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run(path: Path, kind: str = "opportunity", organization: str = "empty", **options: Any) -> dict[str, Any]:
    """The answer of `crm_import --format json`; what was refused is under "error"."""
    out = io.StringIO()
    error = ""
    options = {"no_wait": True, **options}
    try:
        call_command(
            "crm_import", str(path), organization=organization, object=kind, format="json", stdout=out, **options
        )
    except CommandError as refused:
        error = str(refused)
    answer: dict[str, Any] = json.loads(out.getvalue()) if out.getvalue() else {}
    return answer | {"error": error}


def codes(answer: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in answer["issues"]]


def count_by_hand(path: Path, stage: str = "deal_stage", amount: str = "close_value") -> tuple[Counter[str], Decimal]:
    """Deals per stage and the amount of the won ones, by the csv module alone."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    won = sum((Decimal(row[amount]) for row in rows if row[stage] == "Won"), Decimal())
    return Counter(row[stage] for row in rows), won
