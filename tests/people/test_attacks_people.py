"""Forged posts to the pages of people, teams, seats and roles: a message or a 4xx, and nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from people.models import Grant, Team
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
BAD = ["\x00", "0001-01-01", "9999-12-31", "2026-02-30", "9" * 25, "9" * 5000, "²", "-1", "NaN", "x" * 5000, "\u202e💩"]


def forms(cast: Cast) -> dict[str, dict[str, Any]]:
    """Every form of the app with values that it would take."""
    assert cast.vacant_seat is not None
    seat = cast.vacant_seat.pk
    return {
        "/people/add/": {"name": "Zoe", "email": "zoe@acme.example", "hired_on": "2026-01-01"},
        f"/people/{cast.nils.pk}/change/": {"name": "Nils", "email": "", "hired_on": "", "left_on": ""},
        f"/people/{cast.nils.pk}/sign-in/": {"email": "nils@acme.example"},
        "/invitations/add/": {"addresses": "Zoe <zoe@acme.example>", "persons": [cast.nils.pk]},
        "/teams/add/": {"name": "West", "parent": cast.sales.pk},
        f"/teams/{cast.north.pk}/rename/": {"name": "Northern"},
        f"/teams/{cast.north.pk}/move/": {"parent": cast.south.pk, "on": "2026-07-01"},
        f"/teams/{cast.south.pk}/seats/add/": {
            "role": "rep",
            "title": "",
            "person": cast.nils.pk,
            "starts_on": "2026-07-01",
            "expected_count": 2,
        },
        f"/seats/{seat}/assign/": {"person": cast.nils.pk, "on": "2026-07-01", "starts_on": "2026-07-01"},
        f"/seats/{seat}/vacate/": {"on": "2026-07-01"},
        f"/seats/{seat}/end/": {"on": "2026-07-01"},
        "/roles/give/": {"person": cast.nils.pk, "role": "finance", "starts_on": "2026-07-01"},
        "/settings/": {
            "name": "Acme",
            "currency": "USD",
            "locale": "en",
            "time_zone": "UTC",
            "week_start": 1,
            "fiscal_year_start": 1,
            "cycle_start": "created",
        },
        "/profile/": {"name": "Ada Abel", "locale": "", "theme": ""},
    }


@pytest.mark.parametrize("place", range(13))
def test_a_bad_value_in_any_field_is_a_message(cast: Cast, sign_in: SignIn, place: int) -> None:
    address, values = list(forms(cast).items())[place]
    client = sign_in("ada")
    client.raise_request_exception = False
    answers = {
        (field, bad[:20]): client.post(address, {**values, field: bad}).status_code for field in values for bad in BAD
    }
    assert {case: status for case, status in answers.items() if status >= 500} == {}, address


def test_ids_of_another_organization_are_no_choice(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    give = {"person": cast.mallory.pk, "role": "administrator", "starts_on": "2026-06-15"}
    assert client.post("/roles/give/", give).status_code == 422
    assert client.post("/teams/add/", {"name": "West", "parent": cast.abroad.pk}).status_code == 422
    move = {"parent": cast.abroad.pk, "on": "2026-07-01"}
    assert client.post(f"/teams/{cast.north.pk}/move/", move).status_code == 422
    assert not Team.objects.filter(name="West").exists()


def test_a_link_for_somebody_without_a_sign_in_is_refused_in_words(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in("ada").post(f"/people/{cast.nils.pk}/sign-in/link/", follow=True)
    assert "has no sign-in" in answer.content.decode()


def test_the_last_administrator_stays(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    grant = Grant.objects.get(role="administrator")
    client.post(f"/roles/{grant.pk}/withdraw/")
    client.post(f"/people/{cast.ada.pk}/sign-in/off/")
    left = client.post(f"/people/{cast.ada.pk}/change/", {"name": "Ada", "left_on": "2026-06-15"})
    assert left.status_code == 422
    assert client.get("/settings/").status_code == 200


def test_pages_and_downloads_are_kept_by_no_proxy_and_in_no_frame(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    for path in ("/deals/", "/metrics/revenue/rows.csv", "/live/version/", "/people/999999/", "/no-such-page/"):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"], path
        assert answer["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], path
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert answer["Referrer-Policy"] == "same-origin", path


def test_every_post_needs_the_token_of_its_page(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada.user)
    for path, values in forms(cast).items():
        assert client.post(path, values).status_code == 403, path


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "https:evil.example", "\\\\evil.example"])
def test_signing_in_leads_nowhere_else(cast: Cast, there: str) -> None:
    data = {"login": "ada@acme.example", "password": "long enough to sign in", "next": there}
    answer = Client().post("/accounts/login/", data)
    assert answer.status_code == 302 and "evil" not in answer["Location"]
