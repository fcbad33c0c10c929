"""Quota letters as they are, and as they would be from the quotas in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404

from crm.models import Quota
from goals.engine.letter import MonthAmount, QuotaDays, letter_months, letter_total
from goals.letter_policies import letters
from goals.models import LetterTerms, QuotaLetter
from goals.selectors.letter_grounds import Grounds, grounds_of
from kernel.money import MINOR_UNIT_DIGITS
from kernel.period import Period
from people.models import Leave, Person
from people.viewer import Viewer

State = QuotaLetter.State


@dataclass(frozen=True)
class Proposal:
    """What the letter of a person would say now, beside the one they have. `problem` says why there cannot be one."""

    person: Person
    content: dict[str, Any] = field(default_factory=dict)
    current: QuotaLetter | None = None
    problem: Literal["", "currencies"] = ""

    @property
    def result(self) -> Literal["new", "changed", "same", "problem"]:
        """What issuing would do."""
        if self.problem:
            return "problem"
        if self.current is None:
            return "new"
        return "same" if is_same(self.current.content, self.content) else "changed"


def is_same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether two letters ask the same of a person; terms and approvals alone are no reason for a new one."""
    return all(before.get(name) == after.get(name) for name in ("currency", "months", "total", "adjustments"))


def letter_proposals(
    viewer: Viewer | None, period: Period, *, measure: str, person_ids: Iterable[int] | None = None
) -> list[Proposal]:
    """Everybody with a quota in the period for whom the viewer may issue letters, by name. A constant number of queries."""
    days = {"starts_on__lt": period.ends_before, "ends_before__gt": period.starts_on}
    found = Quota.objects.filter(measure=measure, person__in=letters.persons(viewer), **days)
    if person_ids is not None:
        found = found.filter(person__in=list(person_ids))
    quotas: dict[int, list[Quota]] = {}
    for quota in found.order_by("starts_on", "pk"):
        quotas.setdefault(quota.person_id or 0, []).append(quota)
    persons = Person.objects.select_related("user__organization", "organization").in_bulk(list(quotas))
    leaves = _leaves(list(quotas), period)
    current = {
        letter.person_id: letter
        for letter in QuotaLetter.objects.filter(
            person__in=list(quotas),
            measure=measure,
            starts_on=period.starts_on,
            ends_before=period.ends_before,
            state__in=[State.ISSUED, State.ACKNOWLEDGED],
        )
    }
    terms = terms_text()
    organization = next(iter(persons.values())).organization if persons else None
    grounds = grounds_of(quotas, period, organization) if organization else {}
    return [
        _proposal(
            person,
            quotas[person.pk],
            leaves.get(person.pk, []),
            current.get(person.pk),
            period,
            terms,
            grounds[person.pk],
        )
        for person in sorted(persons.values(), key=lambda person: (person.name.casefold(), person.pk))
    ]


def _proposal(
    person: Person,
    quotas: list[Quota],
    leaves: list[Leave],
    current: QuotaLetter | None,
    period: Period,
    terms: str,
    grounds: Grounds,
) -> Proposal:
    currencies = {quota.currency for quota in quotas}
    if len(currencies) > 1:
        return Proposal(person, current=current, problem="currencies")
    currency = currencies.pop()
    digits = MINOR_UNIT_DIGITS.get(currency, 2)
    months = letter_months([QuotaDays(row.starts_on, row.ends_before, row.amount) for row in quotas], period, digits)
    content = {
        "currency": currency,
        "months": [[month.starts_on.isoformat(), str(month.amount)] for month in months],
        "total": str(letter_total(months)),
        "adjustments": sorted([*_adjustments(person, leaves, period), *grounds.ramp], key=lambda each: each[1]),
        "approvals": [list(each) for each in grounds.approvals],
        "unapproved": grounds.unapproved,
        "terms": terms,
    }
    return Proposal(person, content, current)


def _adjustments(person: Person, leaves: list[Leave], period: Period) -> list[list[str]]:
    """What makes the period differ from a full one: [kind, first day, end], by day."""
    found = [["leave", *_cut(leave.starts_on, leave.ends_before, period)] for leave in leaves]
    if person.hired_on is not None and period.starts_on < person.hired_on < period.ends_before:
        found.append(["joined", person.hired_on.isoformat(), period.ends_before.isoformat()])
    if person.left_on is not None and period.starts_on < person.left_on < period.ends_before:
        found.append(["leaves", person.left_on.isoformat(), period.ends_before.isoformat()])
    return found


def _cut(starts_on: date, ends_before: date, period: Period) -> list[str]:
    return [max(starts_on, period.starts_on).isoformat(), min(ends_before, period.ends_before).isoformat()]


def _leaves(person_ids: Sequence[int], period: Period) -> dict[int, list[Leave]]:
    found: dict[int, list[Leave]] = {}
    for leave in Leave.objects.between(period.starts_on, period.ends_before).filter(person__in=person_ids):
        found.setdefault(leave.person_id, []).append(leave)
    return found


def terms_text() -> str:
    """The terms that hold now. One query."""
    return LetterTerms.objects.order_by("-pk").values_list("text", flat=True).first() or ""


def letter_rows(viewer: Viewer) -> "QuerySet[QuotaLetter]":
    """Letters in sight with their people, the latest period first."""
    found = letters.visible(viewer).select_related("person", "acknowledgement")
    return found.order_by("-starts_on", "ends_before", "person__name", "-pk")


def letter_counts(viewer: Viewer) -> dict[str, int]:
    """How many letters of each state are in sight. One query."""
    counts: dict[str, int] = {}
    for state in letters.visible(viewer).values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return counts


def access_letter(viewer: Viewer, letter_id: int, action: str = "view") -> QuotaLetter:
    """The letter, where it is in sight. Raises: Http404, PermissionDenied. Two queries."""
    found = letter_rows(viewer).select_related("document", "issued_by").filter(pk=letter_id).first()
    if found is None:
        raise Http404
    if action != "view":
        letters.require(viewer, action, found)
    return found


def letters_late(on: date, person_ids: Iterable[int] | None = None) -> "QuerySet[QuotaLetter]":
    """Letters whose day is over, whose period is not, and that nobody has acknowledged."""
    late = QuotaLetter.objects.filter(state=State.ISSUED, due_on__lt=on, ends_before__gt=on).select_related("person")
    return late if person_ids is None else late.filter(person__in=list(person_ids))


def months_of(content: dict[str, Any]) -> list[MonthAmount]:
    """The months of a letter as values."""
    return [MonthAmount(date.fromisoformat(day), Decimal(amount)) for day, amount in content.get("months", [])]


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people by key. One query."""
    wanted = [each for each in ids if each]
    return dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
