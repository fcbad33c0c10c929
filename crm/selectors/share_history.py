"""How the shares of a deal changed, as far as the viewer may learn it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Min, Q

from crm.engine.shares import Change, Held, share_changes
from crm.models import Credit, FormerCredit, ImportBatch, Opportunity, OpportunityChange
from people.models import AuditEntry, Person
from people.policies import visible_person_ids
from people.viewer import Viewer

MOST = 100  # changes that a page shows
BEFORE, AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=10),
)  # between the moment of the database and that of the request


@dataclass(frozen=True)
class Part:
    """A share of a set: whose, if the viewer may learn it (`is_others`: those they may not, added up)."""

    share: Decimal
    role: str
    name: str = ""  # empty: the house
    is_waiting: bool = False  # a name that is not known yet
    is_others: bool = False


@dataclass(frozen=True)
class SharesChanged:
    """One change. `origin`: where the shares after it come from; empty where the owner has all of it again."""

    at: datetime
    kind: str
    before: Sequence[Part]
    after: Sequence[Part]
    origin: str
    actor: Person | None = None
    batch: ImportBatch | None = None


def shares_changed(deal: Opportunity, viewer: Viewer) -> list[SharesChanged]:
    """The changes of a deal in sight, newest first. One query, or six where there are shares.

    A share of somebody whose numbers the viewer may not see and who has no part in the deal today is not told; such shares
    are added up.
    """
    former = list(FormerCredit.objects.filter(opportunity=deal).select_related("person").order_by("-pk")[: MOST * 10])
    now = list(Credit.objects.filter(opportunity=deal).select_related("person", "batch")) if deal.has_credits else []
    rows: list[Credit | FormerCredit] = [*now, *former]
    if not rows:
        return []
    known_since = OpportunityChange.objects.filter(opportunity=deal).aggregate(first=Min("recorded_at"))["first"]
    found = [
        (kind, change)
        for kind in sorted({row.kind for row in rows})
        for change in share_changes([_held(row) for row in rows if row.kind == kind], known_since)
    ]
    found = sorted(found, key=lambda each: each[1].at, reverse=True)[:MOST]
    if not found:
        return []
    people = {row.person_id: row.person for row in rows if row.person}
    told = _told(deal, viewer, now)
    entries = _entries(deal, [change.at for _kind, change in found])
    batches = {(row.kind, row.recorded_at): row.batch for row in now if row.batch}
    return [
        SharesChanged(
            change.at,
            kind,
            _parts(change.before, people, told),
            _parts(change.after, people, told),
            next((row.origin for row in change.after if row.role != Credit.Role.OVERLAY), ""),
            _actor(entries, change),
            batches.get((kind, change.at)),
        )
        for kind, change in found
    ]


def _held(row: Credit | FormerCredit) -> Held:
    who: int | str = row.person_id or row.person_text or 0
    return Held(who, row.role, row.share, row.recorded_at, getattr(row, "replaced_at", None), row.origin)


def _told(deal: Opportunity, viewer: Viewer, now: Iterable[Credit]) -> Collection[int] | None:
    """Of whom the viewer may learn shares; None of everybody."""
    visible = visible_person_ids(viewer)
    if visible is None:
        return None
    return visible | {row.person_id for row in now if row.person_id} | ({deal.owner_id} if deal.owner_id else set())


def _parts(rows: Iterable[Held], people: dict[Any, Any], told: Collection[int] | None) -> list[Part]:
    parts, others = [], dict[str, Decimal]()
    for row in rows:
        if isinstance(row.who, str):
            parts.append(Part(row.share, row.role, row.who, is_waiting=True))
        elif not row.who or told is None or row.who in told:
            parts.append(Part(row.share, row.role, people[row.who].name if row.who else ""))
        else:
            role = row.role if row.role == Credit.Role.OVERLAY else Credit.Role.SPLIT
            others[role] = others.get(role, Decimal(0)) + row.share
    return [*parts, *(Part(share, role, is_others=True) for role, share in others.items())]


def _entries(deal: Opportunity, moments: Sequence[datetime]) -> list[AuditEntry]:
    """Who saved shares of the deal around some moments."""
    around = reduce(or_, (Q(at__gte=each - BEFORE, at__lt=each + AFTER) for each in moments))
    found = AuditEntry.objects.filter(around, action="credits_save", subject="opportunity", subject_id=deal.pk)
    return list(found.select_related("actor").order_by("at", "pk"))


def _actor(entries: Iterable[AuditEntry], change: Change) -> Person | None:
    """Who saved just these shares at just this time."""
    given = sorted(_saved(row.who, row.role, row.share) for row in change.after if row.origin == Credit.Origin.GIVEN)
    for entry in entries:
        after = entry.detail.get("after") or []
        saved = sorted(_saved(row["person"] or 0, row["role"], Decimal(row["share"])) for row in after)
        if change.at - BEFORE <= entry.at < change.at + AFTER and saved == given:
            return entry.actor
    return None


def _saved(who: int | str, role: str, share: Decimal) -> tuple[int, str, Decimal]:
    return (who if isinstance(who, int) else 0), str(role), share.normalize()
