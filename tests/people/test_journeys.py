"""People and teams in a real browser: by keyboard, with htmx, on a phone, and read by axe."""

import re
from datetime import date
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import Person, SeatHolding
from people.wall import tenant
from tests.cast import PASSWORD, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, email: str = "ada@acme.example") -> None:
    page.goto("/accounts/login/?next=/people/")
    page.keyboard.press("Tab")
    page.get_by_label("Email").fill(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()


def test_an_administrator_finds_adds_and_invites_somebody_by_keyboard(committed_cast: Cast, page: Page) -> None:
    sign_in(page)
    page.get_by_label("Search", exact=True).fill("carol")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=carol"))
    page.goto("/people/")
    page.get_by_role("link", name="Add a person").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name").fill("Petra Pan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Petra Pan", level=1)).to_be_visible()
    page.get_by_role("link", name="Give a sign-in").focus()
    page.keyboard.press("Enter")
    page.get_by_label("E-mail address to sign in with").fill("petra@acme.example")
    page.keyboard.press("Enter")
    expect(page.locator(".keyvalues")).to_contain_text("petra@acme.example")
    page.goto("/invitations/links/")
    link = page.get_by_label("Petra Pan").input_value()
    page.get_by_role("button", name="Your menu").or_(page.locator("summary").filter(has_text="Your menu")).first.click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    page.locator("#id_password").fill("a pass phrase of hers")
    page.locator("#id_again").fill("a pass phrase of hers")
    page.keyboard.press("Enter")
    expect(page.locator("summary").filter(has_text="Petra Pan")).to_be_visible()


def test_a_seat_is_given_on_a_day_and_the_day_before_stays(committed_cast: Cast, page: Page) -> None:
    cast = committed_cast
    assert cast.vacant_seat is not None
    sign_in(page)
    page.goto(f"/seats/{cast.vacant_seat.pk}/assign/")
    page.get_by_label("Person").select_option(label="Nils Nord")
    page.get_by_label("From").fill("2026-03-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="South", level=1)).to_be_visible()
    expect(page.locator("#seats")).to_contain_text("Nils Nord")
    with tenant(cast.organization.pk):
        assert SeatHolding.objects.get(person=cast.nils).starts_on == date(2026, 3, 1)
    page.get_by_label("As of").fill("2026-02-28")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#seats")).to_contain_text("Vacant")


def test_switching_a_sign_in_off_asks_first(committed_cast: Cast, page: Page) -> None:
    cast = committed_cast
    sign_in(page)
    page.goto(f"/people/{cast.bob.pk}/")
    page.get_by_role("button", name="Switch the sign-in off").click()
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Switch the sign-in off").click()
    page.locator("#confirm-yes").click()
    expect(page.get_by_role("button", name="Switch the sign-in on")).to_be_visible()
    with tenant(cast.organization.pk):
        assert not Person.objects.get(pk=cast.bob.pk).user.is_active  # type: ignore[union-attr]


def test_a_double_click_sends_a_form_once(committed_cast: Cast, page: Page) -> None:
    cast = committed_cast
    sign_in(page)
    page.goto(f"/teams/{cast.north.pk}/seats/add/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Add").dblclick()
    expect(page.get_by_role("heading", name="North", level=1)).to_be_visible()
    expect(page.locator("#seats")).to_contain_text("Vacant")
    assert len(sent) == 1
    page.goto(f"/people/{cast.bob.pk}/")
    page.get_by_role("button", name="Switch the sign-in off").click()
    page.locator("#confirm-yes").click()  # right after the question: an answer is no second click
    expect(page.get_by_role("button", name="Switch the sign-in on")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_page_has_a_serious_violation_or_scrolls_sideways(
    committed_cast: Cast, browser: Browser, live_server: LiveServer, width: int, scheme: Literal["light", "dark"]
) -> None:
    cast = committed_cast
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    )  # axe brings a style of its own, which the policy would refuse
    page = context.new_page()
    sign_in(page)
    team = f"/teams/{cast.north.pk}/"
    addresses = ["/people/", f"/people/{cast.alice.pk}/", "/people/add/", f"/people/{cast.nils.pk}/sign-in/", "/teams/"]
    addresses += ["/invitations/", "/invitations/add/", "/invitations/links/", "/audit/"]
    addresses += [
        team,
        f"{team}move/",
        f"{team}seats/add/",
        "/roles/",
        "/roles/give/",
        "/settings/",
        "/profile/",
        "/invitations/",
        "/invitations/add/",
        "/audit/",
    ]
    wrong = {}
    for address in addresses:
        page.goto(address)
        found = Axe().run(page).response["violations"]
        grave = [each["id"] for each in found if each["impact"] in {"serious", "critical"}]
        is_wide = page.evaluate("document.documentElement.scrollWidth") > width
        if grave or is_wide:
            wrong[address] = (grave, is_wide)
    context.close()
    assert wrong == {}
