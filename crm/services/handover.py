"""Open deals go from one person to another. The source stays in charge: its next file may name another owner."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, QuerySet

from crm.models import Opportunity, Outcome
from people.belongings import register
from people.queue import enqueue
from people.wall import current_organization_id


class OpenDeals:
    """What `people.belongings` asks for."""

    def held(self, person_ids: Collection[int]) -> dict[int, int]:
        found = _open().filter(owner__in=person_ids).values_list("owner").annotate(count=Count("pk"))
        return dict(found.order_by())

    def hand_over(self, *, from_id: int, to_id: int, at: datetime) -> list[int]:
        ids = list(_open().filter(owner=from_id).order_by("pk").select_for_update().values_list("pk", flat=True))
        self._give(ids, to_id, at)
        return ids

    def take_back(self, *, ids: Collection[int], from_id: int, to_id: int, at: datetime) -> bool:
        same = _open().filter(pk__in=ids, owner=to_id).order_by("pk").select_for_update()
        if len(same.values_list("pk", flat=True)) != len(set(ids)):
            return False
        self._give(ids, from_id, at)
        return True

    def _give(self, ids: Collection[int], owner_id: int, at: datetime) -> None:
        if ids:
            Opportunity.objects.filter(pk__in=ids).update(owner=owner_id, updated_at=at)
            enqueue("pipeline.facts_changed", organization_id=current_organization_id() or 0)


def _open() -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(outcome=Outcome.OPEN, is_deleted=False)


register(OpenDeals())
