"""Who is credited with a deal."""

from dataclasses import dataclass
from decimal import Decimal

from crm.models import Credit, Opportunity
from crm.selectors.hand_overs import Handed, with_rules
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
    origin: str = Credit.Origin.GIVEN
    handed: Handed | None = None  # the hand-over it comes from


def credits_of(deal: Opportunity) -> list[Credited]:
    """The credits of a deal, the largest first, overlay last; the owner's whole one where nothing else is said. Two queries."""
    rows = list(Credit.objects.filter(opportunity=deal).select_related("person", "hand_over").order_by("-share", "pk"))
    handed = {each.row.pk: each for each in with_rules([row.hand_over for row in rows if row.hand_over])}
    found = [
        Credited(
            row.role,
            row.share,
            row.person,
            row.person_text,
            origin=row.origin,
            handed=handed.get(row.hand_over_id or 0),
        )
        for row in rows
    ]
    overlay = [each for each in found if each.role == Credit.Role.OVERLAY]
    shares = [each for each in found if each.role != Credit.Role.OVERLAY]
    if not shares:
        shares = [Credited(Credit.Role.OWNER, WHOLE, deal.owner, deal.owner_text, is_default=True)]
    return [*shares, *overlay]
