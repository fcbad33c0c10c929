"""How somebody stands beside the people around them: the middle of the smallest team that is large enough."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value
from metrics.engine.peers import middle
from metrics.pages.ask import dated, people_by_period, people_now, standing
from metrics.pages.compare import Comparison
from metrics.pages.periods import Choice
from metrics.selectors.peers import peers_of
from metrics.selectors.subject import Subject
from people.viewer import Viewer


def median_of_peers(viewer: Viewer, subject: Subject, metrics: Sequence[Metric], choice: Choice) -> Comparison:
    """The median of the reps around a person; nothing where there are fewer than five. Four queries."""
    circle = peers_of(subject.person_id, choice.chosen) if subject.person_id else None
    if circle is None:
        return Comparison(_("the team: fewer than five people"))
    team, people = circle
    values = [
        *people_by_period(viewer, people, dated(metrics), choice.period, choice.as_of, choice.ever),
        *people_now(viewer, people, standing(metrics), choice.as_of),
    ]
    medians = {
        metric.name: Value(middle(each[metric.name].value for each in values if metric.name in each))
        for metric in metrics
    }
    return Comparison(_("median of %(team)s") % {"team": team}, medians, has_counts=False)
