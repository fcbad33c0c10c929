"""Credits of deals: who gets which share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Credit, Opportunity
from crm.policies import credits
from people.audit import audit
from people.formats import percent
from people.meanwhile import unchanged_check
from people.models import Person
from people.queue import enqueue
from people.viewer import Viewer

WHOLE = Decimal(1)


@dataclass(frozen=True)
class Share:
    """Who gets how much of a deal; nobody is the house, or a name of the deal's credits that waits for its person."""

    person: Person | None
    role: str
    share: Decimal
    name: str = ""


@transaction.atomic
def credits_save(
    *, viewer: Viewer, deal: Opportunity, shares: Sequence[Share], at: datetime, seen: int | None = None
) -> None:
    """The credits of a deal, all at once; without any the owner gets all of it. Raises: PermissionDenied, ValidationError."""
    credits.require(viewer, "change")
    unchanged_check(Opportunity.objects.select_for_update(of=("self",)).get(pk=deal.pk), seen)
    shares_check(shares)
    given = Credit.objects.filter(opportunity=deal, origin=Credit.Origin.GIVEN)
    before = _detail(given)
    waiting = {row.person_text: row.source for row in given if row.person_id is None and row.person_text}
    given.delete()
    Credit.objects.bulk_create([_credit(deal, each, waiting) for each in shares])
    audit("credits_save", actor=viewer, at=at, subject=deal, detail={"before": before, "after": _detail(shares)})
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)


def _credit(deal: Opportunity, share: Share, waiting: Mapping[str, str]) -> Credit:
    """A name that waits goes on waiting; another one is nobody. `waiting`: name → the source that brought it."""
    credit = Credit(opportunity=deal, person=share.person, role=share.role, share=share.share)
    if share.person is None and share.name in waiting:
        credit.person_text, credit.source = share.name, waiting[share.name]
    return credit


def shares_check(shares: Sequence[Share]) -> None:
    """What is not overlay makes 100 %, and nobody stands there twice in one role. Raises: ValidationError."""
    seen: set[tuple[int | str, str]] = set()
    for each in shares:
        key = (each.person.pk if each.person else each.name, each.role)
        if key in seen:
            name = each.person.name if each.person else each.name or _("the house")
            raise ValidationError(_("%(name)s stands there twice. Add the shares up.") % {"name": name}, code="twice")
        seen.add(key)
    total = sum((each.share for each in shares if each.role != Credit.Role.OVERLAY), Decimal(0))
    if any(each.role != Credit.Role.OVERLAY for each in shares) and total != WHOLE:
        raise ValidationError(
            _("The shares make %(total)s, they must make 100 %%. %(difference)s")
            % {"total": percent(total, 4), "difference": _difference(total)},
            code="total",
        )


def _difference(total: Decimal) -> str:
    if total < WHOLE:
        return _("%(share)s are still to be given.") % {"share": percent(WHOLE - total, 4)}
    return _("%(share)s are too many.") % {"share": percent(total - WHOLE, 4)}


def _detail(shares: Any) -> list[dict[str, Any]]:
    return [
        {"person": each.person and each.person.pk, "role": str(each.role), "share": str(each.share)} for each in shares
    ]
