"""Which questions somebody may ask, and which are too large to be answered at once."""

from dataclasses import replace
from datetime import date, timedelta

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils.translation import gettext as _

from kernel.period import Grain
from metrics.selectors.parse import QuestionError
from metrics.selectors.question import Dimension, Question
from metrics.selectors.subject import access_person_numbers, access_team_numbers
from people.models import Person, Team
from people.viewer import Viewer

MOST_ROWS = 200_000
SHORTEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28, Grain.QUARTER: 84, Grain.HALF: 168, Grain.YEAR: 336}  # days


def question_open_to(viewer: Viewer, question: Question) -> Question:
    """The question as the viewer may ask it: of somebody else, what belongs to the time below the viewer. Two queries.

    Raises: PermissionDenied for the whole company, ObjectDoesNotExist for a person or team out of sight.
    """
    scope = question.scope
    if viewer.sees_everyone:
        return question
    if scope.team_id is not None:
        access_team_numbers(viewer, scope.team_id)
        if 0 in (scope.person_ids or ()):
            raise ObjectDoesNotExist(_("These numbers are not open to you."))
        return question
    if scope.person_ids is None:
        raise PermissionDenied(
            _("Your role does not show the whole company. Filter by a person or a team: filter=person=… or team=….")
        )
    if len(scope.person_ids) != 1:
        raise ObjectDoesNotExist(_("Several people have this name. Ask by e-mail address or id:NUMBER."))
    subject = access_person_numbers(viewer, scope.person_ids[0])
    return replace(question, scope=replace(scope, team_id=subject.team_id))


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
