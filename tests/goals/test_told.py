"""People are told of goals that concern them, once, in words they may read."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from goals.models import CheckIn
from goals.services.follow_up import change_decide, change_request
from goals.services.goals import goal_revise
from goals.services.reminders import check_ins_remind
from people.models import Notification
from people.notifications import words_of
from tests.cast import NOW, TODAY, Cast
from tests.goals.build import align, make_goal

pytestmark = pytest.mark.django_db


def told(cast: Cast, who: str) -> list[str]:
    """What somebody reads, the oldest first."""
    rows = list(Notification.objects.filter(person=getattr(cast, who)).order_by("pk"))
    return [f"{words.title}: {words.detail}" if words else "out of sight" for words in words_of(cast.viewer(who), rows)]


def test_owner_and_owners_of_aligned_goals_read_of_a_revision_as_far_as_they_see_it(cast: Cast) -> None:
    goal, carols = make_goal(cast.alice), make_goal(cast.carol)
    align(carols, goal)
    goal_revise(viewer=cast.viewer("bob"), goal=goal, at=NOW, version=1, reason="Strategy", target=Decimal(1200))
    assert told(cast, "alice") == ["“More bookings” was revised: Target from $1,000 to $1,200 (Strategy)"]
    assert told(cast, "carol") == ["out of sight"]  # another team sees the title only
    assert told(cast, "bob") == []


def test_a_request_reaches_the_nearest_manager_and_its_answer_the_owner(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    wanted = {"target": Decimal(800)}
    request = change_request(viewer=cast.viewer("alice"), goal=goal, at=NOW, reason="Leave", wanted=wanted)
    assert told(cast, "bob") == ["Alice Ames asks for a change of “More bookings”: Target $800 (Leave)"]
    change_decide(viewer=cast.viewer("bob"), request=request, at=NOW, is_approved=False, version=1, answer="Not now")
    assert told(cast, "alice") == ["Your change of “More bookings” was refused: Not now"]


def test_a_due_check_in_is_told_once_and_again_when_the_next_is_due(cast: Cast) -> None:
    goal = make_goal(cast.alice, cadence="weekly", starts_on=TODAY - timedelta(days=8))
    make_goal(cast.north, "Of the team", cadence="weekly", starts_on=TODAY - timedelta(days=8))
    make_goal(cast.carol, cadence="none", starts_on=TODAY - timedelta(days=80))

    def remind(on: date) -> int:
        return check_ins_remind(organization=cast.organization, at=NOW, on=on)

    assert remind(TODAY) == 2  # Alice, and Bob for the team
    assert remind(TODAY) == 0
    CheckIn.objects.create(goal=goal, on=TODAY, note="Fine", created_at=NOW)
    assert remind(TODAY + timedelta(days=6)) == 0
    assert remind(TODAY + timedelta(days=7)) == 1
