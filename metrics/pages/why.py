"""Why a figure is what it is: what it counts, divided by what, over which days, and the rows behind it."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from metrics.catalogue import CATALOGUE
from metrics.catalogue.quotas import PACE, QUOTA, TEAM_QUOTA
from metrics.engine.definitions import Metric, Unit, families_of, parts_of
from metrics.engine.evaluate import Value
from metrics.engine.parts import Basis, Family, Part
from metrics.pages import ask, links
from metrics.pages.access import access_slice, trait_words
from metrics.pages.behind import rows_behind
from metrics.pages.figures import digits_of, divides_money, unit_of
from metrics.pages.frame import Asked, Days, Head, days_of
from metrics.pages.periods import ALL, DEFAULT, Choice
from metrics.selectors.own import takes_own
from metrics.selectors.quotas_behind import counts_quotas
from metrics.selectors.subject import Subject
from metrics.selectors.sums.traits import dimensions_of
from metrics.words import definition, notes_text
from people import formats
from people.components import Action, Table

Pairs = list[tuple[str, str]]


class NoMetric(Exception):
    """There is no metric of this name."""


@dataclass(frozen=True)
class Why:
    """What `metrics/why.html` shows."""

    head: Head
    label: str
    text: str
    reason: str
    sentence: str
    pairs: Pairs
    notes: str
    rows: Table
    actions: list[Action]


def why(asked: Asked) -> Why:
    """The reason for one figure. Raises: NoMetric, ObjectDoesNotExist for what is out of sight. Fourteen queries."""
    metric = metric_named(asked.query.get("metric", ""))
    viewer, currency = asked.viewer, asked.viewer.organization.currency
    subject = access_slice(asked)
    known = dimensions_of(metric)
    kept_traits = (each for each in subject.traits if each[0] in known or takes_own(metric, each[0]))
    subject = replace(subject, traits=tuple(kept_traits))
    kept = trait_words(subject)
    default = ALL if metric.basis is Basis.DUE else DEFAULT
    days = days_of(asked, default=default)
    choice = days.choice
    as_of = choice.as_of
    [row] = ask.rows_of(viewer, subject.scope, [metric], choice, as_of=as_of)
    value = row.figure
    return Why(
        head=Head.of(_("Why this number"), asked, days),
        label=_(metric.label),
        text=formats.figure(value.value, unit_of(metric), currency, digits_of(metric)),
        reason=notes_text(value.notes) or _("There is nothing to count in these days.") if value.value is None else "",
        sentence=definition(metric).sentence,
        pairs=[(_("Of whom"), subject.name), *_back_words(as_of), *kept, *_pairs(metric, value, days, currency)],
        notes=definition(metric).notes,
        rows=rows_behind(asked, metric, subject, None if choice.key == ALL else choice.period, as_of),
        actions=_actions(metric, value, subject, choice, as_of),
    )


def _back_words(as_of: date | None) -> Pairs:
    return [(_("As it stood on"), formats.day(as_of))] if as_of else []


def metric_named(name: str) -> Metric:
    """Raises: NoMetric."""
    if name not in CATALOGUE:
        raise NoMetric(name)
    return CATALOGUE[name]


def _pairs(metric: Metric, value: Value, days: Days, currency: str) -> Pairs:
    words = definition(metric)
    pairs = [(_("Days"), _days_words(metric, days.choice))]
    if value.numerator is None or value.denominator is None:
        pairs.append((_("Counts"), words.numerator))
    else:
        is_value = divides_money(metric)
        is_money = metric.unit is Unit.MONEY or is_value
        top = formats.money(value.numerator, currency) if is_money else formats.number(value.numerator)
        bottom = formats.money(value.denominator, currency) if is_value else formats.number(value.denominator)
        pairs += [(_("Counts"), f"{top}: {words.numerator}"), (_("Divided by"), f"{bottom}: {words.denominator}")]
    if value.notes and value.value is not None:
        pairs.append((_("Left out"), notes_text(value.notes)))
    return [*pairs, (_("Better"), words.direction), (_("True as of"), formats.moment(days.state.computed_at))]


def _days_words(metric: Metric, choice: Choice) -> str:
    if metric.basis is Basis.DUE and choice.key == ALL:
        return _("open deals as they stood") if choice.as_of else _("open deals as they stand now")
    label = choice.label if choice.label == choice.days_words else f"{choice.label} ({choice.days_words})"
    return _("%(days)s, by the day %(basis)s") % {"days": label, "basis": definition(metric).basis}


def _quotas_of(metric: Metric) -> Metric | None:
    """The quotas that an attainment is divided by, as a figure of its own."""
    parts = parts_of(metric)
    if Part.TEAM_ATTAINED_AMOUNT in parts:
        return TEAM_QUOTA
    if Part.ATTAINED_AMOUNT in parts:
        return PACE if Part.QUOTA_DUE_AMOUNT in parts else QUOTA
    return None


def _actions(metric: Metric, value: Value, subject: Subject, choice: Choice, as_of: date | None) -> list[Action]:
    actions = []
    if (quotas := _quotas_of(metric)) and value.value is not None:
        href = links.why(quotas, subject, choice)
        actions = [Action(_("The quotas it is divided by"), href, "help", is_drawer=True)]
    is_of_deals = not (families_of(metric) & {Family.LEADS, Family.ACTIVITIES} or counts_quotas(metric))
    if as_of is None and is_of_deals:
        rows = links.deals_of(metric, subject, None if choice.key == ALL else choice.period)
        actions.append(Action(_("See all the deals"), rows, "deals", "primary"))
    explorer = links.explorer(metric, subject, **choice.query)
    return [*actions, Action(_("By month, person, team, …"), explorer, "chart")]
