"""Quotas in force as pages read them: per person and team, with the days that nobody gave one for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from crm.models import Measure, Quota
from crm.policies import quotas
from people.models import Person, Seat, SeatHolding, Team
from people.policies import persons
from people.viewer import Viewer


@dataclass(frozen=True)
class Holder:
    """A person, a team, or a name of a file that nobody answers to."""

    name: str
    person_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True)
class Gap:
    """Days of a period without a quota."""

    starts_on: date
    ends_before: date


@dataclass(frozen=True)
class Held:
    """The quotas of a holder in a period and the gaps between them, in order."""

    holder: Holder
    lines: list[Quota | Gap] = field(default_factory=list)


def quota_holders(viewer: Viewer, starts_on: date, ends_before: date, *, search: str = "") -> list[Holder]:
    """Whoever has a quota in a period or, as a rep, should have one. Four queries."""
    within = {"starts_on__lt": ends_before, "ends_before__gt": starts_on}
    visible = quotas.visible(viewer).filter(**within)
    seats = SeatHolding.objects.filter(person=OuterRef("pk"), seat__role=Seat.Role.REP, **within)
    people = persons.visible(viewer, "view_numbers").filter(
        Exists(seats) | Exists(Quota.objects.filter(person=OuterRef("pk"), **within)), name__icontains=search
    )
    teams = Team.objects.filter(pk__in=visible.exclude(team=None).values("team"), name__icontains=search)
    found = [Holder(name, team_id=key) for key, name in teams.order_by("name").values_list("pk", "name")]
    found += [Holder(name, person_id=key) for key, name in people.order_by("name", "pk").values_list("pk", "name")]
    if viewer.sees_everyone:
        waiting = visible.filter(person=None, team=None).order_by("person_text", "team_text")
        names = waiting.values_list("person_text", "team_text").distinct()
        found += [Holder(person or team) for person, team in names if search.casefold() in (person or team).casefold()]
    return found


def quotas_held(holders: Sequence[Holder], starts_on: date, ends_before: date) -> list[Held]:
    """The lines of some holders in a period. Two queries."""
    people = [each.person_id for each in holders if each.person_id]
    teams = [each.team_id for each in holders if each.team_id]
    names = [each.name for each in holders if not each.person_id and not each.team_id]
    waiting = Q(person=None, team=None) & (Q(person_text__in=names) | Q(team_text__in=names))
    found = Quota.objects.filter(
        Q(person__in=people) | Q(team__in=teams) | waiting, starts_on__lt=ends_before, ends_before__gt=starts_on
    )
    lines: dict[Any, list[Quota]] = {}
    for quota in found.order_by("starts_on"):
        lines.setdefault(_key(quota), []).append(quota)
    days = dict(_days_of(people))
    return [
        Held(each, _with_gaps(lines.get(_holder_key(each), []), *_expected(each, days, starts_on, ends_before)))
        for each in holders
    ]


def _key(quota: Quota) -> tuple[Any, ...]:
    if quota.person_id or quota.team_id:
        return (quota.person_id, quota.team_id, "")
    return (None, None, quota.person_text or quota.team_text)


def _holder_key(holder: Holder) -> tuple[Any, ...]:
    is_known = holder.person_id or holder.team_id
    return (holder.person_id, holder.team_id, "" if is_known else holder.name)


def _days_of(people: Iterable[int]) -> QuerySet[Person, Any]:
    return (
        (key, (hired, left))
        for key, hired, left in Person.objects.filter(pk__in=list(people)).values_list("pk", "hired_on", "left_on")  # type: ignore[return-value]
    )


def _expected(
    holder: Holder, days: dict[int, tuple[date | None, date | None]], starts_on: date, ends_before: date
) -> tuple[date, date]:
    """The days of a period for which a person was there; a team and a mere name are asked for none."""
    if holder.person_id is None:
        return starts_on, starts_on
    hired, left = days.get(holder.person_id, (None, None))
    return max(starts_on, hired or starts_on), min(ends_before, left or ends_before)


def _with_gaps(found: list[Quota], starts_on: date, ends_before: date) -> list[Quota | Gap]:
    lines: list[Quota | Gap] = []
    for quota in found:
        if quota.measure != Measure.BOOKINGS:
            lines.append(quota)
            continue
        if starts_on < min(quota.starts_on, ends_before):
            lines.append(Gap(starts_on, min(quota.starts_on, ends_before)))
        lines.append(quota)
        starts_on = max(starts_on, quota.ends_before)
    if starts_on < ends_before:
        lines.append(Gap(starts_on, ends_before))
    return lines


def share_of(quota: Quota, starts_on: date, ends_before: date) -> Decimal:
    """What of a quota falls into a period, by calendar days, in its own currency."""
    days = (min(quota.ends_before, ends_before) - max(quota.starts_on, starts_on)).days
    return quota.amount * max(days, 0) / (quota.ends_before - quota.starts_on).days


def access_quota(viewer: Viewer, quota_id: int, action: str = "view") -> Quota:
    """The quota, where it is in sight. Raises: Http404. One query."""
    found = quotas.visible(viewer, "view").select_related("person", "team").filter(pk=quota_id).first()
    if found is None:
        raise Http404
    quotas.require(viewer, action, found)
    return found


def quota_history(quota: Quota) -> list[Any]:
    """How a quota came to be what it is, newest first. One query."""
    events: Any = apps.get_model("crm", "QuotaEvent")
    return list(events.objects.filter(id=quota.pk).order_by("-pgh_created_at", "-pgh_id")[:100])


def names_of_people(ids: Iterable[int | None]) -> dict[int, str]:
    """Names by id. One query."""
    return dict(Person.objects.filter(pk__in=[each for each in ids if each]).values_list("pk", "name"))
