"""Who may see and do what with facts. One object per model: `can()` and `visible()` agree by construction.

Deals, leads, activities and transactions: a rep sees their own, a manager those of the people below them today,
administrators, operations and executives all; finance sees all transactions. Whoever sees a deal sees what happened on
it. Imports, data health and stages are for administrators and operations.
"""

from typing import Any

from django.db.models import Model, Q, QuerySet

from crm.models import Activity, ImportBatch, Lead, Opportunity, Quota, Stage, Transaction
from people.models import SeatHolding
from people.policies import Policy, visible_person_ids
from people.viewer import Viewer

KEEPERS = frozenset({"administrator", "operations"})


class FactPolicy(Policy):
    """ "view" only: facts are changed by their source. `owner` is the field that says whose they are."""

    model: type[Model]
    owner: str
    seen_by: frozenset[str]  # roles that see all of them

    def __init__(self, model: type[Model], owner: str, seen_by: frozenset[str] = frozenset()) -> None:
        self.model, self.owner, self.seen_by = model, owner, seen_by

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None:
            return True
        if action != "view":
            return False
        return obj is None or self.visible(viewer, action).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Any, Any]:
        facts = self.model._default_manager.filter(is_deleted=False)
        if action != "view":
            return facts.none()
        if viewer.roles & self.seen_by:
            return facts
        owners = visible_person_ids(viewer)
        return facts if owners is None else facts.filter(**{f"{self.owner}__in": owners})


class KeeperPolicy(Policy):
    """What administrators and operations keep in order."""

    seen_by_all = frozenset()
    model: type[Model]

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        return viewer is None or bool(viewer.roles & KEEPERS)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Model]:
        rows = self.model._default_manager.all()
        return rows if self.can(viewer, action) else rows.none()


class QuotaPolicy(Policy):
    """A rep sees their own quota, a manager those of the people and teams below; who sees everyone sees all.

    Administrators and operations change them, within their teams where the role is limited.
    """

    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        """An object that is not stored yet is asked about by whose it is to be."""
        if viewer is None:
            return True
        if obj is None:
            reach = viewer.reach(KEEPERS)
            return action == "view" or reach is None or bool(reach)
        if isinstance(obj, Quota) and obj.pk is None:
            return self._may_hold(viewer, obj)
        return self.visible(viewer, action).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Quota]:
        quotas = Quota.objects.all()
        if action == "view":
            people = visible_person_ids(viewer)
            return quotas if people is None else quotas.filter(Q(person__in=people) | Q(team__in=viewer.open_team_ids))
        reach = viewer.reach(KEEPERS)
        return quotas if reach is None else quotas.filter(Q(person__in=_seated(viewer, reach)) | Q(team__in=reach))

    def _may_hold(self, viewer: Viewer, quota: Quota) -> bool:
        reach = viewer.reach(KEEPERS)
        if reach is None:
            return True
        if quota.team_id:
            return quota.team_id in reach
        return _seated(viewer, reach).filter(person=quota.person_id).exists()


def _seated(viewer: Viewer, team_ids: frozenset[int]) -> QuerySet[SeatHolding, Any]:
    """Whoever sits in one of these teams today."""
    found: QuerySet[SeatHolding, Any] = SeatHolding.objects.on(viewer.on).filter(seat__team__in=team_ids)
    return found.values("person")


deals = FactPolicy(Opportunity, "owner")
leads = FactPolicy(Lead, "owner")
activities = FactPolicy(Activity, "person")
transactions = FactPolicy(Transaction, "person", frozenset({"finance"}))
quotas = QuotaPolicy()
imports = KeeperPolicy(ImportBatch)
stages = KeeperPolicy(Stage)
health = KeeperPolicy(Opportunity)
