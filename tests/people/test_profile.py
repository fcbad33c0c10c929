"""One's own profile: name, language, time zone, sessions."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.audit import audit
from people.models import AuditEntry, Person, User
from tests.cast import PASSWORD, Cast

WHOLE = {"name": "Alice Ames", "locale": "", "time_zone": "", "theme": ""}


def signed_in(email: str = "alice@acme.example", agent: str = "Firefox/1") -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def save(client: Client, **values: str) -> Any:
    return client.post(reverse("people:profile"), WHOLE | values)


def test_the_name_is_changed_by_oneself_and_stands_in_the_log(cast: Cast) -> None:
    assert save(cast.client("alice"), name="  Alice   Adams ").status_code == 302
    assert Person.objects.get(pk=cast.alice.pk).name == "Alice Adams"
    assert AuditEntry.objects.filter(action="profile_change", actor=cast.alice).exists()


@pytest.mark.parametrize("values", [{"name": " "}, {"locale": "xx"}, {"time_zone": "Mars/Base"}, {"name": "\x00"}])
def test_what_makes_no_sense_is_refused(cast: Cast, values: dict[str, str]) -> None:
    assert save(cast.client("alice"), **values).status_code == 422
    assert Person.objects.get(pk=cast.alice.pk).name == "Alice Ames"


def test_moments_are_shown_in_ones_own_time_zone_and_language(cast: Cast) -> None:
    audit("person_change", actor=cast.ada, at=datetime(2026, 6, 15, 23, 30, tzinfo=UTC), subject=cast.alice)
    address = reverse("people:person_detail", args=[cast.alice.pk])
    alice = cast.client("alice")
    assert "15 Jun 2026, 23:30" in alice.get(address).content.decode()
    save(alice, time_zone="Asia/Tokyo")
    assert "16 Jun 2026, 08:30" in alice.get(address).content.decode()
    save(alice, time_zone="Asia/Tokyo", locale="de")
    page = alice.get(address).content.decode()
    assert re.search(r"16\.? Juni? 2026, 08:30", page) and 'lang="de"' in page
    assert "15 Jun 2026, 23:30" in cast.client("ada").get(address).content.decode()


def test_a_new_password_leads_back_to_the_profile(cast: Cast) -> None:
    new = {"oldpassword": PASSWORD, "password1": "another pass phrase", "password2": "another pass phrase"}
    answer = signed_in().post(reverse("account_change_password"), new)
    assert (answer.status_code, answer["Location"]) == (302, reverse("people:profile"))


def test_without_a_choice_moments_are_in_the_organizations_time_zone(cast: Cast) -> None:
    cast.organization.time_zone = "America/New_York"
    cast.organization.save()
    audit("person_change", actor=cast.ada, at=datetime(2026, 6, 16, 1, 30, tzinfo=UTC), subject=cast.alice)
    page = cast.client("alice").get(reverse("people:person_detail", args=[cast.alice.pk])).content.decode()
    assert "15 Jun 2026, 21:30" in page


def test_the_day_stays_the_organizations(cast: Cast) -> None:
    cast.organization.time_zone = "Pacific/Kiritimati"
    cast.organization.save()
    alice = cast.client("alice")
    before = alice.get(reverse("people:team_list")).context["on"]
    save(alice, time_zone="Pacific/Pago_Pago")
    assert alice.get(reverse("people:team_list")).context["on"] == before


def test_the_sessions_are_listed_and_ended_everywhere_else(cast: Cast) -> None:
    here, there, old = signed_in(agent="Firefox/1"), signed_in(agent="Chrome/2"), cast.client("alice")
    page = here.get(reverse("people:profile")).content.decode()
    assert "This one" in page and "Chrome" in page
    here.post(reverse("people:sessions_end"))
    assert here.get(reverse("people:profile")).status_code == 200
    for client in (there, old):
        assert client.get(reverse("people:profile")).status_code == 302
    assert "Chrome" not in here.get(reverse("people:profile")).content.decode()
    assert cast.client("bob").get(reverse("people:profile")).status_code == 200


def test_switching_a_sign_in_off_and_on_does_not_bring_old_sessions_back(cast: Cast) -> None:
    alice, ada = signed_in(), cast.client("ada")
    ada.post(reverse("people:sign_in_disable", args=[cast.alice.pk]))
    ada.post(reverse("people:sign_in_enable", args=[cast.alice.pk]))
    assert User.objects.get(person=cast.alice).is_active
    assert alice.get(reverse("people:profile")).status_code == 302
    assert signed_in().get(reverse("people:profile")).status_code == 200


def test_changing_the_password_ends_the_other_sessions(cast: Cast) -> None:
    here, there = signed_in(), signed_in()
    new = "another long pass phrase"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post(reverse("account_change_password"), values).status_code == 302
    assert here.get(reverse("people:profile")).status_code == 200
    assert there.get(reverse("people:profile")).status_code == 302
