"""Read the audit log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Field, Func, JSONField, Q, QuerySet, Value
from django.db.models.functions import Cast

from people.models import AuditEntry, Grant, Person, Seat, Team
from people.naming import NAMERS, Named
from people.policies import audits
from people.viewer import Viewer

# what holds the key of a person or a team in details
PERSONS, TEAMS = frozenset({"person", "delegate", "for"}), frozenset({"team", "parent"})
HANDED_OVER = frozenset({"deal_hand_over", "hand_over_rule"})  # whose details hold people as `from` and `to`


OTHERS = {"quota": "quota", "deal": "opportunity"}  # what holds the key of a subject that a higher app names


class JSONPath(Field):  # type: ignore[type-arg]
    """What Postgres calls a way into JSON."""

    def db_type(self, connection: Any) -> str:
        return "jsonpath"


@dataclass(frozen=True)
class AuditNames:
    """What the entries of one page speak of, by key: people, teams, teams of seats, people of grants, and others."""

    persons: dict[int, str]
    teams: dict[int, str]
    seats: dict[int, str]
    grants: dict[int, tuple[int, str]]
    others: dict[str, Named]  # by the kind of subject, what higher apps say


def audit_list(
    viewer: Viewer,
    *,
    actor_id: int | None = None,
    about_id: int | None = None,
    action: str = "",
    subject: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> QuerySet[AuditEntry]:
    """Entries with who did it, the latest first; `ends_on` is included. Days are the organization's. One query."""
    zone = ZoneInfo(viewer.organization.time_zone)
    found = audits.visible(viewer).select_related("actor")
    if actor_id:
        found = found.filter(actor=actor_id)
    if about_id:
        found = found.filter(about_person(about_id))
    if action:
        found = found.filter(action=action)
    if subject:
        found = found.filter(subject=subject)
    if starts_on:
        found = found.filter(at__gte=_midnight(starts_on, zone))
    if ends_on and ends_on < date.max:
        found = found.filter(at__lt=_midnight(ends_on + timedelta(days=1), zone))
    return found.order_by("-at", "-pk")


def about_person(person_id: int) -> Q:
    """Entries about the person, and those whose details name them by key, however deep."""
    handed_over = Q(action__in=HANDED_OVER) & _naming(person_id, {"from", "to"})
    return Q(subject="person", subject_id=person_id) | _naming(person_id, PERSONS) | handed_over


def _naming(person_id: int, names: Iterable[str]) -> Q:
    either = " || ".join(f"@.{name} == $id" for name in sorted(names))
    path = Cast(Value(f"$.** ? ({either})"), JSONPath())
    key = Value({"id": person_id}, JSONField())
    return Q(Func("detail", path, key, function="jsonb_path_exists", output_field=BooleanField()))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(max(day, date(1, 1, 2)), time.min, zone)


def audit_actions(viewer: Viewer) -> list[str]:
    """Every action that stands in the log. One query."""
    return list(audits.visible(viewer).order_by("action").values_list("action", flat=True).distinct())


def audit_subjects(viewer: Viewer) -> list[str]:
    """Every kind of thing that entries are about. One query."""
    return list(audits.visible(viewer).order_by("subject").values_list("subject", flat=True).distinct())


def persons_of(action: str) -> frozenset[str]:
    """Under which names the details of an entry hold people."""
    return PERSONS | {"from", "to"} if action in HANDED_OVER else PERSONS


def _named(detail: Any, wanted: frozenset[str]) -> Iterator[tuple[str, int]]:
    """The keys of people and teams in the details of an entry, however deep."""
    pairs = detail.items() if isinstance(detail, dict) else [("", each) for each in detail]
    for name, value in pairs:
        if isinstance(value, dict | list):
            yield from _named(value, wanted)
        elif name in wanted and isinstance(value, int):
            yield name, value


def audit_names(entries: Sequence[AuditEntry]) -> AuditNames:
    """Names for the keys in some entries. Four queries at most, and one for each kind of other subject."""
    keys: dict[str, set[int]] = {"person": set(), "team": set(), "seat": set(), "grant": set()}
    for entry in entries:
        if entry.subject in keys and entry.subject_id:
            keys[entry.subject].add(entry.subject_id)
        for name, value in _named(entry.detail, persons_of(entry.action) | TEAMS):
            keys["team" if name in TEAMS else "person"].add(value)
    others: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject in NAMERS and entry.subject_id:
            others.setdefault(entry.subject, set()).add(entry.subject_id)
        for name, value in _named(entry.detail, frozenset(OTHERS)):
            if OTHERS[name] in NAMERS:
                others.setdefault(OTHERS[name], set()).add(value)
    grants = Grant.objects.filter(pk__in=keys["grant"]).values_list("pk", "person_id", "person__name")
    return AuditNames(
        dict(Person.objects.filter(pk__in=keys["person"]).values_list("pk", "name")),
        dict(Team.objects.filter(pk__in=keys["team"]).values_list("pk", "name")),
        dict(Seat.objects.filter(pk__in=keys["seat"]).values_list("pk", "team__name")),
        {pk: (person_id, name) for pk, person_id, name in grants},
        {subject: NAMERS[subject](ids) for subject, ids in others.items()},
    )
