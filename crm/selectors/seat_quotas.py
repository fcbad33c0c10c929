"""Quotas of seats with what follows from them for their holders."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404

from crm.models import Quota, SeatQuota
from crm.policies import seat_quotas
from people.models import SeatHolding
from people.viewer import Viewer


@dataclass(frozen=True)
class Held:
    """A quota of a seat, the quotas of its holders, and holders who have one of their own instead."""

    row: SeatQuota
    pieces: list[Quota]
    passed_over: list[str]


def seat_quotas_found(viewer: Viewer) -> QuerySet[SeatQuota]:
    """Quotas of seats, the latest first. Raises: PermissionDenied."""
    seat_quotas.require(viewer, "view")
    return SeatQuota.objects.select_related("seat__team").order_by("-starts_on", "seat__team__name", "pk")


def seat_quotas_held(rows: Sequence[SeatQuota]) -> list[Held]:
    """Some quotas of seats with what follows. Two queries."""
    pieces: dict[int, list[Quota]] = {}
    for quota in Quota.objects.filter(seat_quota__in=rows).select_related("person").order_by("starts_on"):
        pieces.setdefault(quota.seat_quota_id or 0, []).append(quota)
    holders: dict[int, list[SeatHolding]] = {}
    for holding in SeatHolding.objects.filter(seat__in=[row.seat_id for row in rows]).select_related("person"):
        holders.setdefault(holding.seat_id, []).append(holding)
    return [
        Held(row, pieces.get(row.pk, []), _passed_over(row, pieces.get(row.pk, []), holders.get(row.seat_id, [])))
        for row in rows
    ]


def _passed_over(row: SeatQuota, pieces: list[Quota], holdings: list[SeatHolding]) -> list[str]:
    """Holders within the quota's days for whom nothing follows."""
    here = [each for each in holdings if each.starts_on < row.ends_before and row.starts_on < each.ends_before]
    days = {(piece.person_id, piece.starts_on) for piece in pieces}
    return [each.person.name for each in here if (each.person_id, max(each.starts_on, row.starts_on)) not in days]


def access_seat_quota(viewer: Viewer, seat_quota_id: int) -> SeatQuota:
    """The quota of a seat. Raises: PermissionDenied, Http404. One query."""
    found: SeatQuota | None = seat_quotas_found(viewer).filter(pk=seat_quota_id).first()
    if found is None:
        raise Http404
    return found
