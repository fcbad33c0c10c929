"""The Maven CRM sample loaded the plain way, to test figures without the import; skipped where the data is absent."""

import csv
import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from crm.models import Opportunity
from people.models import Organization, Person, Team
from tests.metrics import build


def folder() -> Path | None:
    """`SPM_SHARED_DIR`, or `shared` beside the checkout or one of its parents."""
    here = Path(__file__).resolve().parents[2]
    given = os.environ.get("SPM_SHARED_DIR")
    places = [Path(given)] if given else [parent / "shared" for parent in (here.parent, here.parent.parent)]
    return next((place / "data/maven_crm" for place in places if (place / "data/maven_crm").is_dir()), None)


def expected() -> dict[str, Any]:
    place = folder()
    assert place
    found: dict[str, Any] = json.loads((place / "EXPECTED.json").read_text(encoding="utf-8"))
    return found


def load() -> Organization:
    """People below managers below offices, products with GTXPro merged, all deals. Must run behind the wall."""
    agents = _agents()
    stages = build.stages(Prospecting=None, Engaging=None)
    products: dict[str, Any] = {}
    deals = []
    for row in _rows("sales_pipeline.csv"):
        name = {"GTXPro": "GTX Pro"}.get(row["product"], row["product"])
        products[name] = products.get(name) or build.product(name)
        stage = stages[{"Won": "won", "Lost": "lost"}.get(row["deal_stage"], row["deal_stage"])]
        deals.append(
            build.deal(
                stage,
                agents[row["sales_agent"]],
                Decimal(row["close_value"]) if row["close_value"] else None,
                product=products[name],
                engaged_on=_day(row["engage_date"]),
                closed_on=_day(row["close_date"]),
            )
        )
    Opportunity.objects.bulk_create(deals, batch_size=2000)
    return Organization.objects.get(pk=deals[0].stage.organization_id)


def _agents() -> dict[str, Person]:
    teams: dict[str, Team] = {}
    agents = {}
    for row in _rows("sales_teams.csv"):
        office, manager = row["regional_office"], row["manager"]
        if office not in teams:
            teams[office] = build.team(office)
        if manager not in teams:
            teams[manager] = build.team(manager, teams[office])
            build.seated(build.person(manager), teams[manager], role="manager")
        agents[row["sales_agent"]] = build.person(row["sales_agent"])
        build.seated(agents[row["sales_agent"]], teams[manager])
    return agents


def _rows(name: str) -> list[dict[str, str]]:
    place = folder()
    assert place
    with (place / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
