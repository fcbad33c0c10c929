"""Two files that somebody uploaded: one applied yesterday, one that waits for the administrator with its issues.

They go through the import as every file does; only their contents are made up.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import StringIO

from crm.models import Account, ImportBatch, Product
from crm.services.imports import import_map, import_run, import_upload
from people.jobs import job_work_here
from people.models import Organization, Person
from people.wall import tenant
from spm.demo import story

FAIR, PARTNERS = "trade-fair-deals.csv", "partner-accounts.csv"
FAIR_ROWS = 48

_FAIR_COLUMNS = (
    "Deal ID",
    "Sales Rep",
    "Customer",
    "Product",
    "Stage",
    "Deal Value",
    "Created",
    "Close Date",
    "Channel",
)
_FAIR_MAPPING = {
    "columns": {
        "id": "Deal ID",
        "owner": "Sales Rep",
        "account": "Customer",
        "product": "Product",
        "stage": "Stage",
        "amount": "Deal Value",
        "created_on": "Created",
        "closed_on": "Close Date",
        "source": "Channel",
    }
}
_PARTNER_COLUMNS = ("Account", "Industry", "Region")
_PARTNER_MAPPING = {"columns": {"name": "Account", "industry": "Industry", "region": "Region"}}

Rows = Sequence[Sequence[str]]


def batches_create(organization: Organization, *, at: datetime) -> None:
    """Upload both files as the administrator, apply the first, leave the second at its preview."""
    with tenant(organization.pk):
        administrator = Person.objects.get(name=story.OFFICE[-1].name)
        partners = _uploaded(PARTNERS, _PARTNER_COLUMNS, _partner_rows(), administrator, at - timedelta(hours=26))
        partners.kind, partners.mapping = "account", _PARTNER_MAPPING
        partners.save()
        applying = import_run(batch=partners, at=at - timedelta(hours=26), actor=administrator)
        fair = _uploaded(
            FAIR, tuple(_FAIR_MAPPING["columns"].values()), _fair_rows(at), administrator, at - timedelta(minutes=55)
        )
        checking = import_map(
            batch=fair,
            kind="opportunity",
            source=story.SOURCE,
            mapping=_FAIR_MAPPING,
            is_all_or_nothing=False,
            is_snapshot=False,
            at=at - timedelta(minutes=50),
            actor=administrator,
        )
    job_work_here(organization.pk, applying.pk)
    job_work_here(organization.pk, checking.pk)


def _uploaded(name: str, columns: Sequence[str], rows: Rows, person: Person, at: datetime) -> ImportBatch:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    stream = [text.getvalue().encode()]
    return import_upload(stream=stream, file_name=name, source=story.SOURCE, created_by=person, at=at)


def _partner_rows() -> Rows:
    """New accounts, one of them without a name."""
    stems = ("Oxbow", "Tidewater", "Sandstone", "Meridian Lane", "Longacre", "Blackthorn")
    trades = ("Logistics", "Foods", "Polymers", "Solar", "Packaging", "Robotics")
    named = zip(stems, trades, story.REGIONS * 2, strict=True)
    rows = [(f"{stem} {trade}", "Partner referral", region.name) for stem, trade, region in named]
    return [*rows, ("", "Partner referral", story.CARRIER)]


def _fair_rows(at: datetime) -> Rows:
    """Deals from a fair: most of them sound, and the mistakes that such lists have."""
    reps = Person.objects.filter(holdings__seat__role="rep", left_on=None).distinct().order_by("pk")
    owners = list(reps.values_list("name", flat=True))
    accounts = list(Account.objects.order_by("pk").values_list("name", flat=True)[:FAIR_ROWS])
    products = list(Product.objects.exclude(list_price=None).order_by("pk"))
    today = at.date()
    rows = []
    for number in range(FAIR_ROWS):
        product = products[number % len(products)]
        stage = story.STAGES[number % 3][0]
        rows.append(
            [
                f"TF-{number + 1:03}",
                owners[number * 5 % len(owners)],
                accounts[number % len(accounts)],
                product.name,
                stage,
                f"{(product.list_price or 0) * (number % 4 + 1):.2f}",
                (today - timedelta(days=3 + number % 9)).isoformat(),
                (today + timedelta(days=20 + number * 2)).isoformat(),
                "Trade fair",
            ]
        )
    _spoil(rows)
    return rows


def _spoil(rows: list[list[str]]) -> None:
    rows[4][0] = ""  # no id
    rows[9][5] = "to be agreed"
    rows[14][7] = "2026-02-31"
    rows[19][0] = rows[18][0]  # twice
    rows[23][3] = rows[24][3] = "Pulse-Pro"
    rows[28][1] = rows[29][1] = rows[30][1] = "Walk-in desk"
    rows[33][2] = "Unlisted visitor GmbH"
    rows[38][5] = ""
