"""Who may see and issue quota letters: the person, whoever leads them, and who keeps quotas, everywhere or in their teams.

"view" · "issue" (and terms, everywhere only) · "remind" · "acknowledge" (the person alone). Drafts are the keepers'.
"""

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from goals.models import QuotaLetter
from people.models import Person, SeatHolding
from people.policies import Policy
from people.viewer import Viewer

KEEPERS = frozenset({"administrator", "operations"})


class LetterPolicy(Policy):
    seen_by_all = frozenset()

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        """Without a letter: whether at all."""
        if viewer is None or (action == "view" and obj is None):
            return True
        if obj is not None:
            return self.visible(viewer, action).filter(pk=obj.pk).exists()
        reach = viewer.reach(KEEPERS)
        if action == "terms":
            return reach is None
        is_keeper = reach is None or bool(reach)
        return is_keeper or (action == "remind" and viewer.is_manager)

    def visible(self, viewer: Viewer, action: str = "view") -> QuerySet[QuotaLetter]:
        letters: QuerySet[QuotaLetter] = QuotaLetter.objects.all()
        own, issued = Q(person=viewer.person), ~Q(state=QuotaLetter.State.DRAFT)
        if action == "acknowledge":
            return letters.filter(own & issued)
        kept = _kept(viewer)
        led = Q(Exists(_seated(viewer, viewer.managed_team_ids, "person"))) & issued
        if action == "issue":
            return letters.filter(kept)
        return letters.filter(kept | led | (own & issued) if action == "view" else (kept | led) & ~own)

    def persons(self, viewer: Viewer | None) -> QuerySet[Person]:
        """For whom the viewer may issue letters."""
        people: QuerySet[Person] = Person.objects.filter(erased_at=None)
        reach = None if viewer is None else viewer.reach(KEEPERS)
        return people if viewer is None or reach is None else people.filter(Exists(_seated(viewer, reach, "pk")))


def _kept(viewer: Viewer) -> Q:
    reach = viewer.reach(KEEPERS)
    return Q(pk__isnull=False) if reach is None else Q(Exists(_seated(viewer, reach, "person")))


def _seated(viewer: Viewer, team_ids: frozenset[int], person: str) -> QuerySet[SeatHolding]:
    """Whether somebody sits in one of the teams today; `person` is the field of the outer query."""
    found: QuerySet[SeatHolding] = SeatHolding.objects.on(viewer.on).filter(
        person=OuterRef(person), seat__team__in=team_ids
    )
    return found


letters = LetterPolicy()
