"""Who is credited with a deal."""

from dataclasses import dataclass
from decimal import Decimal

from crm.models import Credit, Opportunity
from people.models import Person

WHOLE = Decimal(1)


@dataclass(frozen=True)
class Credited:
    """A share of a deal; without a person it is the house's, or a name's that is not known yet."""

    role: str
    share: Decimal
    person: Person | None = None
    name: str = ""
    is_default: bool = False  # nobody said so: the owner gets all of it


def credits_of(deal: Opportunity) -> list[Credited]:
    """The credits of a deal, the largest first, overlay last; the owner's whole one where nothing else is said. One query."""
    found = [
        Credited(each.role, each.share, each.person, each.person_text)
        for each in Credit.objects.filter(opportunity=deal).select_related("person").order_by("-share", "pk")
    ]
    overlay = [each for each in found if each.role == Credit.Role.OVERLAY]
    shares = [each for each in found if each.role != Credit.Role.OVERLAY]
    if not shares:
        shares = [Credited(Credit.Role.OWNER, WHOLE, deal.owner, deal.owner_text, is_default=True)]
    return [*shares, *overlay]
