"""A rep, a manager and an executive sign in by keyboard, read their home, and see it change while it is open."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.models import Opportunity
from people.wall import tenant
from tests.cast import PASSWORD, Cast
from tests.metrics import build
from tests.metrics.numbers import make_deals, recompute

pytestmark = pytest.mark.browser
GRAVE = {"serious", "critical"}
SHOTS = Path(__file__).resolve().parents[2] / "test-results"
HOMES = [("alice", "/me/", "My number"), ("bob", "/team/", "North"), ("erin", "/company/", "Company")]


@pytest.fixture
def company(committed_cast: Cast) -> Iterator[Cast]:
    """Deals of 2026's first quarter, and two won by Alice today."""
    with tenant(committed_cast.organization.pk):
        stages = make_deals(committed_cast)
        today = timezone.now().date()
        deals = [
            build.deal(stages["won"], committed_cast.alice, 250, closed_on=today, created_on=today - timedelta(20))
            for _each in range(2)
        ]
        build.deals(*deals)
        recompute(committed_cast)
    yield committed_cast


def signed_in(context: BrowserContext, cast: Cast, who: str, live_server: LiveServer) -> Page:
    session = cast.client(who).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    return context.new_page()


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the focus stands there."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
    raise AssertionError(f"{selector} is not reached by the keyboard")


def wait_for_charts(page: Page) -> None:
    """Plotly is large and charts are drawn when they come into view."""
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator("svg.main-svg").first).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(("who", "path", "title"), HOMES)
def test_the_home_is_reached_and_read_by_keyboard_alone(
    page: Page, company: Cast, who: str, path: str, title: str
) -> None:
    page.goto("/")
    if page.evaluate("document.activeElement.name") != "login":
        tab_to(page, "input[name=login]")
    page.keyboard.type(f"{who}@acme.example")
    tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("[data-figure=revenue]")).to_be_visible()

    tab_to(page, ".figure__why")
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Details")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("True as of")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    tab_to(page, "[data-chart-toggle]")
    page.keyboard.press("Enter")
    expect(page.locator("#bookings-table")).to_be_visible()


def test_the_managers_open_page_follows_a_changed_deal(page: Page, company: Cast, live_server: LiveServer) -> None:
    """A worker recomputes; within seconds the figures, the row and the stamp change, and nothing is loaded anew."""
    page = signed_in(page.context, company, "bob", live_server)
    page.goto("/team/?period=2026Q1")
    expect(page.locator("[data-figure=revenue]")).to_have_text("$6,400")
    wait_for_charts(page)
    page.evaluate("window.sameDocument = true; document.querySelector('#bookings-canvas').sameCanvas = true")
    with tenant(company.organization.pk):
        Opportunity.objects.filter(owner=company.alice, amount=3000).update(amount=3600, converted_amount=3600)
        recompute(company)
    expect(page.locator("[data-figure=revenue]")).to_have_text("$7,000", timeout=10_000)
    expect(page.locator(f"[data-figure=sides-{company.alice.pk}-revenue]")).to_have_text("$6,600")
    assert page.evaluate("window.sameDocument === true")
    assert page.evaluate("document.querySelector('#bookings-canvas').sameCanvas === true"), "the chart was thrown away"
    page.wait_for_function("document.querySelector('#bookings-canvas').data[0].y.at(-1) === 3600")


def test_a_bar_leads_to_the_deals_behind_it(page: Page, company: Cast, live_server: LiveServer) -> None:
    page = signed_in(page.context, company, "alice", live_server)
    page.goto("/me/?period=2026Q1")
    bar = page.locator("#bookings-canvas .bars .point path").last
    wait_for_charts(page)
    bar.click(force=True)
    drawer = page.get_by_role("dialog", name="Details")
    expect(drawer).to_contain_text("The deals it counts")
    drawer.get_by_role("link", name="See all the deals").click()
    page.wait_for_url("**/deals/?*")
    assert f"owner={company.alice.pk}" in page.url
    assert "outcome=won" in page.url


def test_the_filters_of_a_metric_answer_without_leaving_the_page(
    page: Page, company: Cast, live_server: LiveServer
) -> None:
    page = signed_in(page.context, company, "erin", live_server)
    page.goto("/metrics/revenue/?period=2026Q1")
    page.get_by_label("By", exact=True).select_option("person")
    expect(page.locator("#rows")).to_contain_text("Carol Cole")
    page.get_by_label("Team", exact=True).select_option(label="North")
    expect(page.locator("#rows")).not_to_contain_text("Carol Cole")
    assert "period=2026Q1" in page.url


PAGES = [
    ("alice", "/me/"),
    ("bob", "/team/"),
    ("erin", "/company/"),
    ("ada", "/start/"),
    ("erin", "/metrics/"),
    ("erin", "/metrics/win_rate/"),
    ("erin", "/why/?metric=win_rate"),
]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_axe_finds_nothing_serious_and_a_phone_never_scrolls_sideways(
    browser: Browser,
    company: Cast,
    live_server: LiveServer,
    who: str,
    path: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )  # axe brings a style of its own, which the policy would refuse
    page = signed_in(context, company, who, live_server)
    page.goto(path)
    wait_for_charts(page)
    is_wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in GRAVE]
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{path.strip('/').split('?')[0].replace('/', '-')}-{width}.png", full_page=True)
    context.close()
    assert not is_wider
    assert not found, [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found]
