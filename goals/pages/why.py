"""Why the value of a goal is what it is: the definition, what it is divided by, the days and limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404
from django.utils.translation import gettext as _

from goals.models import Goal, Measured
from goals.pages.pieces import holder_name, value_words
from goals.selectors.figures import figures_of
from goals.selectors.limits import filters_words
from goals.selectors.states import ask_of
from kernel.period import Period
from metrics.catalogue import CATALOGUE
from metrics.engine.definitions import Metric, Unit
from metrics.engine.evaluate import Value
from metrics.pages import links
from metrics.pages.figures import divides_money
from metrics.words import definition, notes_text
from people import formats
from people.components import Action, Crumb
from people.policies import persons, teams
from people.viewer import Viewer


@dataclass(frozen=True)
class GoalWhy:
    """What `goals/why.html` shows."""

    title: str
    crumbs: Sequence[Crumb]
    label: str
    text: str
    reason: str
    sentence: str
    pairs: Sequence[tuple[str, str]]
    notes: str
    actions: Sequence[Action]


def goal_why(viewer: Viewer, goal: Goal, href: str) -> GoalWhy:
    """The reason for a goal's value. Raises: Http404 where it has no metric. Five queries at most."""
    metric = CATALOGUE.get(goal.metric)
    if goal.kind != Measured.Kind.METRIC or metric is None:
        raise Http404
    ask = ask_of(goal)
    value = figures_of(viewer.organization, [ask], viewer.on)[ask]
    words, currency = definition(metric), viewer.organization.currency
    limits = [(label, text or formats.UNDEFINED) for label, text in filters_words(goal.filters)]
    days = Period(goal.starts_on, goal.ends_before)
    span = f"{formats.day(days.starts_on)} – {formats.day(days.last_day)}"
    return GoalWhy(
        title=_("Why this number"),
        crumbs=[Crumb(goal.name, href), Crumb(_("Why this number"))],
        label=str(_(metric.label)),
        text=value_words(goal, value.value, currency),
        reason=(notes_text(value.notes) or _("There is nothing to count in these days."))
        if value.value is None
        else "",
        sentence=words.sentence,
        pairs=[
            (_("Of whom"), holder_name(goal)),
            *limits,
            (_("Days"), _("%(days)s, by the day %(basis)s") % {"days": span, "basis": words.basis}),
            *_parts(metric, value, currency),
            (_("Better"), words.direction),
        ],
        notes=words.notes,
        actions=_actions(viewer, goal, metric, days),
    )


def _parts(metric: Metric, value: Value, currency: str) -> list[tuple[str, str]]:
    words = definition(metric)
    if value.numerator is None or value.denominator is None:
        return [(_("Counts"), words.numerator), (_("Facts counted"), formats.number(value.count))]
    is_value = divides_money(metric)
    is_money = metric.unit is Unit.MONEY or is_value
    top = formats.money(value.numerator, currency) if is_money else formats.number(value.numerator)
    bottom = formats.money(value.denominator, currency) if is_value else formats.number(value.denominator)
    return [(_("Counts"), f"{top}: {words.numerator}"), (_("Divided by"), f"{bottom}: {words.denominator}")]


def _actions(viewer: Viewer, goal: Goal, metric: Metric, days: Period) -> list[Action]:
    """The rows behind it, for whoever may see the owner's numbers; a peer sees the value of a goal only."""
    holder = goal.person or goal.team
    policy = persons if goal.person_id else teams
    if not policy.can(viewer, "view_numbers", holder) or any(len(each["values"]) != 1 for each in goal.filters):
        return []
    whose = {"person": goal.person_id} if goal.person_id else {"team": goal.team_id}
    limits = {each["by"]: each["values"][0] for each in goal.filters}
    without = ",".join(by for by, value in limits.items() if not value)
    query = {**whose, **{by: value for by, value in limits.items() if value}, "without": without, **links.custom(days)}
    return [
        Action(_("See the rows behind it"), links.page("metrics:why", metric=metric.name, **query), "deals", "primary")
    ]
