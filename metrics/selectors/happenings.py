"""The leads and activities behind a figure, as it counts them: of a team by who sat there on the day of each."""

from datetime import date

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet

from crm.models import Activity, Lead
from kernel.period import Period
from metrics.engine.definitions import Metric, parts_of
from metrics.engine.parts import BASIS_OF, Basis, Part
from metrics.selectors.deals import having
from metrics.selectors.subject import Subject
from people.stretches import SatThere, Stretch, stretches_below

WITHIN = {Part.LEAD_30_COUNT: 30, Part.LEAD_60_COUNT: 60, Part.LEAD_90_COUNT: 90}
LEAD_DAYS = {Basis.LEAD_CREATED: ("created_on", Q()), Basis.CONVERTED: ("converted_on", Q(is_converted=True))}


def leads_counted(metric: Metric, subject: Subject, period: Period | None, as_of: date | None = None) -> QuerySet[Lead]:
    """The leads of a figure, the latest first; of a past day those known then. One query where a team is asked about,
    none otherwise.

    `came_in` says of each whether it counts by the day it was created, `became` by the day it became a customer.
    """
    stretches = None if subject.team_id is None else stretches_below([subject.team_id])
    nothing = Q(pk__in=[])
    counted = dict.fromkeys(LEAD_DAYS, nothing)
    for basis in {BASIS_OF[part] for part in parts_of(metric)}:
        day, which = LEAD_DAYS[basis]
        known = Q() if as_of is None else _known_then(basis, as_of)
        counted[basis] = which & known & _on(day, "owner", stretches, period)
    came_in, became = counted[Basis.LEAD_CREATED], counted[Basis.CONVERTED]
    found = Lead.objects.filter(came_in | became, is_deleted=False).select_related("owner", "account", "opportunity")
    found = found.annotate(came_in=_whether(came_in), became=_whether(became))
    return _of(found, subject, "owner").order_by(F("created_on").desc(nulls_last=True), "-pk")


def days_within(metric: Metric) -> int | None:
    """Within how many days of its creation a lead must have become a customer to be counted as one; None: whenever."""
    return next((days for part, days in WITHIN.items() if part in parts_of(metric)), None)


def counts_customers(metric: Metric) -> bool:
    """Whether a figure counts who became a customer in its days, whenever they came in."""
    return Part.CUSTOMER_COUNT in parts_of(metric)


def _whether(condition: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(condition, output_field=BooleanField())


def _known_then(basis: Basis, as_of: date) -> Q:
    created = Q(created_on=None) | Q(created_on__lte=as_of)
    return created if basis is Basis.LEAD_CREATED else created & (Q(converted_on=None) | Q(converted_on__lte=as_of))


def activities_counted(subject: Subject, period: Period | None, as_of: date | None = None) -> QuerySet[Activity]:
    """The activities of a figure, the latest first; of a past day those known then. One query where a team is asked
    about, none otherwise."""
    stretches = None if subject.team_id is None else stretches_below([subject.team_id])
    known = Q() if as_of is None else Q(occurred_on__lte=as_of)
    found = Activity.objects.filter(known, _on("occurred_on", "person", stretches, period), is_deleted=False)
    return _of(found.select_related("person", "account", "opportunity"), subject, "person").order_by(
        "-occurred_at", "-pk"
    )


def _on(day: str, person: str, stretches: list[Stretch] | None, period: Period | None) -> Q:
    """Facts of a period, of whoever sat there on the day."""
    everything = Q(pk__isnull=False)  # not an empty Q, which `|` forgets
    found = everything if period is None else Q(**{f"{day}__gte": period.starts_on, f"{day}__lt": period.ends_before})
    return found if stretches is None else found & Q(SatThere(stretches, person, F(day)))


def _of(found: QuerySet, subject: Subject, person: str) -> QuerySet:  # type: ignore[type-arg]
    if subject.person_id is not None:
        found = found.filter(**{person: subject.person_id or None})
    for dimension, value in subject.traits:
        found = found.filter(having(dimension, value))
    return found
