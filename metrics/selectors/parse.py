"""From the words of a command, a link or an API call to a question, with sentences that say what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from django.db import connection

from kernel.period import Grain
from kernel.row_id import row_id
from metrics.catalogue import CATALOGUE
from metrics.engine.definitions import Metric
from metrics.engine.parts import Basis
from metrics.selectors.own import OwnDimension, SwitchedOff, is_own, own_dimensions, own_require, takes_own
from metrics.selectors.question import NAMED, ROLLED_UP, WITHOUT, Dimension, Member, Question, Scope
from metrics.selectors.span import quota_periods
from metrics.selectors.sums.traits import dimensions_of
from people.models import Person, Team

QUOTA_PERIOD = "quota"  # time cut where the organization's quotas start


class QuestionError(ValueError):
    """A question that cannot be answered. `is_usage`: it was asked wrongly, rather than about something unknown; `field`
    is the part of it that is wrong, as the API calls it."""

    def __init__(self, message: str, *, is_usage: bool = True, field: str = "") -> None:
        super().__init__(message)
        self.is_usage, self.field = is_usage, field


def question_of(
    *,
    metrics: str,
    on: date,
    by: str = "",
    starts_on: str | None = None,
    ends_before: str | None = None,
    filters: Sequence[str] = (),
    as_of: str | None = None,
) -> Question:
    """The question in a command's words. Raises: QuestionError. One query per filter."""
    words = _words(by)
    dimensions, grain = groupings_of(",".join(word for word in words if word != QUOTA_PERIOD))
    first, last = day_of(starts_on, "--from"), day_of(ends_before, "--to")
    if first and last and first >= last:
        told = f"--to is the day after the last one, so it must come after --from {first}; got {last}."
        raise QuestionError(told, field="to")
    question = Question(metrics_of(metrics), on, dimensions, grain, first, last, scope_of(filters))
    question = looking_back(question, day_of(as_of, "--as-of"))
    _require_known(question)
    if QUOTA_PERIOD not in words:
        return question
    if grain:
        raise QuestionError(f"--by cuts time one way at once; ask for {QUOTA_PERIOD} and {grain} apart.", field="by")
    return replace(question, cuts=quota_periods(first, last), cut_name=QUOTA_PERIOD)


def looking_back(question: Question, as_of: date | None) -> Question:
    """The same as things stood on a past day, by the team structure of that day. Raises: QuestionError."""
    if as_of is None:
        return question
    if as_of > question.on:
        raise QuestionError(f"--as-of {as_of} is still to come; today is {question.on}.", field="as_of")
    return replace(question, on=as_of, as_of=as_of)


def _require_known(question: Question) -> None:
    """Every metric knows what it is asked by. Raises: QuestionError."""
    asked = [*question.by, *question.traits, *([Dimension.PRODUCT] if question.uses_products else [])]
    for metric in question.metrics:
        known = dimensions_of(metric)
        for dimension in asked:
            is_known = dimension in known or takes_own(metric, dimension)
            if not is_known and metric.basis is not Basis.CREDITED:  # a quota has none of these: no figure
                raise QuestionError(
                    f"{metric.name} cannot be told apart by {dimension}; it can by {', '.join(known)} and time.",
                    field="by" if dimension in question.by else "filter",
                )


def metrics_of(names: str) -> tuple[Metric, ...]:
    """Metrics by name. Raises: QuestionError."""
    asked = _words(names)
    if not asked:
        raise QuestionError(f"Name at least one metric: {', '.join(CATALOGUE)}.", field="metric")
    unknown = [name for name in asked if name not in CATALOGUE]
    if unknown:
        raise QuestionError(_unknown("metric", unknown[0], list(CATALOGUE)), field="metric")
    return tuple(CATALOGUE[name] for name in asked)


def groupings_of(by: str) -> tuple[tuple[Dimension, ...], Grain | None]:
    """Dimensions and the one cut of time. Raises: QuestionError."""
    dimensions: list[Dimension] = []
    grains: list[Grain] = []
    words = _words(by)
    own = own_dimensions() if any(map(is_own, words)) else {}
    _off_refuse(set(words) - own.keys())
    known = [*Dimension, *own, *Grain, QUOTA_PERIOD]
    for word in words:
        if word in list(Dimension):
            dimensions.append(Dimension(word))
        elif word in own:
            dimensions.append(own[word])
        elif word in list(Grain):
            grains.append(Grain(word))
        else:
            raise QuestionError(_unknown("grouping", word, [str(each) for each in known]), field="by")
    if len(grains) > 1:
        raise QuestionError(f"--by cuts time one way at once; ask for {' and '.join(grains)} apart.", field="by")
    return tuple(dict.fromkeys(dimensions)), grains[0] if grains else None


def _field(option: str) -> str:
    """--as-of → as_of."""
    return option.removeprefix("--").replace("-", "_")


def day_of(text: str | None, option: str) -> date | None:
    """A day as 2017-03-01. Raises: QuestionError."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(f"{option} {text!r} is no day; write it as 2017-03-01.", field=_field(option)) from error


def scope_of(filters: Sequence[str]) -> Scope:
    """What `key=value` filters keep. Raises: QuestionError. One query per filter."""
    people, products, team = None, None, None
    scope = Scope()
    own = own_dimensions() if any(map(is_own, filters)) else {}
    _off_refuse(text for text in filters if text.partition("=")[0] not in own)
    for text in filters:
        key, is_given, value = text.partition("=")
        if is_given and key in own:
            scope = scope.having(own[key], *own_values(own[key], value))
            continue
        if not is_given or not (value or (key in list(Dimension) and Dimension(key) not in ROLLED_UP)):
            raise QuestionError(
                f"--filter {text!r} is not KEY=VALUE, as in --filter product='GTX Pro'.", field="filter"
            )
        if key == Dimension.PERSON:
            people = _people(value)
        elif key == Dimension.TEAM:
            team = _one("team", list(Team.objects.filter(name__iexact=value).values_list("id", flat=True)), value)
        elif key == Dimension.PRODUCT:
            products = _products(value)
        elif key in list(Dimension):
            scope = scope.having(Dimension(key), *trait_values(Dimension(key), value))
        else:
            raise QuestionError(_unknown("filter", key, [str(each) for each in Dimension]), field="filter")
    return Scope(people, team, products, scope.traits)


def _off_refuse(words: Iterable[str]) -> None:
    try:
        own_require(words)
    except SwitchedOff as error:
        raise QuestionError(str(error)) from error


def _people(value: str) -> tuple[int, ...]:
    """By e-mail, `id:…` or name. People of one name are all meant."""
    people = Person.objects.all()
    if value.startswith("id:"):
        found = people.filter(pk=row_id(value.removeprefix("id:")) or 0)
    elif "@" in value:
        found = people.filter(email__iexact=value)
    else:
        found = people.filter(name__iexact=value)
    ids = tuple(found.values_list("id", flat=True))
    _one("person", list(ids), value)
    return ids


def _products(value: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM crm_product WHERE lower(name) = lower(%s)", [value])
        ids = tuple(row[0] for row in cursor.fetchall())
    _one("product", list(ids), value)
    return ids


def trait_values(dimension: Dimension, value: str) -> tuple[Member, ...]:
    """The members that a word means, whatever its capitals; nothing means those without. Raises: QuestionError."""
    if not value:
        return (0 if dimension in NAMED else WITHOUT,)
    with connection.cursor() as cursor:
        cursor.execute(VALUES[dimension], {"value": value})
        found = tuple(row[0] for row in cursor.fetchall())
    if not found:
        raise QuestionError(f"There is no {dimension} {value!r} in this organization.", is_usage=False, field="filter")
    return found


def own_values(dimension: Dimension, value: str) -> tuple[Member, ...]:
    """The same for a custom field. Raises: QuestionError."""
    if not value:
        return (WITHOUT,)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT text FROM crm_customvalue WHERE field_id = %s AND lower(text) = lower(%s)",
            [dimension.field.pk if isinstance(dimension, OwnDimension) else 0, value],
        )
        found = tuple(row[0] for row in cursor.fetchall())
    if not found:
        raise QuestionError(f"There is no {dimension} {value!r} in this organization.", is_usage=False, field="filter")
    return found


VALUES = {
    Dimension.ACCOUNT: "SELECT id FROM crm_account WHERE lower(name) = lower(%(value)s)",
    Dimension.STAGE: "SELECT id FROM crm_stage WHERE lower(name) = lower(%(value)s)",
    Dimension.REGION: "SELECT DISTINCT region FROM crm_account WHERE lower(region) = lower(%(value)s)",
    Dimension.INDUSTRY: "SELECT DISTINCT industry FROM crm_account WHERE lower(industry) = lower(%(value)s)",
    Dimension.SOURCE: """
        SELECT lead_source FROM crm_lead WHERE lower(lead_source) = lower(%(value)s)
        UNION SELECT lead_source FROM crm_opportunity WHERE lower(lead_source) = lower(%(value)s)
    """,
    Dimension.TYPE: "SELECT t FROM unnest(ARRAY['call', 'email', 'meeting', 'demo', 'proposal', 'other', 'new',"
    " 'expansion', 'renewal']) t WHERE t = lower(%(value)s)",
    Dimension.LOSS_REASON: "SELECT DISTINCT loss_reason FROM crm_opportunity WHERE lower(loss_reason) = lower(%(value)s)",
}


def _one(kind: str, ids: list[int], value: str) -> int:
    if not ids:
        raise QuestionError(f"There is no {kind} {value!r} in this organization.", is_usage=False, field="filter")
    return ids[0]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _unknown(kind: str, word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no {kind} {word!r}.{hint} Known: {', '.join(known)}."
