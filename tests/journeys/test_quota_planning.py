"""Operations plans a year in a real browser: divides the number from the top, agrees one person's, lets a newcomer ramp,
compares two versions and hands one in."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from goals.models import PlanVersion
from goals.selectors.planning.sheet import sheet_of
from metrics.services import rollups_recompute
from people.models import Person
from people.wall import tenant
from tests.cast import Cast, make_person, make_seat
from tests.crm.access import make_deal
from tests.journeys.test_goals import FITS, LOOKS, grave_problems
from tests.journeys.test_homes import SHOTS, signed_in

pytestmark = pytest.mark.browser
NUMBER = 12_000_000


@pytest.fixture
def company(committed_cast: Cast) -> Iterator[Cast]:
    """Alice sold twice as much as Carol in each of the last fourteen months; Nora begins on the first day of next year."""
    today = timezone.localdate()
    with tenant(committed_cast.organization.pk):
        for n in range(14):
            day = today - timedelta(days=20 + 30 * n)
            make_deal(f"A{n}", committed_cast.alice, amount=Decimal(20000), closed_on=day)
            make_deal(f"C{n}", committed_cast.carol, amount=Decimal(10000), closed_on=day)
        first = date(today.year + 1, 1, 1)
        nora = make_person("Nora Nye", hired_on=first)
        committed_cast.people["nora"] = nora
        make_seat(committed_cast.south, nora, starts_on=first)
        rollups_recompute(organization_id=committed_cast.organization.pk)
    yield committed_cast


def amounts_of(person: Person) -> list[Decimal]:
    """What the latest version gives somebody, month by month."""
    with tenant(person.organization_id):
        version = PlanVersion.objects.select_related("plan").order_by("number").last()
        assert version is not None
        sheet = sheet_of(version)
        line = next(line for line in sheet.lines if line.person_id == person.pk)
        return [sheet.money(amount) for amount in line.amounts]


def line_of(page: Page, name: str) -> Locator:
    return page.locator("tbody tr").filter(has_text=name).first


def divide(page: Page, **fields: str) -> None:
    page.get_by_label("People weigh by").select_option("trailing")
    page.locator("#id_season").select_option("even")
    for label, text in fields.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Divide the number").click()
    expect(page.locator("#sheet")).to_be_visible()


def test_operations_plans_a_year_in_one_sitting(page: Page, company: Cast, live_server: LiveServer) -> None:
    page = signed_in(page.context, company, "dana", live_server)
    page.goto("/quota-plans/")
    page.get_by_role("link", name="Plan quotas").first.click()
    page.locator("#id_name").fill("Next year")
    page.get_by_label("Company number").fill("12,000,000")
    page.get_by_role("button", name="Go on").click()
    divide(page, **{"Ramp of new hires": "0; 25; 50; 75"})
    expect(page.locator("[data-figure=plan-given]")).to_have_text("$12,000,000")
    assert abs(amounts_of(company.alice)[6] / amounts_of(company.carol)[6] - 2) < Decimal("0.001")
    newcomer = amounts_of(company.nora)
    assert newcomer[0] == 0 and newcomer[1] < newcomer[2] < newcomer[3] < newcomer[4]

    line_of(page, "Carol Cole").get_by_role("link", name="Carol Cole").click()
    for month in page.locator("input[name^=m2]").all():
        month.fill("300,000")
    page.locator("#id_is_locked").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-figure=plan-locked]")).to_have_text("1")
    expect(page.locator("[data-figure=plan-over]")).not_to_have_text("$0")
    page.get_by_role("link", name="Divide", exact=True).click()
    expect(page.get_by_label("Ramp of new hires")).to_have_value("0 ; 25 ; 50 ; 75")
    divide(page)
    expect(page.locator("[data-figure=plan-over]")).to_have_text("$0")
    assert amounts_of(company.carol) == [Decimal(300000)] * 12
    everybody = [amounts_of(each) for each in (company.alice, company.carol, company.nora)]
    assert sum(map(sum, everybody)) == NUMBER

    page.locator(".page-head summary").click()
    page.get_by_role("button", name="Copy to a new version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Next year, version 2")
    page.get_by_role("link", name="Divide", exact=True).click()
    divide(page, **{"Company number": "12,600,000"})
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(line_of(page, "Company")).to_contain_text("+$600,000.00")
    expect(line_of(page, "Company")).to_contain_text("+5.0%")
    expect(line_of(page, "Carol Cole")).not_to_contain_text("+")
    page.get_by_role("link", name="Sheet", exact=True).click()
    page.locator("form[action$='/submit/'] button").click()
    page.locator("#confirm-yes").click()
    expect(page.locator("form[action$='/submit/']")).to_have_count(0)
    expect(page.locator("#sheet[data-sheet]")).to_have_count(0)  # nothing can be typed any more
    with tenant(company.organization.pk):
        states = list(PlanVersion.objects.order_by("number").values_list("state", flat=True))
    assert states == ["draft", "review"]


def test_a_number_typed_into_the_sheet_is_kept_and_locked(page: Page, company: Cast, live_server: LiveServer) -> None:
    """By the keyboard alone."""
    page = signed_in(page.context, company, "dana", live_server)
    page.goto("/quota-plans/add/")
    page.locator("#id_name").fill("Next year")
    page.get_by_label("Company number").fill("12000000")
    page.get_by_role("button", name="Go on").click()
    divide(page)
    cell = line_of(page, "Alice Ames").locator("td[data-month]").nth(2)
    cell.focus()
    page.keyboard.type("123456")
    page.keyboard.press("Enter")
    expect(cell).to_contain_text("123,456")
    expect(cell).to_have_class(re.compile("is-locked"))
    assert amounts_of(company.alice)[2] == Decimal(123456)


def test_planning_pages_fit_every_screen_and_are_read_by_axe(
    browser: Browser, page: Page, company: Cast, live_server: LiveServer
) -> None:
    SHOTS.mkdir(exist_ok=True)
    page = signed_in(page.context, company, "dana", live_server)
    page.goto("/quota-plans/add/")
    page.locator("#id_name").fill("Next year")
    page.get_by_label("Company number").fill("12000000")
    page.get_by_role("button", name="Go on").click()
    divide(page)
    here = page.url.removeprefix(live_server.url)
    for look, width, scheme in LOOKS:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
        )
        page = signed_in(context, company, "dana", live_server)
        for name, address in (("plan", here), ("plan-divide", f"{here}divide/"), ("plan-compare", f"{here}compare/")):
            page.goto(address)
            page.screenshot(path=SHOTS / f"{name}-{look}.png", full_page=True)
            assert page.evaluate(FITS), (name, look)
            assert grave_problems(page) == [], (name, look)
        context.close()
