"""Read people."""

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import Http404

from people.models import AuditEntry, Grant, Invitation, Person, PersonKey, SeatHolding, TeamClosure, gone_on
from people.policies import audits, persons
from people.viewer import Viewer

SORTS = {"name": "name", "team": "team_name", "role": "seat_role", "hired_on": "hired_on"}


def access_person(viewer: Viewer, person_id: int, action: str = "view") -> Person:
    """The person, where the viewer may do it. Raises: Http404 out of sight, PermissionDenied. One query."""
    person = _with_seat(persons.visible(viewer), viewer.on).select_related("user").filter(pk=person_id).first()
    if person is None:
        raise Http404
    persons.require(viewer, action, person)
    return person


def person_list(
    viewer: Viewer,
    *,
    search: str = "",
    team_id: int | None = None,
    role: str = "",
    sign_in: str = "",
    state: str = "",
    sort: str = "name",
) -> QuerySet[Person]:
    """People with team, role and granted roles of the viewer's day. One query when read.

    `role`: of a seat or granted. `sign_in`: with or without. `state`: "" who is there, left, all.
    `sort`: a key of SORTS, with a minus for the other way round.
    """
    on = viewer.on
    found = _with_seat(persons.visible(viewer), on)
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if team_id:
        below = TeamClosure.objects.on(on).filter(ancestor=team_id).values("descendant")
        found = found.filter(pk__in=SeatHolding.objects.on(on).filter(seat__team__in=below).values("person"))
    if role:
        seated = SeatHolding.objects.on(on).filter(seat__role=role).values("person")
        found = found.filter(Q(pk__in=seated) | Q(pk__in=Grant.objects.on(on).filter(role=role).values("person")))
    if sign_in:
        has_sign_in = Q(user__is_active=True)
        found = found.filter(has_sign_in if sign_in == "with" else ~has_sign_in)
    if state != "all":
        found = found.filter(gone_on(on)) if state == "left" else found.exclude(gone_on(on))
    return found.select_related("user").order_by(*_order(sort))


def persons_here(on: date) -> QuerySet[Person]:
    """Whom a picker offers: everybody who has not left by the day. One query when read."""
    return Person.objects.filter(erased_at=None).exclude(gone_on(on)).order_by("name", "pk")


def _order(sort: str) -> list[Any]:
    field = F(SORTS.get(sort.removeprefix("-"), "name"))
    first = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    return [first, "name", "pk"]


def _with_seat(found: QuerySet[Person], on: date) -> QuerySet[Person]:
    holding = SeatHolding.objects.on(on).filter(person=OuterRef("pk"))
    invited = Invitation.objects.filter(person=OuterRef("pk"), accepted_at=None, withdrawn_at=None)
    return found.annotate(
        team_id=Subquery(holding.values("seat__team")[:1]),
        team_name=Subquery(holding.values("seat__team__name")[:1]),
        seat_role=Subquery(holding.values("seat__role")[:1]),
        seat_title=Subquery(holding.values("seat__title")[:1]),
        granted=ArraySubquery(
            Grant.objects.on(on).filter(person=OuterRef("pk")).order_by("role").values("role").distinct()
        ),
        sign_in_state=Case(
            When(Q(user=None) & Exists(invited), then=Value("invited")),
            When(user=None, then=Value("none")),
            When(gone_on(on), then=Value("left")),
            When(user__is_active=True, then=Value("active")),
            default=Value("disabled"),
            output_field=CharField(),
        ),
    )


def person_seats(person: Person) -> list[SeatHolding]:
    """Seats of the person with their teams, the latest first. One query."""
    return list(person.holdings.select_related("seat__team").order_by("-starts_on"))


def person_keys(person: Person) -> list[PersonKey]:
    """What the sources call the person. One query."""
    return list(person.keys.order_by("source", "external_id"))


def person_grants(person: Person, on: date) -> list[Grant]:
    """Roles granted on the day or later. One query."""
    return list(person.grants.filter(ends_before__gt=on).select_related("team").order_by("role", "starts_on"))


def person_changes(viewer: Viewer, person: Person, limit: int = 20) -> list[AuditEntry]:
    """The last entries about the person, for administrators and for the person, with `for_name`: who they were made for.

    One query.
    """
    entries = audits.visible(viewer).filter(subject="person", subject_id=person.pk).select_related("actor")
    stood_in_for = Cast(KeyTextTransform("for", "detail"), BigIntegerField())
    named = Person.objects.filter(pk=OuterRef("for_id")).values("name")[:1]
    found = entries.annotate(for_id=stood_in_for).annotate(for_name=Subquery(named))
    return list(found.order_by("-at", "-pk")[:limit])
