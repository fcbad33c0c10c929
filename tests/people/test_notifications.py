"""What people are told: once, in their words, as far as they may see it, and by e-mail as they want it."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm.models import ImportBatch
from crm.told import import_ended
from people.engine.morning import next_morning
from people.models import (
    ApiKey,
    Delegation,
    Grant,
    MailChoice,
    Notification,
    NotificationMail,
    NotificationPreference,
    Person,
    User,
)
from people.notifications import About, kind_named, notification_kinds, notification_send, words_of
from people.records import record_tables
from people.services import notification_mail
from people.services.erasure import person_erase
from people.services.grant import grant_give
from people.services.notification import (
    notifications_expire,
    notifications_read,
    preferences_change,
    unsubscribe_stop,
    unsubscribe_token,
)
from people.services.notification_mail import mails_work
from people.services.standing_in import delegation_add
from people.told import grant_given
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast
from tests.people.test_looks import begin

SignIn = Callable[[str], Client]
ZONES = ["UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia", "Europe/Berlin"]


def tell(cast: Cast, who: str = "alice", role: str = "hr", at: datetime = NOW) -> Grant:
    grant = Grant.objects.create(person=cast.people[who], role=role)
    grant_given(grant, at=at)
    return grant


def batch_of(cast: Cast, who: str, refused: int = 2) -> ImportBatch:
    return ImportBatch.objects.create(
        kind="opportunity", source="files", file_name="deals.csv", created_by=cast.people[who], created_at=NOW,
        state=ImportBatch.State.APPLIED, refused=refused,
    )  # fmt: skip


@pytest.fixture
def mailing(cast: Cast) -> Callable[..., int]:
    """Send what is due in Acme at a moment."""
    return lambda at=NOW: mails_work(cast.organization.pk, at=at)


# --- Told once ------------------------------------------------------------------------------------


def test_one_key_is_told_once_however_often_it_is_said(cast: Cast) -> None:
    grant = tell(cast)
    grant_given(grant, at=NOW)
    assert Notification.objects.count() == NotificationMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(committed_cast: Cast) -> None:
    cast = committed_cast
    barrier, told = threading.Barrier(4), []

    def run() -> None:
        close_old_connections()
        with tenant(cast.organization.pk):
            barrier.wait()
            told.append(
                notification_send(
                    kind="people.role_given",
                    persons=[cast.alice.pk, cast.bob.pk],
                    about=About("people:profile"),
                    context={"grant": 1},
                    key="same",
                    at=NOW,
                )
            )
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with tenant(cast.organization.pk):
        assert sorted(told) == [0, 0, 0, 2]
        assert Notification.objects.count() == NotificationMail.objects.count() == 2


def test_telling_that_the_database_refuses_fails_nothing_else(cast: Cast) -> None:
    told = notification_send(
        kind="people.role_given", persons=[2**40], about=About(""), context={"text": "\x00"}, key="k", at=NOW
    )
    assert told == 0 and Person.objects.exists()


def test_a_kind_nobody_registered_is_an_error_of_the_program(cast: Cast) -> None:
    with pytest.raises(KeyError):
        notification_send(kind="no.such", persons=[cast.alice.pk], about=About(""), context={}, key="k", at=NOW)


# --- Words under the reader's policies ------------------------------------------------------------


def test_words_are_made_when_they_are_read(cast: Cast) -> None:
    delegation_add(viewer=None, manager=cast.bob, delegate=cast.carol, at=NOW, starts_on=TODAY)
    [row] = Notification.objects.filter(person=cast.carol)
    assert words_of(cast.viewer("carol"), [row])[0].title == "You stand in for Bob Brand"  # type: ignore[union-attr]
    Person.objects.filter(pk=cast.bob.pk).update(name="Robert Brand")
    assert words_of(cast.viewer("carol"), [row])[0].title == "You stand in for Robert Brand"  # type: ignore[union-attr]
    assert "Bob" not in str(row.context)


def test_both_sides_of_a_stand_in_are_told_unless_they_said_it_themselves(cast: Cast) -> None:
    delegation_add(viewer=cast.viewer("bob"), manager=cast.bob, delegate=cast.carol, at=NOW, starts_on=TODAY)
    assert list(Notification.objects.values_list("person__name", flat=True)) == ["Carol Cole"]
    Delegation.objects.filter(delegate=cast.carol).delete()
    delegation_add(viewer=cast.viewer("ada"), manager=cast.bob, delegate=cast.carol, at=NOW, starts_on=TODAY)
    [to_bob] = Notification.objects.filter(person=cast.bob)
    assert words_of(cast.viewer("bob"), [to_bob])[0].title == "Carol Cole stands in for you"  # type: ignore[union-attr]


def test_what_was_taken_back_says_so_and_nothing_else(cast: Cast, sign_in: SignIn) -> None:
    grant = tell(cast, role="finance")
    [row] = Notification.objects.all()
    Grant.objects.filter(pk=grant.pk).delete()
    alice = sign_in("alice")
    page = alice.get(reverse("people:notification_list")).content.decode()
    assert "You can no longer see what this was about" in page and "Finance" not in page.partition('id="inbox"')[2]
    gone = alice.get(reverse("people:notification_open", args=[row.pk]))
    assert gone.status_code == 410 and b"no longer" in gone.content


def test_an_import_is_told_of_only_to_who_may_still_see_imports(cast: Cast, sign_in: SignIn) -> None:
    batch = batch_of(cast, "dana")
    import_ended(batch, refused=2, is_failed=False, at=NOW)
    [row] = Notification.objects.all()
    assert row.person == cast.dana
    assert words_of(cast.viewer("dana"), [row])[0].title == "2 rows of deals.csv were refused"  # type: ignore[union-attr]
    dana = sign_in("dana")
    href = reverse("crm:import_detail", args=[batch.pk])
    assert dana.get(reverse("people:notification_open", args=[row.pk])).headers["Location"] == href
    Grant.objects.filter(person=cast.dana).delete()
    assert words_of(cast.viewer("dana"), [row]) == [None]
    assert dana.get(reverse("people:notification_open", args=[row.pk])).status_code == 410


def test_an_import_without_refused_rows_tells_nobody(cast: Cast) -> None:
    import_ended(batch_of(cast, "dana", refused=0), refused=0, is_failed=False, at=NOW)
    assert not Notification.objects.exists()


def test_words_of_many_need_as_many_queries_as_there_are_kinds(cast: Cast, django_assert_num_queries: Any) -> None:
    for role in ["hr", "finance", "operations", "executive"]:
        tell(cast, role=role)
    rows = list(Notification.objects.filter(person=cast.alice))
    viewer = cast.viewer("alice")
    with django_assert_num_queries(1):
        assert len(words_of(viewer, rows)) == 4


def test_every_kind_has_words_and_a_label(cast: Cast) -> None:
    for kind in notification_kinds():
        assert str(kind.label) and kind.default in MailChoice.values
        unknown = Notification(pk=1, kind=kind.name, context={})
        assert kind.words(cast.viewer("ada"), [unknown]) == [None], kind.name


# --- The inbox ------------------------------------------------------------------------------------


def test_the_bell_counts_and_the_live_poll_tells_it(cast: Cast, sign_in: SignIn) -> None:
    alice = sign_in("alice")
    assert alice.get(reverse("metrics:version")).headers["X-Unread"] == "0"
    tell(cast)
    assert alice.get(reverse("metrics:version") + "?since=0").headers["X-Unread"] == "1"
    assert 'data-inbox-count="1"' in alice.get(reverse("people:profile")).content.decode()


def test_opening_marks_it_read_and_leads_there(cast: Cast, sign_in: SignIn) -> None:
    tell(cast)
    [row] = Notification.objects.all()
    alice = sign_in("alice")
    answer = alice.head(reverse("people:notification_open", args=[row.pk]))
    assert Notification.objects.filter(read_at=None).count() == 1
    answer = alice.get(reverse("people:notification_open", args=[row.pk]))
    assert answer.headers["Location"] == reverse("people:profile")
    assert not Notification.objects.filter(read_at=None).exists()


def test_one_and_all_are_marked_as_read(cast: Cast, sign_in: SignIn) -> None:
    for role in ["hr", "finance", "operations"]:
        tell(cast, role=role)
    tell(cast, who="carol")
    alice = sign_in("alice")
    first = Notification.objects.filter(person=cast.alice).earliest("pk")
    inbox = reverse("people:notification_list")
    there = alice.post(reverse("people:notification_read", args=[first.pk]), {"next": f"{inbox}?state=unread"})
    assert there.headers["Location"] == f"{inbox}?state=unread"
    assert Notification.objects.filter(read_at=None).count() == 3
    alice.post(reverse("people:notifications_read"))
    assert list(Notification.objects.filter(read_at=None).values_list("person", flat=True)) == [cast.carol.pk]


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example/inbox/", "/people/", "javascript:1"])
def test_marking_leads_nowhere_else(cast: Cast, sign_in: SignIn, there: str) -> None:
    tell(cast)
    answer = sign_in("alice").post(
        reverse("people:notification_read", args=[Notification.objects.get().pk]), {"next": there}
    )
    assert answer.headers["Location"] == reverse("people:notification_list")


def test_the_inbox_is_filtered_by_kind_and_state(cast: Cast, sign_in: SignIn) -> None:
    tell(cast)
    delegation_add(viewer=None, manager=cast.bob, delegate=cast.alice, at=NOW, starts_on=TODAY)
    alice, inbox = sign_in("alice"), reverse("people:notification_list")
    both = alice.get(inbox).content.decode()
    assert "You were given the role HR" in both and "You stand in for Bob Brand" in both
    one = alice.get(inbox, {"kind": "people.stand_in"}).content.decode()
    assert "You were given the role HR" not in one and "You stand in for Bob Brand" in one
    notifications_read(viewer=cast.viewer("alice"), at=NOW)
    assert "Nothing fits these filters" in alice.get(inbox, {"state": "unread"}).content.decode()


def test_an_empty_inbox_says_what_comes_here(cast: Cast, sign_in: SignIn) -> None:
    assert "Nothing to tell you yet" in sign_in("alice").get(reverse("people:notification_list")).content.decode()


def test_a_notification_of_somebody_else_is_not_there(cast: Cast, sign_in: SignIn) -> None:
    tell(cast)
    row = Notification.objects.get()
    for who in ["bob", "ada", "mallory"]:
        assert sign_in(who).get(reverse("people:notification_open", args=[row.pk])).status_code == 404
        assert sign_in(who).post(reverse("people:notification_read", args=[row.pk])).status_code == 404
    assert Notification.objects.filter(read_at=None).count() == 1


def test_whoever_looks_as_somebody_gets_neither_inbox_nor_bell_and_marks_nothing(cast: Cast) -> None:
    tell(cast, role="executive")
    Grant.objects.filter(person=cast.alice).delete()
    row = Notification.objects.get()
    client = begin(cast, "ada", "alice")
    for name, arguments in [
        ("notification_list", []),
        ("notification_open", [row.pk]),
        ("notification_preferences", []),
    ]:
        assert client.get(reverse(f"people:{name}", args=arguments)).status_code == 403
    assert "data-inbox-count" not in client.get(reverse("people:team_list")).content.decode()
    assert Notification.objects.filter(read_at=None).count() == Notification.objects.count()


# --- E-mail ---------------------------------------------------------------------------------------


def test_a_mail_at_once_is_in_the_language_of_the_reader_in_both_shapes(
    cast: Cast, mailing: Callable[..., int]
) -> None:
    User.objects.filter(person=cast.alice).update(locale="en")
    tell(cast)
    assert mailing() == 1
    [message] = mail.outbox
    assert message.to == ["alice@acme.example"] and message.subject == "You were given the role HR"
    row = Notification.objects.get()
    html, kind = message.alternatives[0]
    assert kind == "text/html" and 'lang="en"' in html
    for text in [message.body, html]:
        assert f"/inbox/{row.pk}/" in text and "/unsubscribe/" in text and "/profile/notifications/" in text
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_names_are_text_in_the_html_of_a_mail(cast: Cast, mailing: Callable[..., int]) -> None:
    Person.objects.filter(pk=cast.bob.pk).update(name="<b>Bob</b> & Co")
    delegation_add(viewer=None, manager=cast.bob, delegate=cast.alice, at=NOW, starts_on=TODAY)
    mailing()
    message = next(each for each in mail.outbox if each.to == ["alice@acme.example"])
    assert "<b>Bob</b>" not in message.alternatives[0][0] and "&lt;b&gt;Bob" in message.alternatives[0][0]
    assert "<b>Bob</b> & Co" in message.body


def test_a_mail_is_sent_once(cast: Cast, mailing: Callable[..., int]) -> None:
    tell(cast)
    assert [mailing(), mailing(), mailing(NOW + timedelta(days=1))] == [1, 0, 0]
    assert len(mail.outbox) == 1 and NotificationMail.objects.get().is_sent


class Killed(BaseException):
    """The worker is gone."""


def test_a_worker_killed_while_it_hands_over_sends_nothing_twice(
    cast: Cast, mailing: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(cast)
    sent = notification_mail.EmailMultiAlternatives.send

    def send_and_die(self: Any, *args: Any) -> int:
        sent(self, *args)
        raise Killed

    monkeypatch.setattr(notification_mail.EmailMultiAlternatives, "send", send_and_die)
    with pytest.raises(Killed):
        mailing()
    monkeypatch.undo()
    assert mailing(NOW + timedelta(days=2)) == 0 and len(mail.outbox) == 1


def test_a_worker_killed_before_it_hands_over_leaves_the_mail_to_another(
    cast: Cast, mailing: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(cast)

    def die(*args: Any) -> None:
        raise Killed

    monkeypatch.setattr(notification_mail, "_message", die)
    with pytest.raises(Killed):
        mailing()
    monkeypatch.undo()
    assert mailing(NOW + timedelta(seconds=30)) == 0  # the lease of the dead one still holds
    assert mailing(NOW + timedelta(minutes=3)) == 1 and len(mail.outbox) == 1


def test_a_mail_server_that_is_down_is_tried_again_later_and_not_for_ever(
    cast: Cast, mailing: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(cast)

    def refuse(*args: Any) -> int:
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(notification_mail.EmailMultiAlternatives, "send", refuse)
    at = NOW
    for _attempt in range(notification_mail.MOST_ATTEMPTS):
        assert mailing(at) == 0
        at += timedelta(hours=7)
    found = NotificationMail.objects.get()
    assert found.closed_at is not None and not found.is_sent and "nobody there" in found.error
    monkeypatch.undo()
    assert mailing(at) == 0
    tell(cast, role="finance", at=at)
    assert mailing(at) == 1


def test_the_daily_mail_comes_at_seven_of_the_reader_with_what_is_unread(
    cast: Cast, mailing: Callable[..., int]
) -> None:
    User.objects.filter(person=cast.alice).update(time_zone="America/New_York")
    viewer = cast.viewer("alice")
    preferences_change(viewer=viewer, choices={"people.role_given": "digest"}, at=NOW)
    tell(cast, role="hr", at=NOW)
    tell(cast, role="finance", at=NOW + timedelta(hours=1))
    tell(cast, role="executive", at=NOW + timedelta(hours=2))
    first = Notification.objects.earliest("pk")
    notifications_read(viewer=viewer, at=NOW, ids=[first.pk])
    assert NotificationMail.objects.get().due_at == datetime(2026, 6, 16, 11, 0, tzinfo=UTC)
    assert mailing(datetime(2026, 6, 16, 10, 59, tzinfo=UTC)) == 0
    assert mailing(datetime(2026, 6, 16, 11, 0, tzinfo=UTC)) == 1
    [message] = mail.outbox
    assert message.subject == "2 notifications of Acme"
    assert "role Finance" in message.body and "role Executive" in message.body and "role HR" not in message.body


def test_nothing_left_to_tell_is_no_mail(cast: Cast, mailing: Callable[..., int]) -> None:
    tell(cast)
    notifications_read(viewer=cast.viewer("alice"), at=NOW)
    assert mailing() == 0 and mail.outbox == [] and NotificationMail.objects.get().closed_at == NOW


def test_what_the_reader_may_not_see_any_more_is_not_mailed(cast: Cast, mailing: Callable[..., int]) -> None:
    tell(cast).delete()
    assert mailing() == 0 and mail.outbox == []


@pytest.mark.parametrize("reason", ["no sign-in", "switched off", "left"])
def test_who_cannot_sign_in_gets_no_mail(cast: Cast, mailing: Callable[..., int], reason: str) -> None:
    if reason == "no sign-in":
        Person.objects.filter(pk=cast.alice.pk).update(user=None)
    tell(cast)
    if reason == "switched off":
        User.objects.filter(person=cast.alice).update(is_active=False)
    if reason == "left":
        Person.objects.filter(pk=cast.alice.pk).update(left_on=TODAY)
    assert mailing() == 0 and mail.outbox == [] and Notification.objects.count() == 1


def test_without_a_mail_server_nothing_waits_to_be_sent(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    tell(cast)
    assert Notification.objects.count() == 1 and not NotificationMail.objects.exists()


# --- Choices --------------------------------------------------------------------------------------


def test_everybody_chooses_for_each_kind(cast: Cast, sign_in: SignIn, mailing: Callable[..., int]) -> None:
    alice, address = sign_in("alice"), reverse("people:notification_preferences")
    choices = {kind.name: str(kind.default) for kind in notification_kinds()}
    assert alice.post(address, {**choices, "people.role_given": "none"}).status_code == 302
    tell(cast)
    assert mailing() == 0 and Notification.objects.filter(person=cast.alice).count() == 1
    assert alice.post(address, {**choices, "people.role_given": "loudly"}).status_code == 422
    assert "Notifications" in alice.get(reverse("people:profile")).content.decode()


def test_a_choice_made_meanwhile_holds_for_a_mail_that_waits(cast: Cast, mailing: Callable[..., int]) -> None:
    tell(cast)
    preferences_change(viewer=cast.viewer("alice"), choices={"people.role_given": "none"}, at=NOW)
    assert mailing() == 0 and mail.outbox == []


def test_the_link_of_a_mail_stops_its_kind_once_the_button_is_pressed(cast: Cast, mailing: Callable[..., int]) -> None:
    tell(cast)
    mailing()
    link = re.search(r"http://\S+?(/unsubscribe/\S+)", mail.outbox[0].body)
    assert link is not None
    browser = Client(enforce_csrf_checks=True)
    asked = browser.get(link[1])
    assert asked.status_code == 200 and "A role is given to you" in asked.content.decode()
    assert not NotificationPreference.objects.exists()
    assert browser.post(link[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    [row] = NotificationPreference.objects.all()
    assert (row.person, row.kind, row.mail) == (cast.alice, "people.role_given", "none")


def test_the_link_of_the_daily_mail_stops_what_comes_daily(cast: Cast) -> None:
    preferences_change(viewer=cast.viewer("alice"), choices={"people.role_given": "digest"}, at=NOW)
    Client().post(reverse("people:unsubscribe", args=[unsubscribe_token(cast.organization.pk, cast.alice.pk, "")]))
    chosen = dict(NotificationPreference.objects.values_list("kind", "mail"))
    daily = {kind.name for kind in notification_kinds() if kind.default == MailChoice.DIGEST} | {"people.role_given"}
    assert chosen == dict.fromkeys(daily, "none")


@pytest.mark.parametrize("token", ["x", "WzEsMiwiIl0:1abc:xyz", "%00"])
def test_a_link_that_nobody_here_signed_stops_nothing(cast: Cast, token: str) -> None:
    assert unsubscribe_stop(token) is None
    assert Client().get(reverse("people:unsubscribe", args=["x"])).status_code == 410


# --- Erasing, exporting, forgetting ----------------------------------------------------------------


def test_erasing_takes_what_somebody_was_told_and_their_name_from_what_others_were(cast: Cast) -> None:
    delegation_add(viewer=None, manager=cast.bob, delegate=cast.carol, at=NOW, starts_on=TODAY)
    Person.objects.filter(pk=cast.bob.pk).update(left_on=TODAY)
    person_erase(actor=cast.ada, person=cast.bob, at=NOW)
    assert not Notification.objects.filter(person=cast.bob).exists()
    [row] = Notification.objects.filter(person=cast.carol)
    assert words_of(cast.viewer("carol"), [row])[0].title == f"You stand in for Erased person {cast.bob.pk}"  # type: ignore[union-attr]


def test_the_file_of_everything_kept_holds_notifications_and_choices(cast: Cast) -> None:
    tell(cast)
    preferences_change(viewer=cast.viewer("alice"), choices={"people.role_given": "none"}, at=NOW)
    tables = {table.name: list(table.rows) for table in record_tables(cast.alice)}
    assert len(tables["people/notification"]) == len(tables["people/notificationpreference"]) == 1


def test_what_was_told_a_year_ago_goes(cast: Cast) -> None:
    tell(cast, at=NOW - timedelta(days=366))
    tell(cast, role="finance")
    assert notifications_expire(at=NOW) >= 1
    assert Notification.objects.count() == NotificationMail.objects.count() == 1


# --- What is told -----------------------------------------------------------------------------------


def test_a_role_and_a_key_are_told(cast: Cast, sign_in: SignIn) -> None:
    grant_give(viewer=cast.viewer("ada"), person=cast.carol, role="finance", at=NOW, starts_on=TODAY, team=cast.south)
    [row] = Notification.objects.filter(person=cast.carol)
    found = words_of(cast.viewer("carol"), [row])[0]
    assert found is not None and found.title == "You were given the role Finance for South"
    assert found.detail == "From 15 Jun 2026 on"
    data = {"name": "Warehouse", "person": cast.ada.pk, "scopes": ["facts:read"]}
    assert sign_in("ada").post(reverse("people:api_key_add"), data).status_code == 200
    assert ApiKey.objects.filter(name="Warehouse").exists()
    [row] = Notification.objects.filter(person=cast.ada)
    told = words_of(cast.viewer("ada"), [row])[0]
    assert told is not None and told.title == "The API key “Warehouse” was made; it speaks for you"


# --- Command ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_lists_marks_and_sends(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    tell(cast)
    who = {"organization": "acme", "person": "alice@acme.example"}
    call_command("notifications", "list", **who)
    assert "You were given the role HR" in capsys.readouterr().out
    call_command("notifications", "send", organization="acme")
    assert len(mail.outbox) == 1 and "sent: 1" in capsys.readouterr().out
    call_command("notifications", "read", **who)
    assert not Notification.objects.filter(read_at=None).exists()


# --- Mornings --------------------------------------------------------------------------------------


@given(st.integers(0, 15 * 366 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)), st.sampled_from(ZONES))
def test_the_next_morning_is_the_first_seven_o_clock_after_the_moment(at: datetime, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    found = next_morning(at, zone)
    assert found.astimezone(zone).hour == 7 and found.astimezone(zone).minute == 0
    assert timedelta(0) < found - at <= timedelta(hours=49)  # Apia once skipped a day; a change of clocks adds an hour
    assert kind_named("no.such") is None
