"""Activities that people enter themselves: for whom, corrected by whom, counted by every figure."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.models import Account, Activity
from metrics.services import rollups_recompute
from people.models import AuditEntry
from people.wall import tenant
from tests.cast import Cast
from tests.crm.access import make_deal
from tests.metrics.test_command_metrics import metrics

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
ADD = "/activities/add/"


def sent(who: Any, **values: Any) -> dict[str, Any]:
    moment = timezone.localtime() - timedelta(hours=2)
    return {
        "type": "call", "subject": " Kick-off  call ", "person": who.pk, "occurred_at": moment.strftime("%Y-%m-%dT%H:%M"),
        **values,
    }  # fmt: skip


def logged(client: Client, who: Any, deal: Any = None, **values: Any) -> Activity:
    answer = client.post(ADD + (f"?deal={deal.pk}" if deal else ""), sent(who, **values))
    assert answer.status_code == 302, answer.context["form"].errors
    return Activity.objects.latest("pk")


def test_a_rep_logs_a_call_of_a_deal_and_finds_it_on_its_page(cast: Cast, sign_in: SignIn) -> None:
    acme = Account.objects.create(name="Acme", name_key="acme")
    deal, client = make_deal("A1", cast.alice, account=acme), sign_in("alice")
    page = client.get(f"/deals/{deal.pk}/").content.decode()
    assert f'href="/activities/add/?deal={deal.pk}"' in page
    row = logged(client, cast.alice, deal)
    assert (row.source, row.subject, row.person, row.opportunity, row.account) == (
        "", "Kick-off call", cast.alice, deal, acme
    )  # fmt: skip
    assert f'href="/activities/{row.pk}/"' in client.get(f"/deals/{deal.pk}/").content.decode()
    listed = client.get("/activities/").content.decode()
    assert f"/activities/{row.pk}/" in listed and "entered by hand" in listed
    assert AuditEntry.objects.filter(action="activity_add", subject_id=row.pk).count() == 1


@pytest.mark.parametrize(
    ("who", "people"),
    [
        ("alice", {"Alice Ames"}),
        ("bob", {"Alice Ames", "Bob Brand"}),
        ("dell", {"Alice Ames", "Bob Brand", "Dell Dunn"}),
        ("otto", {"Alice Ames", "Bob Brand", "Otto Ober"}),
        ("erin", {"Erin East"}),
        ("finn", {"Finn Frost"}),
    ],
)
def test_one_enters_for_oneself_and_for_those_below(cast: Cast, sign_in: SignIn, who: str, people: set[str]) -> None:
    client = sign_in(who)
    form = client.get(ADD).context["form"]
    assert {str(person) for person in form.fields["person"].queryset} == people
    assert client.post(ADD, sent(cast.carol)).status_code == 422
    assert not Activity.objects.exists()


def test_operations_enters_for_everybody_and_nobody_for_a_deal_out_of_sight(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("C1", cast.carol)
    assert logged(sign_in("dana"), cast.carol, deal).person == cast.carol
    assert sign_in("alice").get(f"{ADD}?deal={deal.pk}").status_code == 404
    assert sign_in("alice").post(f"{ADD}?deal={deal.pk}", sent(cast.alice)).status_code == 404


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"occurred_at": ""}, "required"),
        ({"occurred_at": "yesterday"}, "valid date/time"),
        ({"occurred_at": "2999-01-01T10:00"}, "still to come"),
        ({"occurred_at": "1201-01-01T10:00"}, "Check the year"),
        ({"type": "dance"}, "valid choice"),
        ({"subject": "x" * 301}, "at most 300"),
        ({"person": ""}, "required"),
    ],
)
def test_wrong_input_is_told_beside_the_field_and_nothing_is_entered(
    cast: Cast, sign_in: SignIn, values: dict[str, str], words: str
) -> None:
    answer = sign_in("alice").post(ADD, sent(cast.alice, **values))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Activity.objects.exists()


def test_sent_twice_it_is_entered_once(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("alice")
    key = client.get(ADD).context["form"]["key"].value()
    for _click in range(2):
        assert client.post(ADD, sent(cast.alice, key=key)).status_code == 302
    assert Activity.objects.count() == 1


def test_it_is_corrected_and_taken_away_by_its_person_and_by_who_leads_them(cast: Cast, sign_in: SignIn) -> None:
    row = logged(sign_in("alice"), cast.alice)
    change = f"/activities/{row.pk}/"
    assert sign_in("bob").post(change, sent(cast.bob, type="meeting", subject="Demo")).status_code == 302
    row.refresh_from_db()
    assert (row.type, row.subject, row.person) == ("meeting", "Demo", cast.bob)
    for who, status in [("carol", 404), ("alice", 404), ("erin", 403), ("finn", 404)]:
        client = sign_in(who)
        assert client.get(change).status_code == client.post(f"{change}delete/").status_code == status, who
    assert sign_in("bob").post(f"{change}delete/").status_code == 302
    row.refresh_from_db()
    assert row.is_deleted and sign_in("bob").get(change).status_code == 404
    assert list(AuditEntry.objects.filter(subject="activity").order_by("pk").values_list("action", flat=True)) == [
        "activity_add", "activity_change", "activity_delete"
    ]  # fmt: skip


def test_what_came_from_a_source_is_changed_by_nobody(cast: Cast, sign_in: SignIn) -> None:
    row = Activity.objects.create(
        source="crm", external_id="T1", person=cast.alice, type="call", occurred_at=datetime(2026, 6, 1, tzinfo=UTC),
        occurred_on="2026-06-01",
    )  # fmt: skip
    for who in ("alice", "bob", "dana", "ada"):
        assert sign_in(who).post(f"/activities/{row.pk}/", sent(cast.alice)).status_code == 403
        assert sign_in(who).post(f"/activities/{row.pk}/delete/").status_code == 403
        assert f"/activities/{row.pk}/" not in sign_in(who).get("/activities/").content.decode()


def test_of_two_who_change_it_the_second_is_told_what_the_first_did(cast: Cast, sign_in: SignIn) -> None:
    row = logged(sign_in("alice"), cast.alice)
    alice, bob = sign_in("alice"), sign_in("bob")
    seen = bob.get(f"/activities/{row.pk}/").context["form"]["seen"].value()
    assert alice.post(f"/activities/{row.pk}/", sent(cast.alice, subject="Mine", seen=seen)).status_code == 302
    second = bob.post(f"/activities/{row.pk}/", sent(cast.alice, subject="Ours", seen=seen))
    assert second.status_code == 422 and "Alice Ames" in second.content.decode()
    row.refresh_from_db()
    assert row.subject == "Mine"
    again = second.context["form"]["seen"].value()
    assert bob.post(f"/activities/{row.pk}/", sent(cast.alice, subject="Ours", seen=again)).status_code == 302


def test_its_day_is_the_day_of_the_organization(cast: Cast, sign_in: SignIn) -> None:
    cast.organization.time_zone = "Pacific/Auckland"
    cast.organization.save()
    cast.alice.user.time_zone = "America/Los_Angeles"
    cast.alice.user.save()
    row = logged(sign_in("alice"), cast.alice, occurred_at="2026-03-02T20:30")
    assert (row.occurred_at, str(row.occurred_on)) == (datetime(2026, 3, 3, 4, 30, tzinfo=UTC), "2026-03-03")


COUNTED = """
    SELECT p.name, a.type, count(*) FROM crm_activity a JOIN people_person p ON p.id = a.person_id
    WHERE NOT a.is_deleted GROUP BY 1, 2
"""


def test_figures_count_it_as_a_plain_query_does_through_every_step(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("bob")
    rollups_recompute(organization_id=cast.organization.pk)

    def same() -> dict[Any, int]:
        rollups_recompute(organization_id=cast.organization.pk)
        rows = metrics(metric="activities", by="person,type")["rows"]
        told = {(row["group"]["person"], row["group"]["type"]): int(row["value"]) for row in rows if int(row["value"])}
        with tenant(cast.organization.pk), connection.cursor() as cursor:
            cursor.execute(COUNTED)
            assert told == {(name, type): count for name, type, count in cursor.fetchall()}
        return told

    first, second = logged(client, cast.alice), logged(client, cast.alice, type="meeting")
    assert same() == {("Alice Ames", "call"): 1, ("Alice Ames", "meeting"): 1}
    client.post(f"/activities/{first.pk}/", sent(cast.bob, type="demo"))
    assert same() == {("Bob Brand", "demo"): 1, ("Alice Ames", "meeting"): 1}
    client.post(f"/activities/{second.pk}/delete/")
    assert same() == {("Bob Brand", "demo"): 1}
