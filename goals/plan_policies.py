"""Who may see and change quota plans.

Administrators and operations keep them; executives read them, and finance what has a step of approval for finance. Whoever
looks after a team sees the lines of that team and below, and enters estimates there, never for themselves. Who takes a step
of approval says `approval_policies.turn`.
"""

from django.db.models import Model, Q, QuerySet

from goals.models import PlanLine, PlanVersion, QuotaPlan
from people.policies import Policy
from people.viewer import Viewer

KEEPERS = frozenset({"administrator", "operations"})
FOR_FINANCE = [["finance", None]]


class PlanPolicy(Policy):
    """ "view" · "estimate" (enter what one expects) · "change" (make, edit, divide, hand in)."""

    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None:
            return True
        if action == "view":
            return viewer.sees_everyone or bool(viewer.open_team_ids) or "finance" in viewer.roles
        if action == "estimate":
            return bool(viewer.roles & KEEPERS) or bool(viewer.managed_team_ids)
        return bool(viewer.roles & KEEPERS)

    def is_whole(self, viewer: Viewer | None, version: PlanVersion) -> bool:
        """Whether all lines of a version in sight are open to them, and the company's number."""
        return viewer is None or viewer.sees_everyone or ("finance" in viewer.roles and FOR_FINANCE[0] in version.steps)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[QuotaPlan]:
        """Plans with at least one line in sight."""
        plans: QuerySet[QuotaPlan] = QuotaPlan.objects.all()
        if not self.can(viewer, action):
            return plans.none()
        if viewer.sees_everyone:
            return plans
        return plans.filter(pk__in=self.versions(viewer).values("plan"))

    def versions(self, viewer: Viewer, action: str = "view") -> QuerySet[PlanVersion]:
        """Versions with at least one line in sight."""
        found: QuerySet[PlanVersion] = PlanVersion.objects.all()
        if not self.can(viewer, action):
            return found.none()
        if viewer.sees_everyone:
            return found
        seen = Q(pk__in=PlanLine.objects.filter(team__in=viewer.open_team_ids).values("version"))
        if "finance" in viewer.roles:
            seen |= Q(steps__contains=FOR_FINANCE)
        return found.filter(seen)

    def lines(self, viewer: Viewer | None, action: str = "view") -> QuerySet[PlanLine]:
        """Lines that the viewer may do it with; estimates are for people below, not oneself."""
        found: QuerySet[PlanLine] = PlanLine.objects.all()
        if action == "estimate":
            found = found.filter(kind=PlanLine.Kind.PERSON)
        if viewer is None or (viewer.roles & KEEPERS):
            return found if viewer is None or action == "view" else found.exclude(person=viewer.person)
        if action == "view":
            return found if viewer.sees_everyone else found.filter(team__in=viewer.open_team_ids)
        return found.filter(team__in=viewer.managed_team_ids).exclude(person=viewer.person)


quota_plans = PlanPolicy()
