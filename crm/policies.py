"""Who may see and do what with facts. One object per model: `can()` and `visible()` agree by construction.

Deals: a rep sees their own, a manager those of the people below them today, administrators, operations and executives
all. Imports, data health and stages are for administrators and operations.
"""

from django.db.models import Model, Q, QuerySet

from crm.models import ImportBatch, Opportunity, Quota, Stage
from people.policies import Policy, visible_person_ids
from people.viewer import Viewer

KEEPERS = frozenset({"administrator", "operations"})


class DealPolicy(Policy):
    """ "view" only: deals are changed by their source."""

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None:
            return True
        if action != "view":
            return False
        return obj is None or self.visible(viewer, action).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Opportunity]:
        deals = Opportunity.objects.filter(is_deleted=False)
        if action != "view":
            return deals.none()
        owners = visible_person_ids(viewer)
        return deals if owners is None else deals.filter(owner__in=owners)


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

    Administrators and operations change them.
    """

    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None:
            return True
        if action != "view":
            return bool(viewer.roles & KEEPERS)
        return obj is None or self.visible(viewer, action).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Quota]:
        quotas = Quota.objects.all()
        if action != "view" and not self.can(viewer, action):
            return quotas.none()
        people = visible_person_ids(viewer)
        if people is None:
            return quotas
        return quotas.filter(Q(person__in=people) | Q(team__in=viewer.managed_team_ids))


deals = DealPolicy()
quotas = QuotaPolicy()
imports = KeeperPolicy(ImportBatch)
stages = KeeperPolicy(Stage)
health = KeeperPolicy(Opportunity)
