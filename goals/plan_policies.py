"""Who may see and change quota plans.

Administrators and operations keep them; executives read them. Whoever looks after a team sees the lines of that team and
below, and enters estimates there, never for themselves. Executives and administrators approve, but nobody their own quota,
that of a team they lead, or that of anybody above them, nor what they have submitted themselves.
"""

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from goals.models import PlanLine, PlanVersion, QuotaPlan
from people.models import TeamClosure
from people.policies import Policy
from people.viewer import Viewer

KEEPERS = frozenset({"administrator", "operations"})
DECIDERS = frozenset({"administrator", "executive"})
READ = frozenset({"view", "estimate"})


class PlanPolicy(Policy):
    """ "view" · "estimate" (enter what one expects) · "change" (make, edit, divide, put in force) · "decide"."""

    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None:
            return True
        if action == "view":
            return viewer.sees_everyone or bool(viewer.open_team_ids)
        if action == "estimate":
            return bool(viewer.roles & KEEPERS) or bool(viewer.managed_team_ids)
        return bool(viewer.roles & (DECIDERS if action == "decide" else KEEPERS))

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[QuotaPlan]:
        """Plans with at least one line in sight."""
        plans: QuerySet[QuotaPlan] = QuotaPlan.objects.all()
        if not self.can(viewer, action):
            return plans.none()
        if viewer.sees_everyone:
            return plans
        return plans.filter(versions__lines__team__in=viewer.open_team_ids).distinct()

    def versions(self, viewer: Viewer, action: str = "view") -> QuerySet[PlanVersion]:
        """Versions with at least one line in sight."""
        found: QuerySet[PlanVersion] = PlanVersion.objects.all()
        if not self.can(viewer, action):
            return found.none()
        return found if viewer.sees_everyone else found.filter(lines__team__in=viewer.open_team_ids).distinct()

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

    def refusal_of_decision(self, viewer: Viewer, version: PlanVersion) -> str:
        """Why the viewer may not decide about a version; empty where they may. Two queries."""
        if not self.can(viewer, "decide"):
            return _("Your role does not allow this.")
        if version.submitted_by_id == viewer.person.pk:
            return _("You have submitted this version. Somebody else decides.")
        own_lines = Q(person=viewer.person) | Q(team__in=viewer.managed_team_ids)
        if version.lines.filter(own_lines).exists():
            return _("Your own quota, or that of a team you lead, is part of this version. Somebody else decides.")
        above = TeamClosure.objects.on(viewer.on).filter(descendant=viewer.team_id)
        if viewer.team_id and version.lines.filter(team__in=above.values("ancestor")).exists():
            return _("The quota of somebody above you is part of this version. Somebody else decides.")
        return ""


quota_plans = PlanPolicy()
