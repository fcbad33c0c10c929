"""The history of a deal tells how its shares changed, to whoever may learn them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from crm.engine.shares import Held, share_changes
from crm.models import Credit, FormerCredit, Opportunity, OpportunityChange
from people.models import AuditEntry
from people.services.erasure import person_erase
from tests.cast import NOW, Cast
from tests.crm.access import make_deal
from tests.crm.files import run, text_of, write
from tests.crm.test_credits import form
from tests.metrics import build

SignIn = Callable[[str], Client]
EARLIER = datetime(2026, 1, 5, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)


def known(external_id: str, owner: Any, **fields: Any) -> Opportunity:
    """A deal that has been known for long."""
    deal = make_deal(external_id, owner, **fields)
    first = {
        "happened_on": START.date(),
        "recorded_at": START,
        "stage": deal.stage,
        "outcome": "won",
        "currency": "USD",
    }
    OpportunityChange.objects.bulk_create([OpportunityChange(opportunity=deal, owner=owner, **first)])
    return deal


def shares_told(client: Client, deal: Opportunity) -> list[tuple[str, str]]:
    """Line and person of each change of shares that the page tells."""
    events = client.get(f"/deals/{deal.pk}/").context["events"]
    return [(event.title, event.actor) for event in events if event.title.startswith("Shares")]


@pytest.fixture
def deal(cast: Cast) -> Opportunity:
    """Alice 60 %, Bob 40 % since the fifth of January."""
    made = known("A1", cast.alice)
    build.credit(made, a=(cast.alice, "0.6", "owner"), b=(cast.bob, "0.4"))
    Credit.objects.update(recorded_at=EARLIER)
    return made


@pytest.mark.django_db
def test_a_change_by_hand_is_one_line_with_who_and_from_which_to_which(
    cast: Cast, sign_in: SignIn, deal: Opportunity
) -> None:
    lines = form((cast.alice, "owner", "75.5"), (cast.bob, "split", "24.5"), (cast.carol, "overlay", "50"))
    assert sign_in("dana").post(f"/deals/{deal.pk}/credits/", lines).status_code == 302
    assert shares_told(sign_in("erin"), deal) == [
        (
            "Shares: Alice Ames 60%, Bob Brand 40% → Alice Ames 75.5%, Bob Brand 24.5%, Carol Cole 50% beside it",
            "Dana Diaz",
        ),
        ("Shares: all to the owner → Alice Ames 60%, Bob Brand 40%", ""),
    ]


@pytest.mark.django_db
def test_shares_that_came_with_the_deal_are_no_change(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("A1", cast.alice)
    build.credit(deal, a=(cast.alice, "0.6", "owner"), b=(cast.bob, "0.4"))
    assert shares_told(sign_in("erin"), deal) == []


@pytest.mark.django_db
def test_given_back_to_the_owner_is_told(cast: Cast, sign_in: SignIn, deal: Opportunity) -> None:
    sign_in("dana").post(f"/deals/{deal.pk}/credits/", form((None, "split", "")))
    told = shares_told(sign_in("erin"), deal)
    assert told[0] == ("Shares: Alice Ames 60%, Bob Brand 40% → all to the owner", "Dana Diaz")


@pytest.mark.django_db
def test_saved_without_a_change_is_not_told(cast: Cast, sign_in: SignIn, deal: Opportunity) -> None:
    same = form((cast.alice, "owner", "60"), (cast.bob, "split", "40")) | {"credit-INITIAL_FORMS": 2}
    assert sign_in("dana").post(f"/deals/{deal.pk}/credits/", same).status_code == 302
    assert FormerCredit.objects.count() == 2 and len(shares_told(sign_in("erin"), deal)) == 1


@pytest.mark.django_db
def test_who_saved_something_else_at_another_time_is_not_named(cast: Cast, sign_in: SignIn, deal: Opportunity) -> None:
    sign_in("dana").post(f"/deals/{deal.pk}/credits/", form((cast.bob, "split", "100")))
    assert AuditEntry.objects.filter(action="credits_save").count() == 1
    actors = [actor for _line, actor in shares_told(sign_in("erin"), deal)]
    assert actors == ["Dana Diaz", ""]


@pytest.mark.django_db
def test_a_file_is_named_and_linked_for_those_who_see_imports(cast: Cast, sign_in: SignIn, tmp_path: Any) -> None:
    deal = known("A1", cast.alice)
    rows = [["A1", "Alice Ames", "0.5"], ["A1", "Dora Dell", "0.5"]]
    run(write(tmp_path, text_of(["deal id", "rep", "share"], rows), "splits.csv"), "credit", organization="acme")

    def event(who: str) -> Any:
        events = sign_in(who).get(f"/deals/{deal.pk}/").context["events"]
        return next(each for each in events if each.title.startswith("Shares"))

    assert event("dana").title == "Shares: all to the owner → Alice Ames 50%, Dora Dell (not known yet) 50%"
    assert "splits.csv" in event("dana").detail and "/imports/" in event("dana").href
    assert event("alice").href == ""


@pytest.mark.django_db
def test_a_share_that_the_viewer_may_not_see_is_only_counted(cast: Cast, sign_in: SignIn) -> None:
    """Carol got the deal later: who had shares before is neither on its page nor below her."""
    deal = known("A1", cast.carol)
    build.credit(deal, a=(cast.alice, "0.3"), b=(cast.bob, "0.2"), c=(cast.carol, "0.5", "owner"))
    Credit.objects.update(recorded_at=EARLIER)
    sign_in("dana").post(f"/deals/{deal.pk}/credits/", form((None, "split", "")))
    hidden = sign_in("carol").get(f"/deals/{deal.pk}/").content.decode()
    assert shares_told(sign_in("carol"), deal) == [
        ("Shares: Carol Cole 50%, others 50% → all to the owner", "Dana Diaz"),
        ("Shares: all to the owner → Carol Cole 50%, others 50%", ""),
    ]
    assert "Alice" not in hidden and "Bob" not in hidden
    assert "Alice Ames 30%, Bob Brand 20%" in shares_told(sign_in("erin"), deal)[1][0]


@pytest.mark.django_db
def test_an_erased_person_is_told_by_the_pseudonym(cast: Cast, sign_in: SignIn, deal: Opportunity) -> None:
    sign_in("dana").post(f"/deals/{deal.pk}/credits/", form((None, "split", "")))
    cast.bob.refresh_from_db()
    person_erase(actor=cast.ada, person=cast.bob, at=NOW)
    [first, _second] = shares_told(sign_in("erin"), deal)
    assert "Bob" not in first[0] and "40%" in first[0]


@pytest.mark.django_db
def test_the_page_asks_as_many_questions_for_one_change_as_for_twenty(
    cast: Cast, sign_in: SignIn, deal: Opportunity
) -> None:
    client = sign_in("erin")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(f"/deals/{deal.pk}/")
        return len(found)

    queries()
    before = queries()
    FormerCredit.objects.bulk_create(
        FormerCredit(
            opportunity=deal, person=cast.carol, kind="bookings", role="split", share=Decimal(1), origin="given",
            recorded_at=START + timedelta(hours=hour), replaced_at=START + timedelta(hours=hour + 1),
        )
        for hour in range(1, 40, 2)
    )  # fmt: skip
    assert queries() == before
    assert len(shares_told(client, deal)) == 41


MOMENTS = st.integers(0, 8)
ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["owner", "split", "overlay"]), st.integers(1, 4), MOMENTS, MOMENTS),
    max_size=8,
)


def moment(hour: float) -> datetime:
    return START + timedelta(hours=hour)


@given(rows=ROWS, open_ended=st.sets(st.integers(0, 7)))
def test_every_change_is_between_what_was_there_just_before_and_just_after(
    rows: list[tuple[int, str, int, int, int]], open_ended: set[int]
) -> None:
    held = [
        Held(
            who,
            role,
            Decimal(quarters) / 4,
            moment(since) if since else None,
            None if place in open_ended else moment(since + length + 1),
        )
        for place, (who, role, quarters, since, length) in enumerate(rows)
    ]

    def there(hour: float) -> list[Any]:
        at = moment(hour)
        return sorted(
            each.said
            for each in held
            if (each.since is None or each.since <= at) and (each.until is None or at < each.until)
        )

    changes = share_changes(held, None)
    expected = [hour for hour in range(20) if there(hour - 0.5) != there(hour)]
    assert [change.at for change in changes] == [moment(hour) for hour in reversed(expected)]
    for change, hour in zip(changes, reversed(expected), strict=True):
        assert sorted(each.said for each in change.before) == there(hour - 0.5)
        assert sorted(each.said for each in change.after) == there(hour)
    later = share_changes(held, moment(4))
    assert later == [change for change in changes if change.at > moment(4)]
