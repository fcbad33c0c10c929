"""A granted role limited to a team reaches that team with all below it, as of the day asked about, and nothing else."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError

from crm import policies as crm_policies
from crm.models import Transaction
from metrics.selectors.subject import access_company_numbers, access_team_numbers
from people.models import FOREVER, Grant, Person, SeatHolding, Team, TeamPlacement
from people.policies import organizations, persons, teams, visible_person_ids
from people.services.grant import grant_give
from people.viewer import viewer_of_person
from tests.cast import NOW, TODAY, Cast, make_person, make_seat, make_team
from tests.crm.access import make_deal

YESTERDAY = TODAY - timedelta(days=1)


def names(cast: Cast, who: str, on: date | None = None) -> set[str]:
    found = persons.visible(cast.viewer(who), "view_numbers", on=on)
    return {person.name.split()[0].lower() for person in found}


def test_it_reaches_every_level_below(cast: Cast) -> None:
    deep = make_team("Deep", cast.north)
    make_seat(deep, make_person("Digger"))
    assert names(cast, "otto") == {"otto", "bob", "alice", "digger"}
    assert set(teams.visible(cast.viewer("otto"), "view_numbers")) == {cast.north, deep}
    assert visible_person_ids(cast.viewer("otto")) == frozenset(
        Person.objects.filter(name__in=["Otto Ober", "Bob Brand", "Alice Ames", "Digger"]).values_list("pk", flat=True)
    )


def test_what_stood_below_the_team_on_the_day_counts(cast: Cast) -> None:
    """Carol came to North today; a team was taken out of North today."""
    SeatHolding.objects.filter(person=cast.carol).update(ends_before=TODAY)
    make_seat(cast.north, cast.carol, starts_on=TODAY)
    deep = make_team("Deep", cast.north, ends_before=TODAY)
    make_seat(deep, make_person("Digger"))
    assert names(cast, "otto") == {"otto", "bob", "alice", "carol"}
    assert names(cast, "otto", on=YESTERDAY) == {"otto", "bob", "alice", "digger"}
    assert deep not in teams.visible(cast.viewer("otto"), "view_numbers")
    assert deep in teams.visible(cast.viewer("otto"), "view_numbers", on=YESTERDAY)


def test_a_grant_that_has_ended_opens_no_day_at_all(cast: Cast) -> None:
    Grant.objects.filter(person=cast.otto).update(ends_before=TODAY)
    assert names(cast, "otto") == {"otto"}
    assert names(cast, "otto", on=YESTERDAY) == {"otto"}


@pytest.mark.parametrize("who", ["otto", "fay"])
def test_it_opens_nothing_that_belongs_to_the_whole_organization(cast: Cast, who: str) -> None:
    viewer = cast.viewer(who)
    assert not viewer.sees_everyone
    assert not viewer.roles
    with pytest.raises(PermissionDenied):
        access_company_numbers(viewer)
    with pytest.raises(Team.DoesNotExist):
        access_team_numbers(viewer, cast.sales.pk)
    for policy in (crm_policies.imports, crm_policies.stages, crm_policies.health, organizations):
        assert not policy.can(viewer, "view")
        assert not policy.can(viewer, "change")


def test_the_reach_of_a_role_is_everywhere_its_teams_or_nowhere(cast: Cast) -> None:
    assert cast.viewer("finn").reach({"finance"}) is None
    assert cast.viewer("fay").reach({"finance"}) == {cast.south.pk}
    assert cast.viewer("fay").reach({"operations"}) == frozenset()
    assert cast.viewer("fay").limited_roles == {"finance"}


def test_deals_are_those_of_the_teams_people_without_the_house(cast: Cast) -> None:
    for number, owner in enumerate([cast.alice, cast.carol, None], 1):
        make_deal(str(number), owner)
    assert set(crm_policies.deals.visible(cast.viewer("otto")).values_list("external_id", flat=True)) == {"1"}
    assert crm_policies.deals.visible(cast.viewer("dana")).count() == 3


def test_finance_of_a_team_sees_the_transactions_of_its_people(cast: Cast) -> None:
    for number, person in enumerate([cast.alice, cast.carol, None], 1):
        Transaction.objects.create(
            source="t", external_id=str(number), type="invoice", person=person, occurred_on=TODAY, currency="USD"
        )
    seen = {who: transactions_of(cast, who) for who in ("fay", "finn", "otto", "carol")}
    assert seen == {"fay": {"2"}, "finn": {"1", "2", "3"}, "otto": {"1"}, "carol": {"2"}}


def transactions_of(cast: Cast, who: str) -> set[str]:
    return set(crm_policies.transactions.visible(cast.viewer(who)).values_list("external_id", flat=True))


def test_the_same_role_may_be_limited_to_two_teams_but_not_twice_to_one(cast: Cast) -> None:
    ada = cast.viewer("ada")
    grant_give(viewer=ada, person=cast.otto, role="operations", team=cast.south, at=NOW, starts_on=TODAY)
    assert cast.viewer("otto").open_team_ids == {cast.north.pk, cast.south.pk}
    with pytest.raises(ValidationError, match="already"):
        grant_give(viewer=ada, person=cast.otto, role="operations", team=cast.south, at=NOW, starts_on=TODAY)


def test_an_administrator_cannot_be_limited(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="leave the team empty"):
        grant_give(
            viewer=cast.viewer("ada"),
            person=cast.nils,
            role="administrator",
            team=cast.north,
            at=NOW,
            starts_on=TODAY,
            ends_before=FOREVER,
        )


def test_the_home_is_the_page_of_the_team(cast: Cast) -> None:
    make_deal("1", cast.alice)
    answer = cast.client("otto").get("/", follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == "/team/"
    words = answer.content.decode()
    assert "North" in words and "Operations (North)" in words
    assert "Alice Ames" in words and "Carol Cole" not in words
    assert "/imports/" not in words and "/company/" not in words


def test_pages_outside_the_team_are_not_there(cast: Cast) -> None:
    client = cast.client("otto")
    assert client.get(f"/people/{cast.alice.pk}/numbers/").status_code == 200
    assert client.get(f"/people/{cast.carol.pk}/numbers/").status_code == 404
    assert client.get(f"/teams/{cast.south.pk}/numbers/").status_code == 404
    assert client.get(f"/metrics/revenue/?person={cast.carol.pk}").status_code == 404


def test_a_download_holds_the_team_alone(cast: Cast) -> None:
    for number, owner in enumerate([cast.alice, cast.carol], 1):
        make_deal(str(number), owner)
    answer = cast.client("otto").get("/metrics/won_count/rows.csv?by=person&period=all")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode("utf-8-sig")
    assert "Alice Ames" in text
    assert "Carol Cole" not in text
    assert list(csv.reader(io.StringIO(text)))


def test_teams_of_a_download_are_those_of_the_team(cast: Cast) -> None:
    answer = cast.client("otto").get("/metrics/won_count/rows.csv?by=team&period=all")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"South" not in body and b"Sales" not in body


def test_the_command_gives_a_limited_role(cast: Cast) -> None:
    call_command(
        "grant_give", organization="acme", person="Nils Nord", role="finance", team="north", starts_on=date(2026, 1, 1)
    )
    grant = Grant.objects.get(person=cast.nils)
    assert (grant.role, grant.team) == ("finance", cast.north)
    with pytest.raises(CommandError, match="There is no team"):
        call_command("grant_give", organization="acme", person="Nils Nord", role="hr", team="Nort")


def test_the_viewer_still_takes_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        viewer = viewer_of_person(cast.dell, organization=cast.organization, on=TODAY)
    assert viewer.managed_team_ids == {cast.north.pk}


def test_a_team_that_moves_away_takes_its_numbers_with_it(cast: Cast) -> None:
    west = make_team("West", cast.sales)
    make_seat(west, cast.nils)
    TeamPlacement.objects.filter(team=west).delete()
    TeamPlacement.objects.create(team=west, parent=cast.north, starts_on=TODAY)
    assert "nils" in names(cast, "otto")
    assert "nils" not in names(cast, "otto", on=YESTERDAY)
