"""The front page: to everybody their own home, to a new organization its first steps."""

import pytest

from crm.models import Opportunity, Stage
from people.models import SeatHolding
from tests.cast import Cast
from tests.metrics.numbers import make_deals, words


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("alice", "/me/"),
        ("bob", "/team/"),
        ("erin", "/company/"),
        ("dana", "/company/"),
        ("ada", "/company/"),
        ("finn", "/start/"),
        ("hana", "/start/"),
    ],
)
def test_the_front_page_leads_everybody_home(cast: Cast, who: str, home: str) -> None:
    make_deals(cast)
    answer = cast.client(who).get("/")
    assert (answer.status_code, answer["Location"]) == (302, home)


def test_without_deals_the_front_page_is_the_start(cast: Cast) -> None:
    for who in ("ada", "alice", "erin"):
        assert cast.client(who).get("/")["Location"] == "/start/"


def test_the_steps_of_the_administrator_tick_themselves_off(cast: Cast) -> None:
    ada = cast.client("ada")

    def done() -> list[bool]:
        return [task.is_done for task in ada.get("/start/").context["page"].tasks]

    assert done() == [False, True, True, False]
    SeatHolding.objects.all().delete()
    assert done() == [False, False, True, False]
    make_deals(cast)
    assert done() == [True, False, True, True]
    Opportunity.objects.all().delete()
    Stage.objects.update(probability=None)
    assert done() == [False, False, True, False]


def test_who_has_no_seat_is_told_so(cast: Cast) -> None:
    make_deals(cast)
    SeatHolding.objects.filter(person=cast.alice).delete()
    answer = cast.client("alice").get("/", follow=True)
    assert "You have no seat in a team today" in words(answer)


def test_a_role_without_numbers_is_told_so(cast: Cast) -> None:
    make_deals(cast)
    answer = cast.client("finn").get("/", follow=True)
    assert "Your role shows no sales numbers" in words(answer)
    assert "Finance" in words(answer)


def test_the_home_chosen_last_is_the_one_that_opens(cast: Cast) -> None:
    make_deals(cast)
    bob = cast.client("bob")
    bob.get("/me/")
    assert bob.get("/")["Location"] == "/me/"
    bob.get("/team/")
    assert bob.get("/")["Location"] == "/team/"


def test_the_administrator_is_reminded_of_the_steps_that_are_left(cast: Cast) -> None:
    make_deals(cast)
    SeatHolding.objects.all().delete()
    page = cast.client("ada").get("/company/").context["page"]
    assert page.setup is not None
    assert "Put people into teams" in page.setup.text
    assert cast.client("erin").get("/company/").context["page"].setup is None
