"""Who may see and do what with facts. One object per model: `can()` and `visible()` agree by construction.

Deals, leads, activities and transactions: a rep sees their own; a manager those that belonged to the people below them on
the day of the fact, whoever sits there today, so that what a team's figure counts is what its manager may open;
administrators, operations and executives all; finance sees all transactions. Whoever sees a deal sees what happened on it.
Imports, data health and stages are for administrators and operations. Leads and activities are also
entered by hand.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Case, DateField, F, Model, Q, QuerySet, Value, When

from crm.models import (
    BY_HAND,
    Activity,
    Credit,
    CustomField,
    ExchangeRate,
    HandOver,
    ImportBatch,
    Lead,
    Opportunity,
    Outcome,
    Quota,
    SeatQuota,
    Stage,
    Territory,
    Transaction,
)
from people.models import Person, SeatHolding
from people.policies import Policy, visible_person_ids
from people.stretches import SatThere, Stretch, stretches_below
from people.viewer import Viewer

Day = Case | F
Days = Callable[[date], dict[str, Day]]

KEEPERS = frozenset({"administrator", "operations"})


def decisive_day(on: date) -> Case:
    """The day whose structure a deal belongs to: its close, or today (`on`) while it is open."""
    return Case(When(outcome=Outcome.OPEN, then=Value(on)), default=F("closed_on"), output_field=DateField())


def deal_days(on: date) -> dict[str, Day]:
    """The day a deal was decided, or today; and the day it was created."""
    return {"": decisive_day(on), "created_on": F("created_on")}


def lead_days(on: date) -> dict[str, Day]:
    """The day a lead became a customer, or today; and the day it was created."""
    converted = Case(When(is_converted=True, then=F("converted_on")), default=Value(on), output_field=DateField())
    return {"": converted, "created_on": F("created_on")}


def event_days(on: date) -> dict[str, Day]:
    """The day it happened."""
    return {"": F("occurred_on")}


class FactPolicy(Policy):
    """ "view" only: facts are changed by their source. `owner` is the field that says whose they are.

    `days`: the days of a fact, one of which its owner must have sat below the viewer on; by the field that must be known,
    an empty one for the day that counts whatever is known.
    """

    model: type[Model]
    owner: str
    seen_by: frozenset[str]  # roles that see all of them, or those within their teams

    def __init__(self, model: type[Model], owner: str, days: Days, seen_by: frozenset[str] = frozenset()) -> None:
        self.model, self.owner, self.days, self.seen_by = model, owner, days, seen_by

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
        within = viewer.reach(self.seen_by)
        if viewer.sees_everyone or within is None:
            return facts
        team_ids = viewer.open_team_ids | within
        stretches = stretches_below(team_ids) if team_ids else []
        return facts.filter(Q(**{self.owner: viewer.person}) | self._was_below(stretches, viewer.on))

    def _was_below(self, stretches: list[Stretch], on: date) -> Q:
        then = Q(pk__in=[])
        for field, day in self.days(on).items():
            known = Q(**{f"{field}__isnull": False}) if field else Q()
            then |= Q(SatThere(stretches, self.owner, day)) & known
        people = {person for person, _since, _until in stretches}
        return Q(**{f"{self.owner}__in": people}) & then


def people_entered_for(viewer: Viewer) -> QuerySet[Person, Any]:
    """For whom somebody may enter what was done: themselves, those below them today; keepers for everybody."""
    found: QuerySet[Person, Any] = Person.objects.filter(left_on=None, erased_at=None)
    reach = viewer.reach(KEEPERS)
    if reach is None:
        return found
    led = reach.union(*(charge.below for charge in viewer.charges if charge.is_leading))
    return found.filter(Q(pk=viewer.person.pk) | Q(pk__in=_seated(viewer, led)))


class EnteredPolicy(FactPolicy):
    """Facts that people also enter by hand, for themselves and those below them.

    What was entered by hand is changed by its person, by who leads that person today, and by keepers; what came from a
    source only by that source.
    """

    def can(self, viewer: Viewer | None, action: str, obj: Model | None = None) -> bool:
        if viewer is None or action == "view":
            return super().can(viewer, action, obj)
        if obj is None:
            return action == "create"
        return bool(self.changeable(viewer, [obj])) and super().can(viewer, "view", obj)

    def changeable(self, viewer: Viewer, rows: Iterable[Any]) -> frozenset[int]:
        """Which of these, in sight of the viewer, they may change or take away. One query where one may be."""
        mine = [row for row in rows if row.source == BY_HAND and not row.is_deleted]
        if not mine:
            return frozenset()
        if viewer.reach(KEEPERS) is None:
            return frozenset(row.pk for row in mine)
        holders = {row.pk: getattr(row, f"{self.owner}_id") for row in mine}
        found = people_entered_for(viewer).filter(pk__in=set(holders.values()))
        people = set(found.values_list("pk", flat=True))
        return frozenset(pk for pk, holder in holders.items() if holder in people)


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


deals = FactPolicy(Opportunity, "owner", deal_days)
leads = EnteredPolicy(Lead, "owner", lead_days)
activities = EnteredPolicy(Activity, "person", event_days)
transactions = FactPolicy(Transaction, "person", event_days, frozenset({"finance"}))
quotas = QuotaPolicy()
seat_quotas = KeeperPolicy(SeatQuota)
rates = KeeperPolicy(ExchangeRate)
hand_overs = KeeperPolicy(HandOver)  # their rules; whoever sees a deal sees how it went from one to another
credits = KeeperPolicy(Credit)  # to change; they are seen with their deal
imports = KeeperPolicy(ImportBatch)
stages = KeeperPolicy(Stage)
custom_fields = KeeperPolicy(CustomField)
territories = KeeperPolicy(Territory)  # with the accounts that seats have by name
health = KeeperPolicy(Opportunity)
