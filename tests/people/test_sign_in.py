"""Signing in: right and wrong passwords, links, rate limits, and what a sign-in sees."""

import re
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as NoRedis

from people.models import Person, User
from tests.cast import PASSWORD, Cast

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits() -> Any:
    cache.clear()
    yield
    cache.clear()


def login(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_the_right_password_leads_to_the_start_page_and_the_session_is_safe(cast: Cast) -> None:
    client = Client()
    answer = login(client, "Alice@Acme.example")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_a_wrong_password_an_unknown_and_an_inactive_address_get_the_same_answer(cast: Cast) -> None:
    User.objects.filter(email="bob@acme.example").update(is_active=False)
    attempts = [("alice@acme.example", "wrong"), ("nobody@acme.example", "wrong"), ("bob@acme.example", "wrong")]
    words = {str(login(Client(), *attempt).context["form"].errors) for attempt in attempts}
    assert len(words) == 1


def test_one_goes_on_to_the_page_one_came_for_but_never_to_another_site(cast: Cast) -> None:
    assert login(Client(), "alice@acme.example", next="/people/")["Location"] == "/people/"
    for elsewhere in ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///evil.example"]:
        assert login(Client(), "alice@acme.example", next=elsewhere)["Location"] == "/"


def test_the_sign_in_page_hands_on_where_one_came_from(cast: Cast) -> None:
    answer = Client().get("/people/", follow=True)
    assert 'name="next"' in answer.content.decode() and "/people/" in answer.content.decode()


def test_after_many_wrong_passwords_the_right_one_has_to_wait(cast: Cast) -> None:
    client = Client()
    for _ in range(12):
        login(client, "alice@acme.example", "wrong")
    answer = login(client, "alice@acme.example")
    assert answer.status_code in {200, 429}
    assert "sessionid" not in client.cookies


def test_sign_in_works_while_the_cache_is_down(cast: Cast) -> None:
    with (
        mock.patch.object(RedisCache, "get", side_effect=NoRedis),
        mock.patch.object(RedisCache, "set", side_effect=NoRedis),
        mock.patch.object(RedisCache, "add", side_effect=NoRedis),
        mock.patch.object(RedisCache, "incr", side_effect=NoRedis),
        mock.patch.object(RedisCache, "delete", side_effect=NoRedis),
    ):
        client = Client()
        assert login(client, "alice@acme.example", "wrong").status_code == 200
        assert login(client, "alice@acme.example").status_code == 302
        assert client.get("/people/").status_code == 200


def test_signing_out_needs_a_post(cast: Cast) -> None:
    client = cast.client("alice")
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/people/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/people/").status_code == 302


def test_a_forgotten_password_is_set_anew_through_the_mail(cast: Cast) -> None:
    client = Client()
    assert client.post("/accounts/password/reset/", {"email": "alice@acme.example"}).status_code == 302
    [message] = mail.outbox
    link = re.search(r"http://testserver(\S+)", message.body)
    assert link is not None
    page = client.get(link[1], follow=True)
    new = "another long pass phrase"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert login(Client(), "alice@acme.example", new).status_code == 302
    assert login(Client(), "alice@acme.example", PASSWORD).status_code == 200


def test_a_reset_for_an_unknown_address_answers_alike_and_betrays_nothing(cast: Cast) -> None:
    known = Client().post("/accounts/password/reset/", {"email": "alice@acme.example"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@acme.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_mail_server_that_is_down_betrays_no_address(cast: Cast) -> None:
    with mock.patch.object(mail.EmailMessage, "send", side_effect=ConnectionRefusedError):
        answers = [
            Client().post("/accounts/password/reset/", {"email": email})
            for email in ("alice@acme.example", "nobody@acme.example")
        ]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, answers[0]["Location"])}


def test_changing_the_password_asks_for_the_old_one_and_refuses_a_weak_one(cast: Cast) -> None:
    client = cast.client("alice")
    change = reverse("account_change_password")
    assert (
        client.post(change, {"oldpassword": "wrong", "password1": "x" * 20, "password2": "x" * 20}).status_code == 200
    )
    assert client.post(change, {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}).status_code == 200
    new = "another long pass phrase"
    assert client.post(change, {"oldpassword": PASSWORD, "password1": new, "password2": new}).status_code == 302
    assert client.get("/people/").status_code == 200
    assert login(Client(), "alice@acme.example", new).status_code == 302


def test_nobody_signs_up(cast: Cast) -> None:
    values = {"email": "new@acme.example", "password1": PASSWORD, "password2": PASSWORD}
    assert Client().post("/accounts/signup/", values).status_code == 404
    assert not User.objects.filter(email="new@acme.example").exists()


def test_a_switched_off_sign_in_neither_begins_nor_goes_on(cast: Cast) -> None:
    client = cast.client("alice")
    User.objects.filter(email="alice@acme.example").update(is_active=False)
    assert client.get("/people/").status_code == 302
    fresh = Client()
    login(fresh, "alice@acme.example")
    assert fresh.get("/people/").status_code == 302


def test_whoever_has_left_sees_a_page_that_says_so(cast: Cast) -> None:
    client = cast.client("alice")
    Person.objects.filter(pk=cast.alice.pk).update(left_on="2020-01-01")
    answer = client.get("/people/")
    assert answer.status_code == 403
    assert "Nobody here has this sign-in" in answer.content.decode()
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_sign_in_without_a_person_sees_the_same_page(cast: Cast) -> None:
    client = cast.client("alice")
    Person.objects.filter(pk=cast.alice.pk).update(user=None)
    assert client.get("/people/").status_code == 403


def test_a_sign_in_sees_its_own_organization_only(cast: Cast) -> None:
    page = cast.client("mallory").get("/people/?state=all").content.decode()
    assert "Mallory Moss" in page and "Alice Ames" not in page


def test_the_language_is_the_organizations_until_one_chooses(cast: Cast) -> None:
    cast.organization.locale = "de"
    cast.organization.save()
    client = cast.client("alice")
    assert 'lang="de"' in client.get("/people/").content.decode()
    client.post("/profile/", {"name": "Alice Ames", "locale": "en", "theme": "dark"})
    assert client.cookies["theme"].value == "dark"
    assert 'lang="en"' in client.get("/people/").content.decode()
