"""Pages used by the keyboard alone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.cast import PASSWORD

PATIENCE = 60_000  # milliseconds; a worker has to come by


def tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Press Tab until the focus stands there."""
    for _press in range(most):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the keyboard on {page.url}")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def sign_in(page: Page, email: str) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto("/accounts/login/")
    tab_to(page, "input[name=login]")
    page.keyboard.type(email)
    tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/accounts/login/" not in address, timeout=PATIENCE)


def import_file(page: Page, path: Path) -> None:
    """Upload, columns as they were guessed, preview, run; until the page says that the import was applied."""
    press(page, "a[href='/imports/']")
    page.wait_for_url("**/imports/", timeout=PATIENCE)
    press(page, "main a[href='/imports/new/']")
    page.wait_for_url("**/imports/new/", timeout=PATIENCE)
    page.locator("input[type=file]").set_input_files(path)
    press(page, "main form[enctype] button[type=submit]")
    page.wait_for_url("**/columns/", timeout=PATIENCE)
    press(page, "main form.form[method=post] button.button--primary")
    page.wait_for_url("**/preview/", timeout=PATIENCE)
    expect(page.locator("form[action$='/run/'] button")).to_be_visible(timeout=PATIENCE)
    press(page, "form[action$='/run/'] button")
    page.wait_for_url(lambda address: "/preview/" not in address, timeout=PATIENCE)
    expect(page.locator(".page-head__subtitle")).to_contain_text("applied", timeout=PATIENCE)
    expect(page.locator("a[href$='/undo/']")).to_be_visible(timeout=PATIENCE)
