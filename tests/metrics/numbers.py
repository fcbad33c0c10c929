"""Deals of the cast in the first quarter of 2026, small enough to add up in one's head.

            won                      lost   open
Alice       1000 + 2000 + 3000       1      500 past due since March · 700 without a day
Bob         400 (leads North)
Carol       5000 + 5000              2
nobody      900
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client

from metrics.services import rollups_recompute
from tests.cast import Cast
from tests.metrics import build

QUARTER = {"period": "2026Q1"}


def make_deals(cast: Cast) -> dict[str, Any]:
    """Behind Acme's wall; the numbers are computed."""
    stages = build.stages(late=Decimal("0.5"))
    gtx, kit = build.product("GTX"), build.product("Kit")
    won, lost, late = stages["won"], stages["lost"], stages["late"]
    sold = [
        (cast.alice, 1000, date(2026, 1, 10), gtx),
        (cast.alice, 2000, date(2026, 2, 10), gtx),
        (cast.alice, 3000, date(2026, 3, 10), kit),
        (cast.bob, 400, date(2026, 1, 20), kit),
        (cast.carol, 5000, date(2026, 2, 1), gtx),
        (cast.carol, 5000, date(2026, 3, 1), gtx),
        (None, 900, date(2026, 3, 5), kit),
    ]
    made = [
        build.deal(won, who, amount, closed_on=day, created_on=date(2025, 12, 31), product=product, name=f"Deal {n}")
        for n, (who, amount, day, product) in enumerate(sold)
    ]
    made += [build.deal(lost, who, 800, closed_on=date(2026, 3, 20)) for who in (cast.alice, cast.carol, cast.carol)]
    made.append(build.deal(late, cast.alice, 500, closed_on=date(2026, 3, 1), name="Overdue"))
    made.append(build.deal(late, cast.alice, 700, name="Undated"))
    build.deals(*made)
    recompute(cast)
    return stages


def recompute(cast: Cast) -> None:
    rollups_recompute(organization_id=cast.organization.pk)


def get(client: Client, path: str, **query: Any) -> Any:
    response = client.get(path, {**QUARTER, **query})
    assert response.status_code == 200, (path, response.status_code)
    return response


def shown(response: Any) -> dict[str, str]:
    """What the page says, by the key of each figure."""
    found = re.findall(r'data-figure="([^"]+)"[^>]*>(.*?)</(?:p|span)>', response.content.decode(), re.S)
    return {key: re.sub(r"<[^>]+>", "", text).strip() for key, text in found}


def words(response: Any) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
