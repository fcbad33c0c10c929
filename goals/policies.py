"""Who may see and change objectives and goals. One object per model: `can()` and `visible()` agree by construction.

Goals are transparent to the team: whoever sits in a team sees the goals of its people and its own; whoever looks after a
team, and roles that see everyone, see those below. Everybody else sees the title of a goal that is aligned ("title"), never
its numbers. Goals are set and changed by whoever leads the owner (never one's own), by administrators and operations; the
owner checks in, acknowledges and asks for changes, and may set a goal for themselves. Notes marked private are for the
owner and whoever leads them, not for whoever looks as one of these.

"view" · "title" · "private" (read private notes) · "create" · "change" (revise, withdraw, decide requests) · "check_in" ·
"request" (ask for a change) · "help" (offer help).
"""

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from goals.models import Alignment, Goal, GoalTemplate, Objective
from people.models import Person, SeatHolding, Team
from people.policies import Policy
from people.viewer import Viewer

KEEPERS = frozenset({"administrator", "operations"})
PUBLISHERS = KEEPERS | {"executive"}


class GoalPolicy(Policy):
    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        """`obj` is a goal; one that is not stored yet is asked about by whose it is to be."""
        if viewer is None:
            return True
        if obj is None:
            return action != "create" or self.may_set(viewer)
        if isinstance(obj, Goal) and obj.pk is None:
            return self._may_hold(viewer, obj)
        return self.visible(viewer, action).filter(pk=obj.pk).exists()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Goal]:
        goals: QuerySet[Goal] = Goal.objects.all()
        if action == "title":
            return goals if viewer.sees_everyone else goals.filter(self._seen(viewer) | _aligned())
        if action in ("view", "help"):
            return goals if viewer.sees_everyone else goals.filter(self._seen(viewer))
        own = Q(person=viewer.person)
        if action == "private":
            return goals.none() if viewer.is_looked_through else goals.filter(own | self._led(viewer))
        if action == "request":
            return goals.filter(own)
        kept = self._kept(viewer)
        if action == "check_in":
            return goals.filter(own | self._led(viewer) | kept)
        return goals.filter(self._led(viewer) | (kept & ~own if kept else kept))

    def persons(self, viewer: Viewer, action: str = "create") -> QuerySet[Person]:
        """For whom the viewer may set goals ("create"), or change them. Themselves only with "create"."""
        people = Person.objects.all()
        own = Q(pk=viewer.person.pk)
        reach = viewer.reach(KEEPERS)
        others = Q() if reach is None else Q(Exists(_seated(viewer, viewer.managed_team_ids | reach)))
        allowed = others & ~own
        return people.filter(allowed | own if action == "create" else allowed)

    def teams(self, viewer: Viewer) -> QuerySet[Team]:
        """For which teams the viewer may set and change goals."""
        teams = Team.objects.all()
        reach = viewer.reach(KEEPERS)
        return teams if reach is None else teams.filter(pk__in=viewer.managed_team_ids | reach)

    def may_set(self, viewer: Viewer) -> bool:
        """Whether they may set goals for anybody: everybody may for themselves."""
        return True

    def _may_hold(self, viewer: Viewer, goal: Goal) -> bool:
        if goal.team_id:
            return self.teams(viewer).filter(pk=goal.team_id).exists()
        return self.persons(viewer).filter(pk=goal.person_id or 0).exists()

    def _seen(self, viewer: Viewer) -> Q:
        teams = viewer.open_team_ids | ({viewer.team_id} if viewer.team_id else frozenset())
        return Q(person=viewer.person) | Q(team__in=teams) | Q(Exists(_seated(viewer, teams, "person")))

    def _led(self, viewer: Viewer) -> Q:
        """Goals of teams they lead and of the people in these, but not their own."""
        led = viewer.managed_team_ids
        below = Q(Exists(_seated(viewer, led, "person"))) & ~Q(person=viewer.person)
        return Q(team__in=led) | (below & Q(person__isnull=False))

    def _kept(self, viewer: Viewer) -> Q:
        reach = viewer.reach(KEEPERS)
        if reach is None:
            return Q(pk__isnull=False)
        return Q(team__in=reach) | Q(Exists(_seated(viewer, reach, "person")))


def _seated(viewer: Viewer, team_ids: frozenset[int], person: str = "pk") -> QuerySet[SeatHolding]:
    """Whether somebody sits in one of the teams today; `person` is the field of the outer query."""
    found: QuerySet[SeatHolding] = SeatHolding.objects.on(viewer.on).filter(
        person=OuterRef(person), seat__team__in=team_ids
    )
    return found


def _aligned() -> Q:
    above = Alignment.objects.filter(goal=OuterRef("pk"))
    below = Alignment.objects.filter(parent_goal=OuterRef("pk"))
    return Q(Exists(above)) | Q(Exists(below))


class ObjectivePolicy(Policy):
    """Everybody sees what is published; who publishes, and the owner, see drafts too. Executives, operations and
    administrators write them."""

    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None:
            return True
        if obj is None or obj.pk is None:
            return action == "view" or bool(viewer.roles & PUBLISHERS)
        return self.visible(viewer, action).filter(pk=int(obj.pk)).exists()

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[Objective]:
        objectives: QuerySet[Objective] = Objective.objects.all()
        if viewer.roles & PUBLISHERS:
            return objectives
        if action == "view":
            return objectives.filter(Q(published_at__isnull=False) | Q(owner=viewer.person))
        return objectives.filter(owner=viewer.person) if action == "check_in" else objectives.none()


goals = GoalPolicy()
objectives = ObjectivePolicy()


class TemplatePolicy(Policy):
    """Everybody uses the library; operations and administrators keep it."""

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        return viewer is None or action == "view" or bool(viewer.roles & KEEPERS)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[GoalTemplate]:
        rows: QuerySet[GoalTemplate] = GoalTemplate.objects.all()
        return rows.filter(is_retired=False) if self.can(viewer, action) else rows.none()


templates = TemplatePolicy()
