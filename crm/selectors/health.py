"""What is wrong or doubtful in the facts, as the data-health page lists it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from crm.engine.near import TYPO_LIMIT, near_groups, near_index, near_match
from crm.models import Account, Activity, DealRole, HealthDismissal, Lead, Opportunity, Product, Transaction
from crm.selectors.deals import ODDITIES
from people.models import Person, Seat, SeatHolding

MOST_LISTED = 200  # findings of one check

MODELS: dict[str, type[Account] | type[Product] | type[Person]] = {
    "account": Account,
    "product": Product,
    "owner": Person,
}


# facts that say an owner, an account, a product, and what they call it
REFERRING: dict[str, tuple[tuple[type[Model], str], ...]] = {
    "owner": (
        (Opportunity, "owner"),
        (Lead, "owner"),
        (Activity, "person"),
        (Transaction, "person"),
        (DealRole, "person"),
    ),
    "account": ((Opportunity, "account"), (Lead, "account"), (Activity, "account"), (Transaction, "account")),
    "product": ((Opportunity, "product"), (Transaction, "product")),
}


@dataclass(frozen=True)
class Unmatched:
    """A text in facts that nobody or nothing answers to; `near_id` is what it looks like."""

    source: str
    text: str
    count: int
    near_id: int | None = None
    near_name: str = ""

    @property
    def subject(self) -> str:
        return f"{self.source}|{self.text}"[:300]


@dataclass(frozen=True)
class Duplicate:
    """One of several that look alike."""

    id: int
    name: str
    deals: int


@dataclass(frozen=True)
class DuplicateGroup:
    """Names that look alike; the one with most deals comes first and is the one to keep."""

    members: list[Duplicate] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return ",".join(str(key) for key in sorted(member.id for member in self.members))[:300]


def unmatched(name: str) -> list[Unmatched]:
    """Texts for `owner`, `account` or `product` that are not known, most frequent first. A query a kind of fact and two."""
    counts: Counter[tuple[str, str]] = Counter()
    for model, reference in REFERRING[name]:
        texts = (
            _waiting(model, reference)
            .values_list("source", f"{reference}_text")
            .annotate(count=Count("pk"))
            .order_by("-count", f"{reference}_text")
        )
        counts.update({(source, text): count for source, text, count in texts[: MOST_LISTED * 5]})
    dismissed = dismissed_subjects(f"unmatched_{name}")
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0][1]))
    found = [Unmatched(source, text, count) for (source, text), count in order]
    found = [item for item in found if item.subject not in dismissed][:MOST_LISTED]
    if not found:
        return []
    ids = _ids_by_name(name)
    index = near_index(ids)
    return [_with_near(item, near_match(item.text, index), ids) for item in found]


def text_is_known(name: str, source: str, text: str) -> bool:
    """Whether some fact of the source says this text. At most a query a kind of fact."""
    return any(
        model._default_manager.filter(source=source, **{f"{reference}_text": text}).exists()
        for model, reference in REFERRING[name]
    )


def _waiting(model: type[Model], reference: str) -> QuerySet[Any, Any]:
    waits = Q(**{f"{reference}__isnull": True}) & ~Q(**{f"{reference}_text": ""})
    return model._default_manager.filter(waits, is_deleted=False)


def _with_near(item: Unmatched, near: str | None, ids: dict[str, int]) -> Unmatched:
    return Unmatched(item.source, item.text, item.count, ids[near], near) if near else item


def _ids_by_name(name: str) -> dict[str, int]:
    rows = MODELS[name]._default_manager.order_by("-pk").values_list("name", "pk")[:TYPO_LIMIT]
    return dict(rows)


def duplicates(name: str) -> list[DuplicateGroup]:
    """Accounts, products or people (`owner`) whose names look alike or are the same. Three queries."""
    ids: dict[str, list[int]] = defaultdict(list)
    for key, text in MODELS[name]._default_manager.order_by("pk").values_list("pk", "name")[:TYPO_LIMIT]:
        ids[text].append(key)
    groups = near_groups(ids)
    told = {text for group in groups for text in group}
    groups += [[text] for text, keys in ids.items() if len(keys) > 1 and text not in told]
    members = [[(key, text) for text in group for key in ids[text]] for group in groups[:MOST_LISTED]]
    counts = _deal_counts(name, [key for group in members for key, _ in group])
    dismissed = dismissed_subjects(f"duplicate_{name}")
    found = [_group(group, counts) for group in members]
    return [group for group in found if group.subject not in dismissed]


def _group(members: list[tuple[int, str]], counts: dict[int, int]) -> DuplicateGroup:
    listed = [Duplicate(key, text, counts.get(key, 0)) for key, text in members]
    return DuplicateGroup(sorted(listed, key=lambda item: (-item.deals, item.id)))


def _deal_counts(name: str, ids: Iterable[int]) -> dict[int, int]:
    deals = Opportunity.objects.filter(**{f"{name}__in": list(ids)}, is_deleted=False)
    return dict(deals.values_list(name).annotate(count=Count("pk")))


def odd_deals(check: str) -> QuerySet[Opportunity]:
    """Deals that a check lists, dismissed ones left out."""
    return Opportunity.objects.filter(ODDITIES[check], ~Exists(_dismissed(check)), is_deleted=False)


def people_without_deals(on: date) -> QuerySet[Person]:
    """People who hold a seat of a rep on the day and own no deal at all. One query."""
    seated = SeatHolding.objects.on(on).filter(person=OuterRef("pk"), seat__role=Seat.Role.REP)
    deals = Opportunity.objects.filter(owner=OuterRef("pk"), is_deleted=False)
    return Person.objects.filter(Exists(seated), ~Exists(deals)).order_by("name")


def _dismissed(check: str) -> QuerySet[HealthDismissal]:
    return HealthDismissal.objects.filter(check_name=check, subject=Cast(OuterRef("pk"), CharField()))


def odd_counts() -> dict[str, int]:
    """How many deals each check lists. One query."""
    found: dict[str, int] = Opportunity.objects.filter(is_deleted=False).aggregate(
        **{
            check: Count("pk", filter=condition & ~Q(Exists(_dismissed(check))))
            for check, condition in ODDITIES.items()
        }
    )
    return found


def dismissed_subjects(check: str) -> frozenset[str]:
    """What somebody let stand. One query."""
    return frozenset(HealthDismissal.objects.filter(check_name=check).values_list("subject", flat=True))
