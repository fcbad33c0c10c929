"""Who sees which place, which place one is in, and what the frame says before sign-in."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject

from people.frame import Frame, Navigation, Place, Room
from people.viewer import NoPerson
from tests.cast import PASSWORD, Cast

ROOMS = Navigation(
    home="account_login",
    version="account_logout",
    rooms=[
        Room(
            "Work",
            [
                Place("account_login", "In", "home"),
                Place("account_reset_password", "Reset", "lock", frozenset({"rep"})),
            ],
        ),
        Room(
            "Keep",
            [
                Place("design:gallery", "Gallery", "grid", frozenset({"administrator"})),
                Place("no:page", "Later", "grid"),
            ],
        ),
    ],
)


@pytest.fixture(autouse=True)
def rooms(settings: Any) -> None:
    settings.NAVIGATION = f"{__name__}.ROOMS"


def frame(*roles: str, path: str = "/", cookie: str = "") -> Frame:
    request = RequestFactory().get(path)
    request.COOKIES["theme"] = cookie
    viewer = SimpleNamespace(
        organization=SimpleNamespace(name="Northwind"),
        person="Maya Okafor",
        roles=frozenset(roles),
        hats=frozenset(roles),
        charges=(),
    )
    request.viewer = viewer  # type: ignore[attr-defined]
    return Frame(request)


def places(shown: Frame) -> list[str]:
    return [item.label for group in shown.groups for item in group.items]


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        ((), ["In"]),
        (("rep",), ["In", "Reset"]),
        (("administrator",), ["In", "Gallery"]),
        (("rep", "administrator"), ["In", "Reset", "Gallery"]),
    ],
)
def test_a_viewer_sees_the_places_of_their_roles(roles: tuple[str, ...], seen: list[str]) -> None:
    assert places(frame(*roles)) == seen


def test_a_group_without_any_place_is_not_shown() -> None:
    assert [group.label for group in frame("rep").groups] == ["Work"]


def test_a_place_whose_page_does_not_exist_is_not_shown() -> None:
    assert "Later" not in places(frame("administrator"))


def test_the_place_one_is_in_is_the_longest_that_fits() -> None:
    shown = frame("rep", path="/accounts/password/reset/")
    assert [item.label for item in shown.nearest if item.is_current] == ["Reset"]
    assert shown.place_label == "Work"


def test_a_page_below_a_place_belongs_to_it() -> None:
    shown = frame("administrator", path="/design/why/")
    assert [item.label for item in shown.nearest if item.is_current] == ["Gallery"]


def test_roles_are_said_in_words() -> None:
    chip = frame("rep", "administrator").person
    assert chip and (chip.initials, chip.detail) == ("MO", "Administrator, Rep")


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", ""), ('x" onload=', "")])
def test_only_a_known_theme_is_taken_from_the_cookie(cookie: str, theme: str) -> None:
    assert frame(cookie=cookie).theme == theme


def test_signing_out_is_a_post_and_the_last_thing_offered() -> None:
    last = frame("rep").personal[-1]
    assert (last.method, last.href) == ("post", "/accounts/logout/")


def test_before_sign_in_the_frame_asks_nothing_and_shows_the_product() -> None:
    shown = Frame(RequestFactory().get("/"))
    assert (shown.viewer, shown.person, shown.version_href, shown.organization_name) == (
        None,
        None,
        "",
        "Sales performance",
    )


def test_a_sign_in_without_a_person_gets_a_frame_without_places() -> None:
    def nobody() -> None:
        raise NoPerson

    request = RequestFactory().get("/")
    request.viewer = SimpleLazyObject(nobody)  # type: ignore[attr-defined]
    assert Frame(request).person is None


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "403_csrf"])
def test_an_error_page_needs_nothing_from_the_failed_request(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert "<h1>" in html and 'href="/"' in html


def test_a_form_without_its_token_is_answered_with_what_to_do(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.example", "password": "x"})
    assert answer.status_code == 403
    assert "reload the page and send it again" in answer.content.decode()


def test_signing_in_is_not_announced_by_a_message(cast: Cast) -> None:
    answer = Client().post("/accounts/login/", {"login": "ada@acme.example", "password": PASSWORD}, follow=True)
    assert answer.context["user"].is_authenticated
    assert "data-toast>" not in answer.content.decode().partition("<template")[0]
