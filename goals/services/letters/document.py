"""A quota letter as a document: its words in the person's language, its bytes as a tagged PDF."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.models.quota import Measure
from goals.engine.letter import MonthAmount
from goals.models import ApprovalKind, QuotaLetter
from goals.selectors.letters import months_of, names_of
from kernel.period import FiscalCalendar, Grain
from people import formats
from people.models import Organization
from people.pdf import pdf_render

TEMPLATE = "goals/quota_letter.typ"


def letter_document(letter: QuotaLetter, organization: Organization) -> bytes:
    """The document of a letter. Raises: PdfFailed."""
    user = letter.person.user
    language = (user.locale if user is not None else "") or organization.locale
    with translation.override(language):
        return pdf_render(TEMPLATE, letter_data(letter, organization), language=language)


def letter_data(letter: QuotaLetter, organization: Organization) -> dict[str, Any]:
    """What the template shows, all in words of the language in force. One query."""
    content = letter.content
    currency, months = content["currency"], months_of(content)
    facts = [
        [_("For"), letter.person.name],
        [_("Period"), days_words(letter.starts_on, letter.ends_before)],
        [_("Measure"), str(Measure(letter.measure).label)],
        [_("Total"), formats.money_exact(Decimal(content["total"]), currency)],
        [_("To be acknowledged by"), formats.day(letter.due_on)],
    ]
    facts += [[label, words] for label, words in approval_words(content)]
    return {
        "title": _("Quota letter"),
        "organization": organization.name,
        "facts": facts,
        "amounts_title": _("Amounts by month"),
        "headings": [_("Month"), _("Amount")],
        "rows": [[month_words(month.starts_on), formats.money_exact(month.amount, currency)] for month in months],
        "quarters_title": _("Amounts by quarter"),
        "quarter_headings": [_("Quarter"), _("Amount")],
        "quarters": [[label, formats.money_exact(sum_, currency)] for label, sum_ in quarters(months, organization)],
        "total": [_("Total"), formats.money_exact(Decimal(content["total"]), currency)],
        "adjustments_title": _("What was taken into account"),
        "adjustments": [adjustment_words(*each) for each in content["adjustments"]],
        "terms_title": _("Terms"),
        "terms": [part for part in content["terms"].split("\n") if part.strip()],
        "foot": _(
            "Issued on %(day)s. It is acknowledged in the product; the acknowledgement names this document by its digest."
        )
        % {"day": formats.day(letter.issued_at.date() if letter.issued_at else None)},
    }


def quarters(months: list[MonthAmount], organization: Organization) -> list[tuple[str, Decimal]]:
    """The months added up by fiscal quarter, in order."""
    calendar = FiscalCalendar(organization.fiscal_year_start, organization.week_start - 1)
    sums: dict[str, Decimal] = {}
    for month in months:
        label = calendar.label(Grain.QUARTER, month.starts_on)
        sums[label] = sums.get(label, Decimal(0)) + month.amount
    return list(sums.items())


def approval_words(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Who approved the amounts, one after the other, or that nobody did. One query."""
    if "approvals" not in content:  # a letter of before, which named who changed the quota last
        names = names_of([content.get("approver")])
        return [(_("Approved by"), name) for name in names.values()]
    names = names_of(key for each in content["approvals"] for key in each[:2])
    by = "; ".join(_approval(names, *each) for each in content["approvals"])
    rows = [(_("Approved by"), by)] if by else []
    sources = {
        "imported": _("it was taken from a file or another system"),
        "entered": _("it was entered without the steps of approval"),
    }
    why = " · ".join(sources[each] for each in content["unapproved"])
    if why:
        words = _("Part of the amount: %(why)s") if by else _("Nobody approved this quota: %(why)s")
        rows.append((_("Not approved"), words % {"why": why}))
    return rows


def _approval(names: dict[int, str], by: int, place: int | None, kind: str, day: str) -> str:
    """Bob Brand (the manager of the person), 3 Feb 2026."""
    words = {
        "name": names.get(by, formats.UNDEFINED),
        "place": names.get(place or 0, ""),
        "role": str(ApprovalKind(kind).label) if kind else "",
        "day": formats.day(date.fromisoformat(day)),
    }
    if place:
        return _("%(name)s for %(place)s (%(role)s), %(day)s") % words
    return (_("%(name)s (%(role)s), %(day)s") if kind else _("%(name)s, %(day)s")) % words


def adjustment_words(kind: str, first: str, end: str, share: str = "") -> str:
    """ "Away from 3 Feb 2026 to 7 Feb 2026"."""
    if kind == "ramp" and share:
        shown = formats.percent(Decimal(share), 0 if Decimal(share) * 100 % 1 == 0 else 1)
        words = {"month": month_words(date.fromisoformat(first)), "share": shown}
        return _("Ramp while new: %(month)s at %(share)s of a full quota") % words
    days = days_words(date.fromisoformat(first), date.fromisoformat(end))
    words = {
        "leave": _("Away: %(days)s"),
        "joined": _("Counts from the first day: %(days)s"),
        "leaves": _("Counts until the last day; not any more: %(days)s"),
    }
    return words.get(kind, "%(days)s") % {"days": days}


def days_words(starts_on: date, ends_before: date) -> str:
    """The first and the last day."""
    last = date.fromordinal(ends_before.toordinal() - 1)
    return _("%(first)s to %(last)s") % {"first": formats.day(starts_on), "last": formats.day(last)}


def month_words(day: date) -> str:
    """January 2027."""
    return str(date_format(day, "F Y"))
