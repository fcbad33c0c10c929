"""The role bar of the demo: looking through everybody's eyes, the tour, a deal that closes now."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.models import Opportunity
from metrics.services import rollups_recompute
from people.models import Organization, Person, User
from people.statistics import statistics_gather
from people.wall import tenant
from spm.demo import story
from spm.demo.load import demo_create
from spm.demo.sign_ins import sign_ins_create
from spm.demo.tour import STOPS
from tests.journeys import worker

SOMEBODY = [each.account for each in story.SIGN_INS]


def make_demo(slug: str = "demo") -> Organization:
    now = datetime.now(UTC)
    organization = demo_create(slug=slug, reps=14, deals=900, months=12, seed=7, at=now)
    sign_ins_create(organization, is_public=False)
    return organization


@pytest.fixture
def demo(db: None) -> Organization:
    return make_demo()


def client_of(organization: Organization, account: str) -> Client:
    client = Client()
    user = User.objects.get(email=f"{account}@{organization.slug}.example")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def who(client: Client) -> str:
    return str(User.objects.get(pk=client.session["_auth_user_id"]).email)


@pytest.mark.parametrize("account", SOMEBODY)
def test_one_goes_on_as_anybody_of_the_story(demo: Organization, account: str) -> None:
    client = client_of(demo, "maya")
    response = client.post(f"/demo/look-as/{account}/")
    assert response.status_code == 302
    assert who(client) == f"{account}@demo.example"
    page = client.get(response["Location"], follow=True)
    assert page.status_code == 200
    assert f"Demo. You are {next(each.name for each in story.SIGN_INS if each.account == account)}" in page.text


def test_the_tour_leads_through_every_stop_and_ends(demo: Organization) -> None:
    client = client_of(demo, "sam")
    for number, stop in enumerate(STOPS, 1):
        response = client.post(f"/demo/tour/{number}/")
        assert response["Location"] == stop.href
        assert resolve(stop.href.partition("?")[0]).view_name == stop.place
        assert who(client) == f"{stop.who.account}@demo.example"
        page = client.get(stop.href)
        assert page.status_code == 200 and f"Stop {number} of {len(STOPS)}" in page.text
    client.post("/demo/tour/0/")
    assert "Stop 5" not in client.get("/", follow=True).text
    assert client.post("/demo/tour/6/").status_code == 404


def test_only_people_of_the_story_can_be_looked_as(demo: Organization) -> None:
    client = client_of(demo, "maya")
    with tenant(demo.pk):
        person = Person.objects.filter(user=None).first()
        outsider = User.objects.create(email="eve@demo.example", organization=demo)
        assert person is not None
        Person.objects.filter(pk=person.pk).update(user=outsider)
    assert client.post("/demo/look-as/eve/").status_code == 404
    assert client.post("/demo/look-as/nobody/").status_code == 404
    assert client.get("/demo/look-as/sam/").status_code == 405
    User.objects.filter(email="sam@demo.example").update(is_active=False)
    assert client.post("/demo/look-as/sam/").status_code == 404
    assert who(client) == "maya@demo.example"


def test_another_demo_is_another_world(demo: Organization) -> None:
    make_demo("other")
    client = client_of(demo, "maya")
    client.post("/demo/look-as/helen/")
    assert who(client) == "helen@demo.example"


def test_a_real_organization_and_a_demo_in_the_open_have_no_bar(demo: Organization, settings: object) -> None:
    client = client_of(demo, "maya")
    settings.HTTPS = True  # type: ignore[attr-defined]
    assert client.post("/demo/look-as/sam/").status_code == 404
    assert "Demo. You are" not in client.get("/me/").text
    settings.HTTPS = False  # type: ignore[attr-defined]
    Organization.objects.filter(pk=demo.pk).update(is_demo=False)
    for address in ("look-as/sam/", "tour/1/", "deal-closes/"):
        assert client.post(f"/demo/{address}").status_code == 404
    assert "Demo. You are" not in client.get("/me/").text


def test_a_deal_closes_for_everybody_and_says_which(demo: Organization) -> None:
    with tenant(demo.pk):
        won = Opportunity.objects.filter(outcome="won").count()
    client = client_of(demo, "helen")
    answer = client.post("/demo/deal-closes/", headers={"HX-Request": "true"})
    assert "Maya Okafor won" in answer.text and 'id="main"' not in answer.text
    assert client.post("/demo/deal-closes/").status_code == 302
    with tenant(demo.pk):
        assert Opportunity.objects.filter(outcome="won").count() == won + 2


@pytest.fixture
def open_demo(transactional_db: None) -> Iterator[Organization]:
    organization = make_demo()
    rollups_recompute(organization_id=organization.pk, is_full=True)
    statistics_gather()
    yield organization


def page_of(browser: Browser, server: LiveServer, client: Client, address: str) -> Page:
    context = browser.new_context(base_url=server.url, locale="en-US", timezone_id="UTC")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    return page


@pytest.mark.browser
def test_three_open_pages_change_when_a_deal_closes(
    browser: Browser, open_demo: Organization, live_server: LiveServer, tmp_path: object
) -> None:
    pages = {
        account: page_of(browser, live_server, client_of(open_demo, account), address)
        for account, address in (("maya", "/me/"), ("daniel", "/team/"), ("helen", "/company/"))
    }
    before = {account: page.locator("[data-figure]").all_inner_texts() for account, page in pages.items()}
    with worker.working(tmp_path):  # type: ignore[arg-type]
        helen = pages["helen"]
        helen.get_by_role("button", name="A deal closes now").click()
        expect(helen.locator(".toast-note")).to_contain_text("Maya Okafor won")
        for account, page in pages.items():
            page.bring_to_front()
            expect(page.locator("#live-note")).not_to_be_empty(timeout=60_000)
            expect(page.locator("[data-figure].is-changed").first).to_be_attached(timeout=60_000)
            assert page.locator("[data-figure]").all_inner_texts() != before[account]
            page.context.close()


@pytest.mark.browser
def test_a_message_leaves_the_bar_free_and_goes_when_the_pointer_leaves_it(
    browser: Browser, open_demo: Organization, live_server: LiveServer
) -> None:
    page = page_of(browser, live_server, client_of(open_demo, "helen"), "/company/")
    page.clock.install()
    page.reload()
    button = page.get_by_role("button", name="A deal closes now")
    button.click()
    note = page.locator(".toast-note")
    expect(note).to_be_visible()
    button.click(trial=True, timeout=5_000)  # nothing lies on it
    note.hover()
    page.clock.run_for(10_000)
    expect(note).to_be_visible()
    page.mouse.move(10, 400)
    page.clock.run_for(2_000)
    expect(note).to_have_count(0)
    page.context.close()
