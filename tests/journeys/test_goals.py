"""A rep reads and checks in on a goal, and a manager sets the goals of a whole team in one sitting, in a real browser."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from goals.models import Goal
from metrics.services import rollups_recompute
from people.wall import tenant
from tests.cast import Cast
from tests.crm.access import make_deal
from tests.goals.build import align, make_goal, make_objective
from tests.journeys.test_homes import GRAVE, SHOTS, signed_in, wait_for_charts

pytestmark = pytest.mark.browser
LOOKS: list[tuple[str, int, Literal["light", "dark"]]] = [("desktop", 1440, "light"), ("phone", 390, "dark")]
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def goal(committed_cast: Cast) -> Iterator[Goal]:
    """Alice's goal, forty days old, with deals in the last quarter and in this one."""
    today = timezone.localdate()
    days = {"starts_on": today - timedelta(days=40), "ends_before": today + timedelta(days=50)}
    with tenant(committed_cast.organization.pk):
        for n in range(9):
            make_deal(f"A{n}", committed_cast.alice, amount=Decimal(900), closed_on=today - timedelta(days=4 * n + 1))
            make_deal(f"B{n}", committed_cast.bob, amount=Decimal(700), closed_on=today - timedelta(days=60 + n))
        made = make_goal(
            committed_cast.alice,
            "Win the north back",
            target=Decimal(20000),
            commit_value=Decimal(15000),
            stretch_value=Decimal(25000),
            specific="New logos between Oslo and Tromsø",
            relevant="The north carries the year",
            **days,
        )
        align(made, make_objective("Twelve millions", **days))
        rollups_recompute(organization_id=committed_cast.organization.pk)
    yield made


def grave_problems(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['target']}" for each in found if each["impact"] in GRAVE]


def test_a_rep_reads_a_goal_why_it_stands_there_and_checks_in(
    page: Page, committed_cast: Cast, goal: Goal, live_server: LiveServer
) -> None:
    page = signed_in(page.context, committed_cast, "alice", live_server)
    page.goto("/goals/")
    page.get_by_role("link", name="Win the north back").click()
    expect(page.locator(f"[data-figure=goal-{goal.pk}]")).to_have_text("$8,100")
    wait_for_charts(page)
    page.locator(".figure__why").first.click()
    drawer = page.get_by_role("dialog", name="Details")
    expect(drawer).to_contain_text("See the rows behind it")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Check in").click()
    page.get_by_label("How sure are you to reach it?").select_option("medium")
    page.get_by_label("Note", exact=True).fill("Two deals slipped into next month")
    page.get_by_role("button", name="Check in").click()
    expect(page.locator(".timeline")).to_contain_text("Two deals slipped into next month")


def test_a_rep_is_told_of_a_revision_acknowledges_it_and_asks_for_another_target(
    page: Page, browser: Browser, committed_cast: Cast, goal: Goal, live_server: LiveServer
) -> None:
    alice = signed_in(page.context, committed_cast, "alice", live_server)
    context = browser.new_context(base_url=live_server.url, locale="en-US", timezone_id="UTC")
    bob = signed_in(context, committed_cast, "bob", live_server)
    bob.goto(f"/goals/{goal.pk}/revise/")
    bob.get_by_label("Target").fill("24,000")
    bob.get_by_label("Reason").fill("Oslo signed early")
    bob.get_by_role("button", name="Revise the goal").click()
    expect(bob.get_by_role("table", name="Revisions")).to_contain_text("Alice Ames: not yet")

    alice.goto("/inbox/")
    alice.get_by_role("main").get_by_role("link", name="Win the north back").first.click()
    row = alice.get_by_role("table", name="Revisions").get_by_role("row").last
    expect(row).to_contain_text("$20,000")  # the old target stays beside the new one and the reason
    expect(row).to_contain_text("$24,000")
    expect(row).to_contain_text("Oslo signed early")
    alice.get_by_role("button", name="I have read it").click()
    expect(alice.get_by_text("This goal was revised")).to_be_hidden()
    alice.get_by_role("link", name="Ask for a change").click()
    alice.get_by_label("Target").fill("22500")
    alice.get_by_label("Reason").fill("Tromsø is closed until spring")
    alice.get_by_role("button", name="Ask your manager").click()
    expect(alice.get_by_text("A change is asked for")).to_be_visible()

    bob.reload()
    expect(bob.get_by_role("table", name="Revisions")).not_to_contain_text("not yet")
    bob.get_by_role("link", name="Decide").click()
    expect(bob.get_by_role("main")).to_contain_text("Tromsø is closed until spring")
    bob.get_by_role("button", name="Approve").click()
    expect(bob.get_by_role("table", name="Revisions").get_by_role("row")).to_have_count(3)
    context.close()
    with tenant(committed_cast.organization.pk):
        assert Goal.objects.get(pk=goal.pk).target == Decimal(22500)


def test_on_a_phone_a_team_has_a_few_lines_each(
    browser: Browser, committed_cast: Cast, goal: Goal, live_server: LiveServer
) -> None:
    """Target beside the name, what is filled in more rarely in one row below; nothing is cut off."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="en-US")
    page = signed_in(context, committed_cast, "bob", live_server)
    page.goto(f"/goals/teams/{committed_cast.north.pk}/set/")
    row = page.locator("tbody tr").filter(has_text="Alice Ames")
    name, target = row.locator("th").bounding_box(), page.get_by_label("Target: Alice Ames").bounding_box()
    assert name and target and name["y"] < target["y"] + target["height"] and target["width"] > 120
    assert (row.bounding_box() or {"height": 999})["height"] < 190
    page.get_by_label("Target: Alice Ames").fill("12,500,000")
    box = "element => element.scrollWidth <= element.clientWidth"
    assert page.get_by_label("Target: Alice Ames").evaluate(box)
    page.get_by_label("Stretch: Alice Ames").fill("12,500")
    page.get_by_role("button", name="Save all goals").click()
    expect(row).to_contain_text("The stretch must be beyond the target.")
    assert page.evaluate(FITS)
    context.close()


def test_a_manager_sets_the_goals_of_the_team_in_one_sitting(
    page: Page, committed_cast: Cast, goal: Goal, live_server: LiveServer
) -> None:
    page = signed_in(page.context, committed_cast, "bob", live_server)
    page.goto(f"/goals/teams/{committed_cast.north.pk}/")
    page.get_by_role("link", name="Set goals for the team").click()
    page.get_by_label("Target: North").fill("50,000")
    page.get_by_label("Target: Alice Ames").fill("20000")
    page.get_by_label("Commit: Alice Ames").fill("30000")
    page.get_by_role("button", name="Save all goals").click()
    row = page.get_by_role("row").filter(has_text="Alice Ames")
    expect(row).to_contain_text("What is committed cannot be beyond the target.")
    expect(page.get_by_label("Target: North")).to_have_value("50,000")
    page.get_by_label("Commit: Alice Ames").fill("18000")
    page.get_by_role("button", name="Save all goals").click()
    expect(page.get_by_text("Saved: 2 goals set")).to_be_visible()
    with tenant(committed_cast.organization.pk):
        assert Goal.objects.filter(metric="revenue").count() == 3


def test_live_help_answers_while_a_goal_is_set(
    page: Page, committed_cast: Cast, goal: Goal, live_server: LiveServer
) -> None:
    page = signed_in(page.context, committed_cast, "bob", live_server)
    page.goto("/goals/add/")
    page.get_by_label("Whose goal it is").select_option(label="Alice Ames")
    page.locator("#id_metric").select_option("revenue")
    page.locator("#id_target").fill("9000")
    page.locator("#id_starts_on").fill("2026-10-01")
    page.locator("#id_ends_before").fill("2027-01-01")
    page.locator("#id_ends_before").blur()
    expect(page.locator("#ambition-panel")).to_contain_text("reached in", timeout=15_000)


def test_goal_pages_fit_every_screen_and_are_read_by_axe(
    browser: Browser, committed_cast: Cast, goal: Goal, live_server: LiveServer
) -> None:
    SHOTS.mkdir(exist_ok=True)
    north = committed_cast.north.pk
    pages = [
        ("goal", "alice", f"/goals/{goal.pk}/"),
        ("my-goals", "alice", "/goals/"),
        ("team-goals", "bob", f"/goals/teams/{north}/set/"),
        ("goal-form", "bob", "/goals/add/"),
    ]
    for look, width, scheme in LOOKS:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            locale="en-US",
            bypass_csp=True,
        )
        for name, who, path in pages:
            page = signed_in(context, committed_cast, who, live_server)
            page.goto(path)
            wait_for_charts(page)
            page.screenshot(path=SHOTS / f"{name}-{look}.png", full_page=True)
            assert page.evaluate(FITS), (name, look)
            assert grave_problems(page) == [], (name, look)
            page.close()
        context.close()
