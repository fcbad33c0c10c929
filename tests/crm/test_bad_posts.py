"""Forms of the crm pages sent by hand: whatever they hold, the answer is a page, a way back or a 404."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast

pytestmark = pytest.mark.django_db
HUGE = "9" * 25  # more than a bigint
LONG = "x" * 5000
POSTS: list[tuple[str, dict[str, Any]]] = [
    ("/data-health/merge/owner/", {"group": [f"{HUGE},1"], f"keep_{HUGE},1": HUGE}),
    ("/data-health/merge/owner/", {"group": [f"{HUGE},1"], f"keep_{HUGE},1": "1"}),
    ("/data-health/merge/product/", {"group": ["1,2"], "keep_1,2": "1"}),
    ("/data-health/merge/product/", {"group": ["²,2"], "keep_²,2": "²"}),
    ("/data-health/merge/nothing/", {}),
    ("/data-health/assign/owner/", {"text": ["x"], "source": ["s"], "choice": [HUGE]}),
    ("/data-health/assign/owner/", {"text": ["x"], "source": ["s"], "choice": ["²"]}),
    ("/data-health/assign/owner/", {"text": ["x"], "source": ["s"], "choice": ["new"]}),
    ("/data-health/assign/owner/", {"text": [LONG], "source": [LONG], "choice": ["1"]}),
    ("/data-health/assign/account/", {"text": [LONG], "source": [LONG], "choice": ["new"]}),
    ("/data-health/assign/account/", {"text": ["x\x00"], "source": ["s"], "choice": ["new"]}),
    ("/data-health/assign/account/", {"text": [""], "source": [""], "choice": ["new"]}),
    ("/data-health/dismiss/unmatched_owner/", {"subject": [LONG, "a\x00"]}),
    ("/data-health/dismiss/nothing/", {"subject": ["x"]}),
    ("/data-health/stand/nothing/", {}),
    (f"/imports/{HUGE}/run/", {}),
    ("/imports/9223372036854775807/undo/", {}),
    (f"/stages/{HUGE}/delete/", {}),
    ("/stages/", {"stage-TOTAL_FORMS": HUGE, "stage-INITIAL_FORMS": "0"}),
    ("/stages/", {"stage-TOTAL_FORMS": "1", "stage-INITIAL_FORMS": "1", "stage-0-id": HUGE}),
    ("/stages/", {}),
    ("/activities/add/", {"type": "call", "person": HUGE, "occurred_at": "0001-01-01T00:00", "key": LONG}),
    ("/activities/add/", {"type": "x", "person": "²", "occurred_at": "9999-12-31T23:59", "subject": "a\x00"}),
    (f"/activities/{HUGE}/", {}),
    ("/leads/add/", {"name": LONG, "owner": HUGE, "created_on": "0000-01-01", "converted_on": "9999-12-31"}),
    ("/leads/add/", {"name": "a\x00", "owner": "²", "created_on": "1.1.2026", "key": LONG}),
    (f"/leads/{HUGE}/change/", {}),
    (f"/activities/{HUGE}/delete/", {}),
]


@pytest.mark.parametrize(("path", "data"), POSTS)
def test_a_form_sent_by_hand_is_never_an_error_of_the_program(
    cast: Cast, sign_in: Callable[[str], Client], path: str, data: dict[str, Any]
) -> None:
    client = sign_in("ada")
    client.raise_request_exception = False
    assert client.post(path, data).status_code in {302, 404, 422}
