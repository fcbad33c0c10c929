"""The frame and the components as a browser, a keyboard and a phone meet them. The gallery stands for every page."""

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast

pytestmark = pytest.mark.browser
GRAVE = {"serious", "critical"}


def sign_in(context: BrowserContext, cast: Cast, live_server: LiveServer) -> None:
    """Ada, who sees every place, has signed in."""
    session = cast.client("ada").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])


@pytest.fixture
def gallery(page: Page, committed_cast: Cast, live_server: LiveServer) -> Page:
    sign_in(page.context, committed_cast, live_server)
    page.goto("/design/")
    return page


@pytest.fixture
def plain_page(browser: Browser, committed_cast: Cast, live_server: LiveServer) -> Iterator[Page]:
    """A page without JavaScript."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in(context, committed_cast, live_server)
    yield context.new_page()
    context.close()


OPEN = ["/accounts/login/", "/accounts/password/reset/", "/nowhere/"]
LOOKS = [(1440, "light"), (390, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("path", ["/design/", "/design/why/", *OPEN])
def test_axe_finds_nothing_serious(
    browser: Browser,
    committed_cast: Cast,
    live_server: LiveServer,
    path: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )  # axe brings a style of its own, which the policy would refuse
    if path not in OPEN:
        sign_in(context, committed_cast, live_server)
    page = context.new_page()
    page.goto(path)
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in GRAVE]
    context.close()
    assert not found, [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found]


def test_all_charts_are_drawn_within_the_policy(gallery: Page) -> None:
    for chart in gallery.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator("svg.main-svg").first).to_be_visible(timeout=20_000)


def test_the_first_tab_leads_past_the_navigation(gallery: Page) -> None:
    gallery.keyboard.press("Tab")
    assert gallery.evaluate("document.activeElement.className") == "skip"
    gallery.keyboard.press("Enter")
    assert gallery.evaluate("document.activeElement.id") == "main"


def test_the_theme_chosen_is_remembered(gallery: Page) -> None:
    gallery.locator("[data-theme-switch]").click()
    assert gallery.evaluate("document.documentElement.dataset.theme") == "dark"
    gallery.reload()
    assert 'data-theme="dark"' in gallery.content()[:400]
    assert gallery.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 17, 20)"


def test_the_drawer_opens_and_closes_by_keyboard_and_gives_focus_back(gallery: Page) -> None:
    gallery.set_viewport_size({"width": 1200, "height": 320})  # less than what the drawer holds
    link = gallery.locator(".figure__why").first
    link.focus()
    gallery.keyboard.press("Enter")
    expect(gallery.locator("#drawer [data-drawer-content]")).to_be_visible()
    tops = gallery.evaluate(
        "['.drawer__bar', '.drawer h2'].map((each) => document.querySelector(each).getBoundingClientRect())"
        ".map((box) => [box.top, box.bottom])"
    )
    assert tops[1][0] >= tops[0][1], "what it is about stands below the bar, not behind it"
    gallery.keyboard.press("Escape")
    expect(gallery.locator("#drawer")).to_be_hidden()
    assert link.evaluate("each => each === document.activeElement")


def test_a_heading_sorts_without_a_reload_and_keeps_the_focus(gallery: Page) -> None:
    gallery.evaluate("window.isSamePage = true")
    gallery.locator("#team-sort-name").click()
    expect(gallery.locator("#team th[aria-sort='ascending']")).to_have_text("Person")
    assert gallery.evaluate("window.isSamePage") and gallery.url.endswith("?sort=name")
    assert gallery.evaluate("document.activeElement.id") == "team-sort-name"


def test_what_destroys_asks_first(gallery: Page) -> None:
    gallery.locator("form[data-confirm] button").first.click()
    expect(gallery.locator("#confirm")).to_be_visible()
    gallery.keyboard.press("Escape")
    assert gallery.url.endswith("/design/")


def test_numbers_of_a_chart_open_as_a_table(gallery: Page) -> None:
    numbers = gallery.locator("#bookings-by-month-table")
    expect(numbers).to_be_hidden()
    gallery.locator("#bookings-by-month [data-chart-toggle]").click()
    expect(numbers.locator("tbody tr")).to_have_count(12)


def test_a_point_of_a_chart_leads_to_its_deals(gallery: Page) -> None:
    gallery.locator("#bookings-by-month").scroll_into_view_if_needed()
    bar = gallery.locator("#bookings-by-month .bars .point").nth(2)
    expect(bar).to_be_visible(timeout=20_000)
    box = bar.bounding_box()
    assert box
    gallery.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 5)
    gallery.wait_for_url("**/design/?month=2")


def test_without_a_script_the_numbers_and_the_drawer_are_there_as_pages(plain_page: Page) -> None:
    plain_page.goto("/design/")
    expect(plain_page.locator("#bookings-by-month-table")).to_be_visible()
    expect(plain_page.locator("[data-chart-toggle]").first).to_be_hidden()
    plain_page.locator(".figure__why").first.click()
    expect(plain_page.locator("h1")).to_have_text("Why this number")


def test_a_phone_never_scrolls_sideways(gallery: Page) -> None:
    gallery.set_viewport_size({"width": 390, "height": 844})
    for path in ("/design/", "/accounts/password/change/"):
        gallery.goto(path)
        assert gallery.evaluate("document.documentElement.scrollWidth") == 390


def test_a_phone_reaches_every_place_by_the_bottom_bar(gallery: Page) -> None:
    page = gallery
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#navigation")).to_be_hidden()
    page.locator(".bottombar button").click()
    expect(page.locator("#navigation .nav-list a")).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#navigation")).to_be_hidden()


class ChangingServer:
    """The gallery with live refresh: the version and one figure change after the first question."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        page.route("**/sample-version*", self.version)
        page.route("**/design/", self.document)

    def version(self, route: Route) -> None:
        self.asked.append(route.request.url.rpartition("=")[2])
        if self.asked[-1] == "8":
            route.fulfill(status=204)
        else:
            route.fulfill(json={"version": 8})

    def document(self, route: Route) -> None:
        answer = route.fetch()
        live = 'id="live" hx-get="/design/" hx-select="#live" hx-swap="outerHTML" hx-trigger="data-changed from:body"'
        html = answer.text().replace(
            '<main class="main"',
            '<main data-version-url="/sample-version" data-version="7" data-live-words="Updated at" class="main"',
        )
        html = html.replace('<div class="stack stack--loose">', f'<div {live} class="stack stack--loose">', 1)
        if self.asked:
            html = html.replace("$1,284,300", "$1,290,000")
        route.fulfill(response=answer, body=html)


def test_an_open_page_refetches_what_changed_says_so_and_marks_the_figure(gallery: Page) -> None:
    page, server = gallery, ChangingServer(gallery)
    page.goto("/design/")
    bookings = page.locator("[data-figure='bookings']")
    expect(bookings).to_have_class("figure__value is-changed", timeout=15_000)
    expect(bookings).to_have_text("$1,290,000")
    expect(page.locator("[data-figure='win_rate']")).to_have_class("figure__value")
    expect(page.locator("#live-note")).to_contain_text("Updated at")
    page.wait_for_timeout(3500)
    assert server.asked[:2] == ["7", "8"]


def test_filters_fold_away_on_a_phone_until_one_is_in_force(gallery: Page) -> None:
    gallery.set_viewport_size({"width": 390, "height": 844})
    gallery.goto("/design/")
    expect(gallery.locator("#filter_team")).to_be_hidden()
    gallery.locator("[data-filters] > summary").click()
    expect(gallery.locator("#filter_team")).to_be_visible()
    gallery.goto("/design/?team=w")
    expect(gallery.locator("#filter_team")).to_be_visible()
