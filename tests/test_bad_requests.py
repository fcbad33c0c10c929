"""Nonsense in an address or in a query is answered with a page or a 4xx, never with an error of the program.

The addresses are those of the access table; what they read from their query is listed here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.test_access import TABLE
from tests.world import World

HUGE = "9" * 25  # more than a bigint
TEXTS = ["%00", "%FF%FE", "%27%22%3E%3Cscript%3E", "%E2%80%AE%F0%9F%92%A9" * 50]
NUMBERS = ["-1", HUGE, "9" * 5000, "%C2%B2", "NaN", "1e400"]  # 5000 digits Python does not read; ² only looks like one
DATES = ["0001-01-01", "9999-12-31", "2026-02-30", "%00"]
ANY = [TEXTS[0], TEXTS[1], NUMBERS[2]]
IDS = [*NUMBERS, "%00"]
PERIODS = [*DATES, "%C2%B2%C2%B2%C2%B2%C2%B2Q1", "0001Q1", "9999Q4"]
COMPARED = {"view": ANY, "compare": ANY, "sort": ANY, "page": IDS, "period": PERIODS}
KEPT = {
    "person": IDS,
    "team": IDS,
    "product": IDS,
    "account": IDS,
    "stage": IDS,
    "region": TEXTS,
    "source": TEXTS,
    "without": ANY,
}
EXPLORED = {**KEPT, "by": ANY, "period": PERIODS}
LIST = {"sort": ANY, "page": IDS}
PARAMETERS: dict[str, dict[str, list[str]]] = {
    "crm:deal_list": {
        "q": TEXTS,
        "outcome": ANY,
        "stage": IDS,
        "owner": IDS,
        "team": IDS,
        "product": IDS,
        "account": IDS,
        "region": TEXTS,
        "without": ANY,
        "closes_from": DATES,
        "closes_before": DATES,
        "created_from": DATES,
        "amount_from": NUMBERS,
        "amount_to": NUMBERS,
        "oddity": ANY,
        **LIST,
    },
    "crm:lead_list": {"q": TEXTS, "state": ANY, "source": ANY, "owner": IDS, "created_from": DATES, **LIST},
    "crm:activity_add": {"deal": IDS},
    "crm:activity_list": {"q": TEXTS, "type": ANY, "person": IDS, "deal": IDS, "occurred_from": DATES, **LIST},
    "crm:transaction_list": {
        "q": TEXTS,
        "type": ANY,
        "person": IDS,
        "deal": IDS,
        "occurred_before": DATES,
        "amount_from": NUMBERS,
        "amount_to": NUMBERS,
        **LIST,
    },
    "goals:objective_list": {"q": TEXTS, "which": ANY, "page": IDS},
    "goals:tree": {"show": ANY},
    "goals:template_list": {"role": ANY},
    "goals:bulk": {"q": TEXTS, "metric": ANY, "team": IDS, "starts_on": DATES, "ends_before": DATES},
    "goals:mine": {"when": ANY},
    "goals:team": {"when": ANY},
    "goals:team_set": {"metric": ANY, "starts_on": DATES, "ends_before": DATES},
    "goals:add": {"holder": ANY, "metric": ANY, "starts_on": DATES},
    "goals:ambition": {"holder": IDS, "metric": ANY, "target": NUMBERS, "starts_on": DATES, "limit_by": ANY},
    "crm:deal_rows": {"q": TEXTS, "custom_segment": ANY, **LIST},
    "crm:stage_list": {"pipeline": IDS},
    "crm:import_list": LIST,
    "crm:import_detail": {"result": ANY, "page": IDS},
    "crm:import_columns": {"kind": ANY},
    "crm:import_preview": {"page": IDS},
    "people:person_list": {"q": TEXTS, "team": IDS, "role": ANY, "sign_in": ANY, "state": ANY, **LIST},
    "people:move_list": {"page": IDS},
    "people:move_sheet": {"more": ANY},
    "people:team_list": {"on": DATES},
    "people:team_detail": {"on": DATES},
    "people:invitation_list": {"page": IDS},
    "goals:letter_list": {"q": TEXTS, "state": ANY, "page": IDS},
    "goals:letter_issue": {"starts_on": DATES, "ends_before": DATES},
    "people:notification_list": {"state": ANY, "kind": ANY, "page": IDS},
    "people:audit_list": {
        "actor": IDS,
        "about": IDS,
        "action": ANY,
        "subject": ANY,
        "starts_on": DATES,
        "ends_on": DATES,
        "page": IDS,
    },
    "people:audit_file": {"actor": IDS, "about": IDS, "action": ANY, "starts_on": DATES, "ends_on": DATES},
    "people:grant_give": {"person": IDS, "role": ANY, "starts_on": DATES},
    "metrics:version": {"since": ANY},
    "metrics:why": {"metric": ANY, **KEPT, "period": PERIODS, "page": IDS},
    "metrics:deal_origin": {"metric": ANY, "period": PERIODS},
    "metrics:metric": {**EXPLORED, **LIST},
    "metrics:metric_rows": EXPLORED,
    "metrics:team": COMPARED,
    "metrics:company": COMPARED,
    "metrics:team_numbers": {"period": PERIODS},
    "metrics:my_number": {"period": PERIODS, "compare": ANY},
    "metrics:person_numbers": {"period": PERIODS},
    "metrics:catalogue": {"period": PERIODS},
    "goals:plan_version": {"line": IDS},
    "goals:plan_compare": {"with": IDS},
    "account_login": {"next": TEXTS},
}
VIEWERS = {"metrics:team": "bob", "metrics:my_number": "alice"}  # who has such a page; the others are Ada's
READ = sorted(name for name, row in TABLE.items() if row.get("method", "get") == "get")


def queries(name: str) -> Iterator[str]:
    """One bad value at a time, so that none hides behind the refusal of another; dates as a pair."""
    fixed = "metric=revenue&" if name == "metrics:why" else ""
    for parameter, values in PARAMETERS.get(name, {}).items():
        yield from (f"{'' if parameter == 'metric' else fixed}{parameter}={value}" for value in values)
    if "period" in PARAMETERS.get(name, {}):
        yield from (f"{fixed}period=custom&from={day}&to={day}" for day in DATES)
        yield f"{fixed}period=custom&from=1900-01-01&to=2199-12-30"
    yield "%00=%00&&=&a[]=1&page=1&page=2"


def addresses(name: str, world: World) -> Iterator[str]:
    """The address as it is meant, and with numbers that no row can have."""
    arguments = world.filled(TABLE[name], "arguments")
    yield reverse(name, kwargs=arguments)
    for key, value in arguments.items():
        bad: list[Any] = [0, 2**31, 2**63, int(HUGE)] if isinstance(value, int) else ["%00", "²", "x" * 3000]
        for number in bad:
            try:
                yield reverse(name, kwargs={**arguments, key: number})
            except NoReverseMatch:
                continue


def broken(client: Client, path: str) -> bool:
    client.raise_request_exception = False
    response: Any = client.get(path)
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code) >= 500


@pytest.mark.parametrize("name", READ)
def test_nonsense_never_breaks_a_page(name: str, world: World) -> None:
    client = world.cast.client(VIEWERS.get(name, "nobody" if name == "account_login" else "ada"))
    address, *others = addresses(name, world)
    asked = [*(f"{address}?{query}" for query in queries(name)), *others]
    assert [path[:200] for path in asked if broken(client, path)] == []
