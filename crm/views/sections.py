"""Parts of the pages of single facts."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import BY_HAND, CustomField, CustomValue, Lead, Opportunity
from people import formats

Type = CustomField.Type


def origin_pairs(fact: Opportunity | Lead, may_see_imports: bool) -> list[tuple[Any, ...]]:
    """Source, id, import and line of a fact."""
    if fact.source == BY_HAND:
        return [(_("Source"), _("entered by hand"))]
    pairs: list[tuple[Any, ...]] = [(_("Source"), fact.source), (_("Id"), fact.external_id)]
    if fact.batch is not None:
        href = reverse("crm:import_detail", args=[fact.batch.pk]) if may_see_imports else ""
        pairs.append((_("Import"), f"{fact.batch.file_name} ({formats.moment(fact.batch.created_at)})", href))
        pairs.append((_("Line"), formats.number(fact.row_number)))
    return pairs


def custom_pairs(values: list[CustomValue]) -> list[tuple[str, str]]:
    return [(value.field.name, custom_words(value)) for value in values]


def custom_words(value: CustomValue) -> str:
    """A value as people read it."""
    match Type(value.field.type):
        case Type.MONEY:
            return formats.money_exact(value.number, value.currency)
        case Type.NUMBER:
            return formats.plain(value.number)
        case Type.DATE:
            return formats.day(value.day)
        case Type.FLAG:
            return _("Yes") if value.text == "yes" else _("No")
    return value.text
