"""Who may see and do what with facts. One object per model: `can()` and `visible()` agree by construction.

Deals: a rep sees their own; a manager those that belonged to the people below them on the deal's day, whoever sits there
today, so that what a team's figure counts is what its manager may open; administrators, operations and executives all.
The day of a decided deal is the day it closed, of an open one today; the day it was created counts as well. Imports, data
health and stages are for administrators and operations.
"""

from datetime import date

from django.db.models import Case, DateField, F, Model, Q, QuerySet, Value, When

from crm.models import ImportBatch, Opportunity, Outcome, Stage
from people.policies import Policy
from people.stretches import SatThere, stretches_below
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
        if viewer.sees_everyone:
            return deals
        return deals.filter(Q(owner=viewer.person) | was_below(viewer))


def decisive_day(on: date) -> Case:
    """The day whose structure a deal belongs to: its close, or today (`on`) while it is open."""
    return Case(When(outcome=Outcome.OPEN, then=Value(on)), default=F("closed_on"), output_field=DateField())


def was_below(viewer: Viewer) -> Q:
    """Deals of people who sat below the viewer on the day of the deal. One query for those who manage, else none."""
    stretches = stretches_below(viewer.managed_team_ids) if viewer.managed_team_ids else []
    if not stretches:
        return Q(pk__in=[])
    then = SatThere(stretches, "owner", decisive_day(viewer.on)) | Q(
        SatThere(stretches, "owner", F("created_on")), created_on__isnull=False
    )
    return Q(owner__in={person for person, _since, _until in stretches}) & then


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


deals = DealPolicy()
imports = KeeperPolicy(ImportBatch)
stages = KeeperPolicy(Stage)
health = KeeperPolicy(Opportunity)
