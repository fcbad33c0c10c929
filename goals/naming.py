"""What quota plans, letters and requests are called in the audit log. Goals and objectives are not: some are private."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.naming import quota_words
from goals.models import PlanVersion, QuotaLetter, QuotaRequest
from people import formats
from people.naming import Named, names_subjects


def versions_named(ids: Collection[int]) -> Named:
    rows = PlanVersion.objects.select_related("plan").filter(pk__in=ids)
    words = {row.pk: _("%(plan)s, version %(number)d") % {"plan": row.plan, "number": row.number} for row in rows}
    return {pk: (name, reverse("goals:plan_version", args=[pk])) for pk, name in words.items()}


def letters_named(ids: Collection[int]) -> Named:
    rows = QuotaLetter.objects.select_related("person").filter(pk__in=ids)
    words = {row.pk: f"{row.person}, {formats.day(row.starts_on)}" for row in rows}
    return {pk: (name, reverse("goals:letter_detail", args=[pk])) for pk, name in words.items()}


def requests_named(ids: Collection[int]) -> Named:
    rows = QuotaRequest.objects.select_related("person", "quota__person", "quota__team").filter(pk__in=ids)
    return {
        row.pk: (
            quota_words(row.quota) if row.quota else str(row.person),
            reverse("goals:quota_request_detail", args=[row.pk]),
        )
        for row in rows
    }


def register() -> None:
    """Called once, when the app is ready."""
    names_subjects("planversion", versions_named)
    names_subjects("quotaletter", letters_named)
    names_subjects("quotarequest", requests_named)
