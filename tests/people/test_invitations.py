"""Invitations from both sides, and what an attacker with a link can do: nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from people.engine.addresses import addresses_read, name_of_address
from people.jobs import job_work_here
from people.models import AuditEntry, Invitation, Job, Person, User
from people.services import invitation as service
from people.services.person import person_invite
from people.wall import tenant
from tests.cast import PASSWORD, Cast

NEW = "a pass phrase of my own"


@pytest.fixture(autouse=True)
def nobody_waits() -> None:
    """Rate limits of the test before."""
    cache.clear()


@pytest.fixture
def ada(cast: Cast) -> Client:
    return cast.client("ada")


def url(name: str, *arguments: Any) -> str:
    return reverse(f"people:{name}", args=[getattr(each, "pk", each) for each in arguments])


def errors(answer: Any) -> str:
    return " ".join(" ".join(messages) for messages in answer.context["form"].errors.values())


def invite(cast: Cast, ada: Client, email: str = "nils@acme.example") -> Invitation:
    assert ada.post(url("person_invite", cast.nils), {"email": email}).status_code == 302
    return Invitation.objects.get(person=cast.nils)


def link(invitation: Invitation) -> str:
    return url("welcome", service.invitation_token(invitation))


def accept(address: str, client: Client | None = None, password: str = NEW) -> Any:
    return (client or Client()).post(address, {"password": password, "again": password})


# --- From the inside --------------------------------------------------------------------------------------------------


def test_an_invited_person_chooses_a_password_and_is_signed_in(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    client = Client()
    page = client.get(link(invitation))
    assert page.status_code == 200 and "Nils Nord" in page.content.decode()
    assert accept(link(invitation), client)["Location"] == "/"
    assert client.get(url("person_list")).status_code == 200
    fresh = Client()
    assert fresh.post("/accounts/login/", {"login": "nils@acme.example", "password": NEW}).status_code == 302
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None
    assert {"invitation_make", "invitation_accept"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_many_are_invited_by_pasting_addresses_and_by_ticking_people(cast: Cast, ada: Client) -> None:
    Person.objects.filter(pk=cast.nils.pk).update(email="nils@acme.example")
    text = "Zoe Zander <zoe@acme.example>, nonsense\nbob@acme.example; ALICE@acme.example\nyuri.young@acme.example"
    answer = ada.post(url("invitation_add"), {"addresses": text, "persons": [cast.nils.pk]}, follow=True)
    invited = {one.person.name: one.email for one in Invitation.objects.select_related("person")}
    assert invited == {
        "Nils Nord": "nils@acme.example",
        "Zoe Zander": "zoe@acme.example",
        "Yuri Young": "yuri.young@acme.example",
    }
    words = answer.content.decode()
    assert "nonsense" in words and "Bob Brand has a sign-in already" in words and "Alice Ames has a sign-in" in words
    left = answer.context["form"]["addresses"].value().split("\n")
    assert left == ["nonsense", "bob@acme.example", "alice@acme.example"]  # to be corrected, and nothing twice
    assert "3 people are invited." in words
    assert "The others are invited. Please look at these:" in words and "Nothing was saved" not in words
    assert "persons" not in answer.context["form"].fields  # whoever waits for a link already is not offered again
    refused = ada.post(url("invitation_add"), {"addresses": "nonsense"}).content.decode()
    assert "Nothing was saved yet" in refused


def test_nobody_is_invited_to_a_colleagues_address(cast: Cast, ada: Client) -> None:
    Person.objects.filter(pk=cast.bob.pk).update(email="bob@home.example")
    for address in ("Bob@acme.example", "bob@home.example"):  # what he signs in with, and where his mail goes
        answer = ada.post(url("person_invite", cast.nils), {"email": address})
        assert answer.status_code == 422
        assert "This is the address of Bob Brand." in answer.content.decode()
    assert not Invitation.objects.exists()


def test_people_to_tick_stand_with_their_address(cast: Cast, ada: Client) -> None:
    Person.objects.filter(pk=cast.nils.pk).update(email="nils@acme.example")
    assert "Nils Nord · nils@acme.example" in ada.get(url("invitation_add")).content.decode()


def test_the_list_says_what_became_of_each(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    assert "Waiting" in ada.get(url("invitation_list")).content.decode()
    assert "Invited" in ada.get(url("person_detail", cast.nils)).content.decode()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Expired" in ada.get(url("invitation_list")).content.decode()
    ada.post(url("invitation_resend", invitation))
    invitation.refresh_from_db()
    accept(link(invitation))
    assert "Accepted" in ada.get(url("invitation_list")).content.decode()


def test_the_list_takes_the_same_number_of_queries_at_any_length(
    cast: Cast, ada: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        person = Person.objects.create(name=f"Person {number}")
        service.invitation_make(
            viewer=cast.viewer("ada"), person=person, email=f"p{number}@acme.example", at=timezone.now()
        )
    with django_assert_max_num_queries(12):
        ada.get(url("invitation_list"))


def test_the_link_is_mailed_in_the_language_of_the_organization_and_only_once(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    job = Job.objects.get(kind="people.invitations_mail")
    job_work_here(cast.organization.pk, job.pk)
    [message] = mail.outbox
    assert message.to == ["nils@acme.example"]
    found = re.search(r"http://testserver(/welcome/\S+/)", message.body)
    assert found is not None and Client().get(found[1]).status_code == 200
    Job.objects.filter(pk=job.pk).update(state="waiting", lease_until=None)
    job_work_here(cast.organization.pk, job.pk)
    assert len(mail.outbox) == 1
    invitation.refresh_from_db()
    assert invitation.mailed_at is not None


def test_where_no_mail_is_sent_the_page_shows_the_links(cast: Cast, ada: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    answer = ada.post(url("person_invite", cast.nils), {"email": "nils@acme.example"}, follow=True)
    assert answer.redirect_chain[-1][0] == url("invitation_links")
    assert link(Invitation.objects.get()) in answer.content.decode()
    assert not Job.objects.exists()


# --- Links that are over ----------------------------------------------------------------------------------------------


def over(address: str) -> None:
    assert Client().get(address).status_code == 410
    assert accept(address).status_code == 410


def test_a_link_works_once(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    accept(link(invitation))
    over(link(invitation))
    assert User.objects.filter(email="nils@acme.example").count() == 1


def test_an_expired_link_says_so(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    Invitation.objects.update(expires_at=timezone.now())
    over(link(invitation))


def test_a_withdrawn_link_says_so(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    ada.post(url("invitation_withdraw", invitation))
    over(link(invitation))


def test_sending_again_ends_the_link_before(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    former = link(invitation)
    ada.post(url("invitation_resend", invitation))
    invitation.refresh_from_db()
    over(former)
    assert Client().get(link(invitation)).status_code == 200


def test_inviting_again_does_not_make_a_second_invitation(cast: Cast, ada: Client) -> None:
    former = link(invite(cast, ada))
    invitation = invite(cast, ada, "other@acme.example")
    over(former)
    accept(link(invitation))
    assert User.objects.get(person=cast.nils).email == "other@acme.example"


def test_whoever_left_in_between_cannot_come_in(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    Person.objects.filter(pk=cast.nils.pk).update(left_on="2020-01-01")
    over(link(invitation))
    answer = ada.post(url("person_invite", cast.nils), {"email": "nils@acme.example"})
    assert "has left" in errors(answer)


def test_an_accepted_invitation_cannot_be_withdrawn_or_sent_again(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    accept(link(invitation))
    for name in ("invitation_withdraw", "invitation_resend"):
        ada.post(url(name, invitation))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is None and invitation.serial == 1


# --- Attacks ----------------------------------------------------------------------------------------------------------


def test_a_forged_link_is_refused_without_reading_anything(cast: Cast) -> None:
    forged = [
        "nonsense",
        signing.dumps([cast.organization.pk, 1, 1], salt="another"),
        signing.dumps([cast.organization.pk, 1, 1], key="another key", salt=service.SALT),
        signing.dumps("x", salt=service.SALT),
        signing.dumps([1], salt=service.SALT),
        signing.dumps([None, {}, 1], salt=service.SALT),
    ]
    for token in forged:
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(url("welcome", token)).status_code == 410
        assert not [query for query in queries if "SELECT" in query["sql"]]


def test_a_link_of_one_organization_opens_nothing_in_another(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    token = signing.dumps([cast.other.pk, invitation.pk, invitation.serial], salt=service.SALT)
    over(url("welcome", token))


def test_an_address_of_another_organization_is_not_told_to_the_administrator_but_to_its_owner(
    cast: Cast, ada: Client
) -> None:
    invitation = invite(cast, ada, "mallory@umbra.example")
    answer = accept(link(invitation))
    assert answer.status_code == 422 and "belongs to one organization" in errors(answer)
    cast.nils.refresh_from_db()
    assert cast.nils.user is None
    with tenant(cast.other.pk):
        assert User.objects.get(email="mallory@umbra.example").organization == cast.other


def test_a_weak_or_mistyped_password_is_refused(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    for password in ("short", "password123", "nils@acme.example"):
        assert accept(link(invitation), password=password).status_code == 422
    answer = Client().post(link(invitation), {"password": NEW, "again": NEW + "x"})
    assert "differ" in errors(answer)
    assert not User.objects.filter(email="nils@acme.example").exists()


def test_somebody_who_is_signed_in_is_not_turned_into_somebody_else(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    alice = cast.client("alice")
    assert alice.get(link(invitation)).status_code == 409
    assert accept(link(invitation), alice).status_code == 409
    assert not User.objects.filter(email="nils@acme.example").exists()


def test_accepting_begins_a_new_session(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    accept(link(invitation), client)
    assert client.cookies["sessionid"].value != session.session_key


def test_trying_passwords_on_a_link_has_to_wait(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    client = Client()
    statuses = [accept(link(invitation), client, "short").status_code for _ in range(25)]
    assert statuses[0] == 422 and statuses[-1] == 429


def test_the_page_of_a_link_is_never_kept(cast: Cast, ada: Client) -> None:
    answer = Client().get(link(invite(cast, ada)))
    assert "no-store" in answer["Cache-Control"] and answer["Referrer-Policy"] == "same-origin"


def test_the_sign_in_given_by_the_command_line_ends_the_invitation(cast: Cast, ada: Client) -> None:
    invitation = invite(cast, ada)
    person_invite(
        viewer=None,
        organization=cast.organization,
        person=cast.nils,
        at=timezone.now(),
        email="nils@acme.example",
        password=PASSWORD,
    )
    over(link(invitation))


# --- Reading addresses ------------------------------------------------------------------------------------------------


def test_pasted_text_is_read_as_address_books_write_it() -> None:
    text = 'Ada Abel <ADA@acme.example>; "Bob  Brand" <bob@acme.example>\r\n\tcarol@acme.example, x@, @y, a@b, ada@acme.example'
    found = addresses_read(text)
    assert [(one.name, one.email) for one in found.addresses] == [
        ("Ada Abel", "ada@acme.example"),
        ("Bob Brand", "bob@acme.example"),
        ("", "carol@acme.example"),
    ]
    assert found.refused == ("x@", "@y", "a@b")


@pytest.mark.parametrize(
    ("email", "name"),
    [("ada.abel@x.org", "Ada Abel"), ("bob_van-berg@x.org", "Bob Van Berg"), ("...@x.org", "...@x.org")],
)
def test_an_address_suggests_a_name(email: str, name: str) -> None:
    assert name_of_address(email) == name


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_and_nothing_is_read_twice(text: str) -> None:
    found = addresses_read(text)
    emails = [one.email for one in found.addresses]
    assert len(set(emails)) == len(emails)
    assert all("@" in email and not re.search(r"\s", email) for email in emails)
    assert addresses_read("\n".join(emails)).addresses == tuple(type(one)(one.email) for one in found.addresses)
