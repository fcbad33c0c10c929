"""Operations issues letters; the person sees the bell move, opens the letter from the inbox and acknowledges it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from goals.models import QuotaLetter
from kernel.period import Period, add_months
from people.jobs import jobs_work
from people.wall import tenant
from tests.cast import Cast
from tests.journeys.keyboard import sign_in
from tests.letters.build import make_quota

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_the_button_of_operations_to_the_name_of_the_person(page: Page, committed_cast: Cast) -> None:
    cast, today = committed_cast, timezone.now().date()
    first = add_months(today.replace(day=1), 2)
    with tenant(cast.organization.pk):
        for person in [cast.alice, cast.carol]:
            make_quota(person, period=Period(first, add_months(first, 3)))
    sign_in(page, "dana@acme.example")
    page.goto(f"/quota-letters/issue/?starts_on={first}&ends_before={add_months(first, 3)}")
    expect(page.get_by_text("2 new")).to_be_visible()
    page.get_by_label("To be acknowledged by").fill(str(today + timedelta(days=7)))
    page.get_by_role("button", name="Issue 2 letters").click()
    expect(page.get_by_role("heading", name="Issuing letters").first).to_be_visible()

    other = page.context.browser.new_context(base_url=page.url.split("/quota")[0])  # type: ignore[union-attr]
    hers = other.new_page()
    hers.set_viewport_size({"width": 390, "height": 844})
    sign_in(hers, "alice@acme.example")
    hers.goto("/people/")
    jobs_work(cast.organization.pk)
    expect(hers.locator("[data-inbox-count]")).to_have_text("1", timeout=15_000)
    hers.get_by_role("link", name="Inbox").click()
    hers.get_by_role("link", name="You have a new quota letter").click()
    hers.get_by_label("Your name").fill("Alice Ames")
    hers.get_by_role("button", name="I have read this letter").click()
    expect(hers.get_by_text("You have acknowledged the letter.")).to_be_visible()
    expect(hers.locator("[data-inbox-count]")).to_be_hidden()
    other.close()
    with tenant(cast.organization.pk):
        states = dict(QuotaLetter.objects.values_list("person__name", "state"))
    assert states == {"Alice Ames": "acknowledged", "Carol Cole": "issued"}
    page.reload()
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
