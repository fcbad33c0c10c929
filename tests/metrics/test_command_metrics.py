import json
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metrics.models import DirtyBucket
from people.models import Organization
from people.wall import tenant
from tests.metrics import build


@pytest.fixture
def company(db: None) -> Iterator[Organization]:
    made = build.organization(currency="JPY")
    with tenant(made.pk):
        stages = build.stages()
        north = build.team("North")
        anna, ben = build.person("Anna"), build.person("Ben")
        build.seated(anna, north)
        gtx = build.product("GTX")
        build.deals(
            build.deal(stages["won"], anna, "1000.5", product=gtx, closed_on=date(2017, 1, 31)),
            build.deal(stages["won"], anna, "99", product=gtx, closed_on=date(2017, 3, 1)),
            build.deal(stages["lost"], ben, None, closed_on=date(2017, 3, 2)),
        )
    yield made


def metrics(**options: Any) -> Any:
    out = StringIO()
    call_command("metrics", organization="acme", format="json", stdout=out, **options)
    return json.loads(out.getvalue())


def test_a_total_has_the_shape_other_programs_rely_on(company: Organization) -> None:
    document = metrics(metric="win_rate,revenue")
    assert document["as_of"]
    assert document["rows"][0] == {
        "metric": "win_rate",
        "group": {},
        "value": "0.666667",
        "numerator": "2",
        "denominator": "3",
        "note": "",
        "keys": {},
    }
    assert {"value": "1100", "numerator": None, "denominator": None}.items() <= document["rows"][1].items()


def test_what_is_due_is_recomputed_first(company: Organization) -> None:
    assert metrics(metric="won_count", no_wait=True)["rows"][0]["value"] == "0"
    assert metrics(metric="won_count")["rows"][0]["value"] == "2"
    with tenant(company.pk):
        assert not DirtyBucket.objects.exists()


def test_every_period_and_every_person_has_a_row(company: Organization) -> None:
    rows = metrics(metric="won_count", by="person,month", starts_on="2017-01-01", ends_before="2017-04-01")["rows"]
    assert [(*row["group"].values(), row["value"]) for row in rows] == [
        ("Anna", "2017-01", "1"),
        ("Anna", "2017-02", "0"),
        ("Anna", "2017-03", "1"),
        ("Ben", "2017-01", "0"),
        ("Ben", "2017-02", "0"),
        ("Ben", "2017-03", "0"),
    ]


def test_the_end_is_not_included(company: Organization) -> None:
    rows = metrics(metric="won_count", starts_on="2017-01-31", ends_before="2017-03-01")["rows"]
    assert rows[0]["value"] == "1"


def test_filters_narrow_the_deals(company: Organization) -> None:
    for text, value in (("person=Ben", "0"), ("team=north", "2"), ("product=GTX", "2")):
        assert metrics(metric="won_count", filter=[text])["rows"][0]["value"] == value


def test_a_figure_the_data_cannot_support_is_null_with_a_note(company: Organization) -> None:
    [row] = metrics(metric="win_rate_by_value")["rows"]
    assert (row["value"], row["note"]) == (None, "1 lost deal without amount")


def test_text_is_a_table(company: Organization) -> None:
    out = StringIO()
    call_command("metrics", organization="acme", metric="win_rate", by="person", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].split() == ["person", "metric", "value", "numerator", "denominator", "note"]
    assert lines[1].split() == ["Anna", "win_rate", "1.000000", "2", "2"]


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ({"metric": "win_rat"}, 2, "There is no metric 'win_rat'. Did you mean win_rate? Known: revenue"),
        ({"metric": ""}, 2, "Name at least one metric"),
        ({"metric": "revenue", "by": "persn"}, 2, "There is no grouping 'persn'. Did you mean person?"),
        ({"metric": "revenue", "by": "month,quarter"}, 2, "cuts time one way at once"),
        ({"metric": "revenue", "starts_on": "2017-02-30"}, 2, "--from '2017-02-30' is no day; write it as 2017-03-01."),
        (
            {"metric": "revenue", "starts_on": "2017-02-01", "ends_before": "2017-02-01"},
            2,
            "--to is the day after the last one, so it must come after --from 2017-02-01",
        ),
        ({"metric": "revenue", "filter": ["colour=red"]}, 2, "There is no filter 'colour'"),
        ({"metric": "revenue", "filter": ["person"]}, 2, "is not KEY=VALUE"),
        ({"metric": "revenue", "filter": ["team=South"]}, 1, "There is no team 'South' in this organization."),
    ],
)
def test_a_wrong_question_says_what_to_do(
    company: Organization, options: dict[str, Any], status: int, words: str
) -> None:
    with pytest.raises(CommandError, match=words.replace("?", r"\?")) as refused:
        metrics(**options)
    assert refused.value.returncode == status


def test_recompute_says_what_it_did(company: Organization) -> None:
    out = StringIO()
    call_command("recompute", organization="acme", full=True, format="json", stdout=out)
    assert json.loads(out.getvalue())["rebuilds"] == 1
