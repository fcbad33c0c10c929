"""Leads that people enter themselves: for whom, corrected by whom, counted by lead conversion."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.models import Account, Lead
from metrics.services import rollups_recompute
from people.models import AuditEntry
from people.wall import tenant
from tests.cast import Cast
from tests.crm.access import make_lead
from tests.metrics.test_command_metrics import metrics

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
ADD = "/leads/add/"
TODAY = timezone.localdate()
CREATED = TODAY - timedelta(days=20)


def sent(owner: Any, **values: Any) -> dict[str, Any]:
    return {
        "name": " Rope  Ltd ",
        "owner": owner.pk,
        "lead_source": "Fair",
        "created_on": CREATED.isoformat(),
        **values,
    }


def added(client: Client, owner: Any, **values: Any) -> Lead:
    answer = client.post(ADD, sent(owner, **values))
    assert answer.status_code == 302, answer.context["form"].errors
    return Lead.objects.latest("pk")


def test_a_rep_adds_a_lead_and_finds_it(cast: Cast, sign_in: SignIn) -> None:
    acme, client = Account.objects.create(name="Acme", name_key="acme"), sign_in("alice")
    row = added(client, cast.alice, account="ACME")
    assert (row.source, row.name, row.account, row.lead_source, row.is_converted) == (
        "",
        "Rope Ltd",
        acme,
        "Fair",
        False,
    )
    assert "entered by hand" in client.get("/leads/").content.decode()
    page = client.get(f"/leads/{row.pk}/").content.decode()
    assert f'href="/leads/{row.pk}/change/"' in page and "Take it away" in page
    assert "entered by hand" in page and row.external_id not in page
    assert AuditEntry.objects.filter(action="lead_add", subject_id=row.pk).count() == 1


def test_for_oneself_and_those_below_only(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in("alice").post(ADD, sent(cast.bob)).status_code == 422
    assert sign_in("bob").post(ADD, sent(cast.carol)).status_code == 422
    assert added(sign_in("bob"), cast.alice).owner == cast.alice
    assert added(sign_in("dana"), cast.carol).owner == cast.carol


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "required"),
        ({"created_on": ""}, "required"),
        ({"created_on": "soon"}, "valid date"),
        ({"created_on": (TODAY + timedelta(days=9)).isoformat()}, "still to come"),
        ({"converted_on": (TODAY + timedelta(days=9)).isoformat()}, "still to come"),
        ({"converted_on": (CREATED - timedelta(days=1)).isoformat()}, "before the lead was created"),
        ({"name": "x" * 301}, "at most 300"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_entered(
    cast: Cast, sign_in: SignIn, values: dict[str, str], words: str
) -> None:
    answer = sign_in("alice").post(ADD, sent(cast.alice, **values))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Lead.objects.exists()


def test_sent_twice_it_is_added_once(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("alice")
    key = client.get(ADD).context["form"]["key"].value()
    for _click in range(2):
        assert client.post(ADD, sent(cast.alice, key=key)).status_code == 302
    assert Lead.objects.count() == 1


def test_of_two_who_change_it_the_second_is_told(cast: Cast, sign_in: SignIn) -> None:
    row = added(sign_in("alice"), cast.alice)
    address, bob = f"/leads/{row.pk}/change/", sign_in("bob")
    seen = bob.get(address).context["form"]["seen"].value()
    assert sign_in("alice").post(address, sent(cast.alice, name="Mine", seen=seen)).status_code == 302
    second = bob.post(address, sent(cast.alice, name="Ours", seen=seen))
    assert second.status_code == 422 and "Alice Ames" in second.content.decode()
    assert Lead.objects.get().name == "Mine"


def test_what_came_from_a_source_and_what_is_anothers_stays(cast: Cast, sign_in: SignIn) -> None:
    told, mine = make_lead("L1", cast.alice), added(sign_in("alice"), cast.alice)
    for who in ("alice", "bob", "dana"):
        assert sign_in(who).post(f"/leads/{told.pk}/delete/").status_code == 403
        assert sign_in(who).get(f"/leads/{told.pk}/change/").status_code == 403
        assert "Take it away" not in sign_in(who).get(f"/leads/{told.pk}/").content.decode()
    assert sign_in("carol").post(f"/leads/{mine.pk}/delete/").status_code == 404
    assert sign_in("erin").post(f"/leads/{mine.pk}/delete/").status_code == 403
    assert Lead.objects.filter(is_deleted=False).count() == 2


COUNTED = """
    SELECT p.name, count(*), count(l.converted_on) FROM crm_lead l JOIN people_person p ON p.id = l.owner_id
    WHERE NOT l.is_deleted GROUP BY 1
"""


def test_conversion_follows_every_step_as_a_plain_query_counts(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("bob")
    rollups_recompute(organization_id=cast.organization.pk)

    def same() -> dict[str, tuple[int, int]]:
        rollups_recompute(organization_id=cast.organization.pk)
        told = {
            row["group"]["person"]: (int(row["denominator"]), int(row["numerator"]))
            for row in metrics(metric="lead_conversion", by="person")["rows"]
            if row["denominator"] and int(row["denominator"])
        }
        with tenant(cast.organization.pk), connection.cursor() as cursor:
            cursor.execute(COUNTED)
            assert told == {name: (count, converted) for name, count, converted in cursor.fetchall()}
        return told

    first, second = added(client, cast.alice), added(client, cast.alice)
    assert same() == {"Alice Ames": (2, 0)}
    won = sent(cast.alice, converted_on=(CREATED + timedelta(days=5)).isoformat())
    assert client.post(f"/leads/{first.pk}/change/", won).status_code == 302
    assert same() == {"Alice Ames": (2, 1)}
    assert client.post(f"/leads/{second.pk}/change/", sent(cast.bob)).status_code == 302
    assert same() == {"Alice Ames": (1, 1), "Bob Brand": (1, 0)}
    assert client.post(f"/leads/{second.pk}/delete/").status_code == 302
    assert same() == {"Alice Ames": (1, 1)}
