"""Check-ins that are due: their owners are reminded once for each."""

from datetime import date, datetime

from goals import told
from goals.models import Goal
from goals.selectors.leading import leaders_of_teams
from goals.selectors.states import check_ins_due
from people.models import Organization


def check_ins_remind(*, organization: Organization, at: datetime, on: date) -> int:
    """Remind the owners of goals whose check-in is due, of a team's goal whoever leads the team; how many were told.

    Behind the wall.
    """
    running = Goal.objects.filter(starts_on__lte=on, ends_before__gt=on, withdrawn_at=None)
    due = check_ins_due(organization, list(running.exclude(cadence=Goal.Cadence.NONE)), on)
    leaders = leaders_of_teams({goal.team_id for goal, _since in due if goal.team_id}, on)
    count = 0
    for goal, since in due:
        people = [goal.person_id] if goal.person_id else leaders.get(goal.team_id or 0, [])
        for person in people:
            count += told.check_in_due(goal, person, since=since, at=at)
    return count
