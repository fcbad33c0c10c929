"""The live server as a browser sees it."""

import pytest
from playwright.sync_api import Page

from people.models import Organization

pytestmark = pytest.mark.browser


def test_the_sign_in_page_opens_with_its_style(page: Page) -> None:
    answer = page.goto("/accounts/login/")
    assert answer and answer.status == 200
    assert page.locator("input[name=login]").is_visible()


def test_what_a_journey_sees_is_what_the_test_committed(page: Page) -> None:
    Organization.objects.create(slug="seen", name="Seen by both")
    answer = page.request.get("/readyz")
    assert answer.json()["role"] == "ok"
    assert answer.json()["migrations"] == "ok"
