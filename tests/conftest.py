"""The database of the tests, and the browser. The people and organizations are in tests/cast.py."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from spm import schema
from tests import chromium

pytest_plugins = ["tests.cast", "tests.world"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Made by the owner, used as spm_app: tests see the wall as the application does, the live server included."""
    with django_db_blocker.unblock():
        schema.act_as(schema.APP_ROLE, connection)
    yield
    with django_db_blocker.unblock():
        schema.act_as("", connection)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the database has it made, also when a file runs by itself."""
    for item in items:
        if "django_db_blocker" in getattr(item, "fixturenames", ()) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db)


_empty_the_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def _empty_the_tables_as_owner(self: TransactionTestCase) -> None:
    """Only the owner may empty the tables after a test that really commits."""
    with schema.as_owner(connection):
        _empty_the_tables(self)


TransactionTestCase._fixture_teardown = _empty_the_tables_as_owner  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys. Where none can be had they are skipped, under CI they fail."""
    path = chromium.find()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"No Chromium: {chromium.HOW}")
    expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread of the tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


def _is_grave(message: ConsoleMessage) -> bool:
    """An answer that says no (404, 422) is for the journey to judge."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page of a new profile: `page.goto("/")` is the live server. A script's error or a breach of the CSP fails."""
    context = browser.new_context(base_url=live_server.url, locale="en-US", timezone_id="UTC")
    page = context.new_page()
    page.set_default_timeout(30_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if _is_grave(message) else None)
    yield page
    context.close()
    assert not problems, f"the browser complained: {problems}"
