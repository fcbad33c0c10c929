"""`manage.py bench import`: a file of deals imported as the pages and the command do it, from upload to applied.

Measured are rows a second of new deals, of the same file again, and of a workbook; and the peak memory of the process
after a file of a tenth of the size and after the whole one, which should be the same: files are read in pieces.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

import crm.tasks
from crm.models import ImportBatch
from crm.services.imports import import_run, import_upload
from people.benching import bench_organization_remove
from people.files import CHUNK
from people.jobs import job_work_here
from people.models import Organization, Person
from people.wall import tenant

AsOwner = Callable[[], AbstractContextManager[None]]
HEADER = (
    "opportunity_id", "sales_agent", "product", "account", "deal_stage", "created_date", "close_date", "close_value",
)  # fmt: skip
STAGES = ("Won", "Lost", "Engaging", "Won", "Prospecting")
MOST_IN_SHEET = 100_000  # rows of the workbook
SMALLER = 10  # how many times fewer rows the small file has
SLUG = "bench-import"
AT = datetime(2026, 6, 1, tzinfo=UTC)

__all__ = ["BENCHES", "crm"]


def bench_import(*, deals: int, people: int, as_owner: AsOwner) -> dict[str, Any]:
    """An organization of its own, removed afterwards."""
    small, sheet = max(deals // SMALLER, 100), min(deals, MOST_IN_SHEET)
    with _company(people, as_owner) as organization, tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        few = _imported(organization, _text(files / "few.csv", small, people, "F"))
        few_peak = _peak_megabytes()
        new = _imported(organization, _text(files / "deals.csv", deals, people, "D"))
        peak = _peak_megabytes()
        again = _imported(organization, files / "deals.csv")
        book = _imported(organization, _sheet(files / "deals.xlsx", sheet, people))
        book_peak = _peak_megabytes()
    return {
        "size": {"deals": deals, "people": people},
        "figures": {
            "rows_per_second": round(deals / new),
            "rows_per_second_small": round(small / few),
            "rows_per_second_unchanged": round(deals / again),
            "rows_per_second_workbook": round(sheet / book),
            "rows_small": small,
            "rows_workbook": sheet,
            "peak_mb_small": few_peak,
            "peak_mb": peak,
            "peak_mb_workbook": book_peak,
        },
        "ratios": {
            "memory_large_vs_small": round(peak / few_peak, 3),
            "new_large_vs_small": round(new / few * small / deals, 3),
        },
    }


BENCHES = {"import": bench_import}


def _rows(count: int, people: int, prefix: str) -> Iterator[tuple[str, ...]]:
    for number in range(count):
        month, day = number % 12 + 1, number % 28 + 1
        yield (
            f"{prefix}{number:08}",
            f"Person {number % people}",
            f"Product {number % 12}",
            f"Account {number % 5_000}",
            STAGES[number % len(STAGES)],
            f"2025-{month:02}-{day:02}",
            f"2026-{month:02}-{day:02}",
            f"{100 + number % 90_000}.50",
        )


def _text(path: Path, count: int, people: int, prefix: str) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(",".join(row) + "\n" for row in _rows(count, people, prefix))
    return path


def _sheet(path: Path, count: int, people: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Deals")
    sheet.append(HEADER)
    for row in _rows(count, people, "X"):
        sheet.append(row)
    book.save(path)
    return path


def _imported(organization: Organization, path: Path) -> float:
    """Seconds from upload to applied, every row of which was taken."""
    start = time.perf_counter()
    with tenant(organization.pk):
        batch = import_upload(
            stream=_pieces(path), file_name=path.name, source="bench", created_by=None, at=AT, kind="opportunity"
        )
        job = import_run(batch=batch, at=AT, actor=None)
    job_work_here(organization.pk, job.pk)
    seconds = time.perf_counter() - start
    with tenant(organization.pk):
        batch = ImportBatch.objects.get(pk=batch.pk)
    if batch.state != ImportBatch.State.APPLIED or batch.refused:
        raise RuntimeError(f"{path.name} was not imported as a whole")
    return seconds


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def _peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def _company(people: int, as_owner: AsOwner) -> Iterator[Organization]:
    bench_organization_remove(SLUG, as_owner)
    organization = Organization.objects.create(slug=SLUG, name=SLUG)
    try:
        with tenant(organization.pk):
            Person.objects.bulk_create([Person(name=f"Person {number}") for number in range(people)], batch_size=1_000)
        yield organization
    finally:
        bench_organization_remove(SLUG, as_owner)
