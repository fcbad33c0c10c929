"""`manage.py demo` and `demo_deal_closes`: what they make, say and refuse."""

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from crm.models import ImportBatch, Opportunity, OpportunityChange
from metrics.models import DailyRollup, DirtyBucket
from people.models import Organization, Person, Seat, SeatHolding, TeamClosure, User
from people.viewer import viewer_of_user
from people.wall import tenant
from spm.demo.load import demo_create
from spm.demo.sign_ins import PASSWORD, sign_ins_create, sign_ins_list

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
SMALL = ["--reps", "14", "--deals", "900", "--months", "12"]
ROLES = ["rep", "manager", "operations", "finance", "hr", "executive", "administrator"]


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("demo", *arguments, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def small(slug: str, seed: int = 7) -> Organization:
    return demo_create(slug=slug, reps=14, deals=900, months=12, seed=seed, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_it_makes_a_whole_organization_and_prints_a_sign_in_per_role() -> None:
    answer = run(*SMALL)
    assert answer["organization"] == "demo" and answer["url_path"] == "/accounts/login/"
    assert [row["role"] for row in answer["sign_ins"]] == ROLES
    organization = Organization.objects.get(slug="demo")
    assert organization.is_demo
    with tenant(organization.pk):
        assert Opportunity.objects.count() == 900
        assert OpportunityChange.objects.count() > 2_700
        assert DailyRollup.objects.filter(won_count__gt=0).exists()
        assert not DirtyBucket.objects.exists()
        assert set(TeamClosure.objects.values_list("depth", flat=True)) == {0, 1, 2}
        waiting = ImportBatch.objects.get(state=ImportBatch.State.CHECKED)
        assert waiting.refused == 4 and waiting.issues.filter(level="warning").count() == 3
        assert ImportBatch.objects.get(state=ImportBatch.State.APPLIED).refused == 1
    run_again_replaces_nothing(answer)


def run_again_replaces_nothing(first: dict[str, Any]) -> None:
    again = run("--reps", "20", "--seed", "9")
    assert first["created"] and not again["created"]
    assert again["sign_ins"] == first["sign_ins"]
    with tenant(Organization.objects.get().pk):
        assert Opportunity.objects.count() == 900


def test_every_role_signs_in_with_what_was_printed() -> None:
    organization = small("demo")
    for row in sign_ins_create(organization, is_public=False):
        answer = Client().post("/accounts/login/", {"login": row["login"], "password": row["password"]})
        assert answer.status_code == 302, row["role"]
        assert EmailAddress.objects.get(email=row["email"]).verified
        with tenant(organization.pk):
            viewer = viewer_of_user(User.objects.get(email=row["email"]), at=NOW)
            assert row["role"] in viewer.roles and viewer.person.name == row["name"]


def test_where_others_can_reach_the_server_passwords_are_random_and_told_once() -> None:
    organization = small("demo")
    rows = sign_ins_create(organization, is_public=True)
    assert len({row["password"] for row in rows} | {PASSWORD}) == len(rows) + 1
    assert [row["password"] for row in sign_ins_list(organization)] == [None] * len(rows)


def test_the_loader_needs_no_more_than_the_application_may() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("spm_app",)
    assert small("demo").pk


def test_two_demo_organizations_do_not_mix() -> None:
    one, other = small("one"), small("other", seed=8)
    seen = []
    for organization in (one, other):
        with tenant(organization.pk):
            assert Opportunity.objects.count() == 900
            owners = set(Opportunity.objects.exclude(owner=None).values_list("owner_id", flat=True))
            assert owners <= set(Person.objects.values_list("pk", flat=True))
            deals = set(Opportunity.objects.values_list("pk", flat=True))
            assert set(OpportunityChange.objects.values_list("opportunity_id", flat=True)) == deals
            seen.append(deals)
    assert not seen[0] & seen[1]


def test_the_history_in_the_database_ends_where_each_deal_stands() -> None:
    with tenant(small("demo").pk), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE (o.stage_id, o.outcome, o.amount, o.closed_on, o.owner_id)
                    IS DISTINCT FROM (c.stage_id, c.outcome, c.amount, c.closed_on, c.owner_id)),
                count(*) FILTER (WHERE o.outcome <> 'open' AND c.happened_on <> o.closed_on)
            FROM crm_opportunity o JOIN LATERAL (
                SELECT * FROM crm_opportunitychange c WHERE c.opportunity_id = o.id ORDER BY recorded_at DESC, id DESC
                LIMIT 1
            ) c ON true
            """
        )
        assert cursor.fetchone() == (900, 0, 0)


def test_the_seat_of_who_left_is_vacant() -> None:
    organization = small("demo")
    today = NOW.date()
    with tenant(organization.pk):
        left = Person.objects.exclude(left_on=None).get()
        seat = SeatHolding.objects.get(person=left).seat
        assert Seat.objects.on(today).filter(pk=seat.pk).exists()
        assert not SeatHolding.objects.on(today).filter(seat=seat).exists()
        moved = Person.objects.filter(holdings__ends_before__lt=today, left_on=None).get()
        first, second = moved.holdings.order_by("starts_on")
        assert first.ends_before == second.starts_on and first.seat.team_id != second.seat.team_id


def test_a_real_organization_is_never_touched() -> None:
    Organization.objects.create(slug="acme", name="Acme")
    with pytest.raises(CommandError, match="is a real organization; choose another --slug"):
        run("--slug", "acme")
    with pytest.raises(CommandError, match="Only a deal of a demo organization"):
        call_command("demo_deal_closes", "--slug", "acme")


@pytest.mark.parametrize("arguments", [("--reps", "0"), ("--deals", "5"), ("--months", "999"), ("--slug", "a b")])
def test_wrong_usage_is_refused_before_anything_is_made(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=arguments[0]) as refused:
        run(*arguments)
    assert refused.value.returncode == 2
    assert not Organization.objects.exists()


def test_a_deal_of_maya_closes_now_and_leaves_a_mark_and_a_change() -> None:
    organization, out = small("demo"), StringIO()
    call_command("demo_deal_closes", "--format", "json", stdout=out)
    with tenant(organization.pk):
        deal = Opportunity.objects.get(external_id=json.loads(out.getvalue())["deal"])
        assert deal.outcome == "won" and deal.owner is not None and deal.owner.name == "Maya Okafor"
        last = deal.changes.order_by("pk").last()
        assert last is not None and (last.outcome, last.happened_on) == ("won", deal.closed_on)
        assert DirtyBucket.objects.filter(person_id=deal.owner_id, day=deal.closed_on).exists()


def test_when_maya_has_no_open_deal_left_it_says_so() -> None:
    with tenant(small("demo").pk):
        Opportunity.objects.filter(owner__name="Maya Okafor", outcome="open").update(is_deleted=True)
    with pytest.raises(CommandError, match="Maya Okafor has no open deal left"):
        call_command("demo_deal_closes")
