"""People who become one may have quotas for the same days: one of them gives way, and somebody says which."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Quota
from people import formats


class Overlap(TextChoices):
    """What becomes of quotas for the same days."""

    ASK = "ask", gettext_lazy("do not merge; tell me")
    KEEP = "keep", gettext_lazy("those of the name that stays hold, the others are taken away")
    TAKE = "take", gettext_lazy("those of the other names hold, the ones of the name that stays are taken away")


def quotas_part(keep: Any, gone: Sequence[Any], choice: str) -> list[str]:
    """Take away what would overlap, as chosen; what was taken away, in words. Raises: ValidationError where nobody chose."""
    order = {row.pk: place for place, row in enumerate([keep, *gone] if choice != Overlap.TAKE else [*gone, keep])}
    quotas = Quota.objects.select_for_update(of=("self",)).filter(person__in=order).select_related("person")
    standing: list[Quota] = []
    away: list[tuple[Quota, Quota]] = []
    for quota in sorted(quotas, key=lambda quota: (order[quota.person_id], quota.starts_on)):
        rival = next((other for other in standing if _overlap(quota, other)), None)
        if rival is None:
            standing.append(quota)
        else:
            away.append((quota, rival))
    if away and choice not in {Overlap.KEEP, Overlap.TAKE}:
        quota, rival = away[0]
        raise ValidationError(
            _("%(one)s and %(other)s have quotas for the same days: %(first)s, %(second)s. Choose which of them hold.")
            % {"one": rival.person, "other": quota.person, "first": _words(rival), "second": _words(quota)},
            code="quotas_overlap",
        )
    Quota.objects.filter(pk__in=[quota.pk for quota, _rival in away]).delete()
    return [f"{quota.person}: {_words(quota)}" for quota, _rival in away]


def _overlap(one: Quota, other: Quota) -> bool:
    return one.measure == other.measure and one.starts_on < other.ends_before and other.starts_on < one.ends_before


def _words(quota: Quota) -> str:
    values = {
        "amount": formats.money_exact(quota.amount, quota.currency),
        "first": formats.day(quota.starts_on),
        "end": formats.day(quota.ends_before),
    }
    return _("%(amount)s from %(first)s until before %(end)s") % values
