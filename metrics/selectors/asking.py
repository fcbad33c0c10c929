"""Which questions somebody may ask, and which are too large to be answered at once."""

from datetime import date, timedelta

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils.translation import gettext as _

from kernel.period import Grain
from metrics.selectors.parse import QuestionError
from metrics.selectors.question import Dimension, Question
from people.models import Person, Team
from people.policies import persons, teams
from people.viewer import Viewer

MOST_ROWS = 200_000
SHORTEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28, Grain.QUARTER: 84, Grain.HALF: 168, Grain.YEAR: 336}  # days


def question_check(viewer: Viewer, question: Question) -> None:
    """The numbers asked for are open to the viewer. Two queries at most.

    Raises: PermissionDenied for the whole company, ObjectDoesNotExist for a person or team out of sight.
    """
    if viewer.sees_everyone:
        return
    scope = question.scope
    if scope.person_ids is None and scope.team_id is None:
        raise PermissionDenied(
            _("Your role does not show the whole company. Filter by a person or a team: filter=person=… or team=….")
        )
    if scope.person_ids is not None:
        seen = persons.visible(viewer, "view_numbers").filter(pk__in=scope.person_ids).count()
        if seen == len(set(scope.person_ids)):
            return
    if scope.team_id is not None and teams.visible(viewer, "view_numbers").filter(pk=scope.team_id).exists():
        return
    raise ObjectDoesNotExist(_("These numbers are not open to you."))


def size_check(question: Question) -> None:
    """Raises: QuestionError for more rows than one answer holds. Two queries at most."""
    periods = _periods(question)
    people = Person.objects.count() if Dimension.PERSON in question.by and question.scope.person_ids is None else 1
    groups = people * (Team.objects.count() if Dimension.TEAM in question.by else 1)
    rows = periods * max(groups, 1) * len(question.metrics)
    if rows > MOST_ROWS:
        raise QuestionError(
            f"These would be up to {rows} rows, more than the {MOST_ROWS} of one answer. Ask for fewer days, or in parts."
        )


def _periods(question: Question) -> int:
    if question.grain is None or (question.starts_on is None and question.ends_before is None):
        return max(len(question.cuts), 1)
    first = question.starts_on or date(question.on.year - 20, 1, 1)
    last = question.ends_before or question.on + timedelta(days=3_660)
    return max((last - first).days, 0) // SHORTEST[question.grain] + 1
