"""The second factor: set up, asked for, required by role, lost and taken away; and attempts to get around it."""

import re
import time
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from people.models import AuditEntry, User
from tests.cast import PASSWORD, Cast


@pytest.fixture(autouse=True)
def nobody_waits() -> None:
    """Rate limits and used codes of the test before."""
    cache.clear()


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def login(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def confirm(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def set_up(cast: Cast, who: str = "alice", capture: Any = None) -> str:
    """The secret of somebody's app, set up through the pages."""
    client = Client()
    login(client, f"{who}@acme.example")
    assert client.get(reverse("mfa_activate_totp")).status_code == 302  # asks for the password first
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = str(page.context["form"].secret)
    assert "data:image/svg+xml" in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302
    cache.clear()  # the code of this half minute may be used once more
    return secret


def is_in(client: Client) -> bool:
    return client.get(reverse("people:person_list")).status_code == 200


def test_after_the_password_comes_the_code(cast: Cast) -> None:
    secret = set_up(cast)
    client = Client()
    assert login(client, "alice@acme.example")["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "123456"}).status_code == 200
    assert not is_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 302
    assert is_in(client)


def test_a_code_works_once(cast: Cast) -> None:
    secret = set_up(cast)
    used = code(secret)
    for expected in (True, False):
        client = Client()
        login(client, "alice@acme.example")
        client.post(reverse("mfa_authenticate"), {"code": used})
        assert is_in(client) is expected


def test_a_recovery_code_lets_in_once(cast: Cast) -> None:
    set_up(cast)
    wrapped = Authenticator.objects.get(user=cast.alice.user, type="recovery_codes").wrap()
    used = wrapped.get_unused_codes()[0]
    for expected in (True, False):
        client = Client()
        login(client, "alice@acme.example")
        client.post(reverse("mfa_authenticate"), {"code": used})
        assert is_in(client) is expected


def test_guessing_codes_has_to_wait(cast: Cast) -> None:
    secret = set_up(cast)
    client = Client()
    login(client, "alice@acme.example")
    for number in range(12):
        client.post(reverse("mfa_authenticate"), {"code": f"{number:06d}"})
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert not is_in(client)


def test_a_new_password_by_mail_does_not_get_around_the_code(cast: Cast) -> None:
    set_up(cast)
    client = Client()
    client.post("/accounts/password/reset/", {"email": "alice@acme.example"})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    assert link is not None
    page = client.get(link[1], follow=True)
    new = "another long pass phrase"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_in(client)
    login(client, "alice@acme.example", new)
    assert not is_in(client)


def test_the_key_is_not_readable_in_the_database(cast: Cast) -> None:
    secret = set_up(cast)
    stored = Authenticator.objects.get(user=cast.alice.user, type="totp").data
    assert secret not in str(stored) and stored["secret"].startswith("gAAAA")


def test_changing_it_asks_for_the_password_again(cast: Cast) -> None:
    secret = set_up(cast)
    client = Client()
    login(client, "alice@acme.example")
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        assert reverse("account_reauthenticate") in client.post(reverse(name))["Location"]
    assert "****" not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert reverse("account_reauthenticate") in client.get(reverse("mfa_download_recovery_codes"))["Location"]
    confirm(client)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(user=cast.alice.user).exists()


def test_setting_it_up_and_switching_it_off_stand_in_the_log_and_are_mailed(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    with request_context(RequestFactory().get("/")):  # what follows a commit still belongs to its request
        with django_capture_on_commit_callbacks(execute=True):
            set_up(cast)
        client = cast.client("alice")
        confirm(client)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("mfa_deactivate_totp"))
    actions = AuditEntry.objects.filter(actor=cast.alice).values_list("action", flat=True)
    assert {"second_factor_add", "second_factor_remove"} <= set(actions)
    assert [message.to for message in mail.outbox] == [["alice@acme.example"]] * 2


# --- Required by role -------------------------------------------------------------------------------------------------


def test_a_role_that_requires_it_lets_nobody_in_without(cast: Cast) -> None:
    ada = cast.client("ada")
    page = ada.get(reverse("people:settings"))
    values = {name: page.context["form"].initial[name] for name in page.context["form"].fields}
    assert ada.post(reverse("people:settings"), values | {"second_factor_roles": ["rep"]}).status_code == 302
    alice = cast.client("alice")
    for address in ("/", "/people/", "/profile/", "/deals/"):
        assert alice.get(address)["Location"] == reverse("mfa_activate_totp")
    assert alice.post("/profile/", {"name": "X"})["Location"] == reverse("mfa_activate_totp")
    fragment = alice.get("/people/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, reverse("mfa_activate_totp"))
    assert alice.get(reverse("account_logout")).status_code == 200
    assert is_in(cast.client("bob")) and is_in(ada)
    set_up(cast)
    assert is_in(alice)


def test_whoever_must_set_one_up_is_told_why_once_and_can_sign_out(cast: Cast) -> None:
    cast.organization.second_factor_roles = ["manager"]
    cast.organization.save()
    bob = cast.client("bob")
    for address in ("/people/", "/teams/"):
        assert bob.get(address).status_code == 302
    words = bob.get("/people/", follow=True).content.decode()
    assert words.count("Your role asks for a second factor.") == 1
    assert 'action="/accounts/logout/"' in words


def test_an_unknown_role_cannot_be_required(cast: Cast) -> None:
    ada = cast.client("ada")
    page = ada.get(reverse("people:settings"))
    values = {name: page.context["form"].initial[name] for name in page.context["form"].fields}
    assert ada.post(reverse("people:settings"), values | {"second_factor_roles": ["king"]}).status_code == 422


# --- Lost -------------------------------------------------------------------------------------------------------------


def test_an_administrator_takes_a_lost_one_away_and_the_person_is_told_and_signed_out(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    secret = set_up(cast)
    inside = Client()
    login(inside, "alice@acme.example")
    inside.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert is_in(inside)
    ada = cast.client("ada")
    address = reverse("people:second_factor_reset", args=[cast.alice.pk])
    assert address in ada.get(reverse("people:person_detail", args=[cast.alice.pk])).content.decode()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        ada.post(address)
    assert not Authenticator.objects.filter(user=cast.alice.user).exists()
    assert not is_in(inside)
    [message] = mail.outbox
    assert message.to == ["alice@acme.example"] and "Ada Abel" in message.body
    assert AuditEntry.objects.filter(action="second_factor_reset", subject_id=cast.alice.pk).exists()


def test_nobody_takes_away_their_own_by_that_way_and_a_missing_one_is_told(cast: Cast) -> None:
    ada = cast.client("ada")
    for person in (cast.ada, cast.alice, cast.nils):
        ada.post(reverse("people:second_factor_reset", args=[person.pk]))
    assert not AuditEntry.objects.filter(action="second_factor_reset").exists()
    assert User.objects.filter(session_serial__gt=0).count() == 0
