"""Custom fields of deals and of their accounts as dimensions: `custom_<key>`, `account_<key>`."""

from typing import cast

from crm.models import CustomField
from crm.selectors.custom import CustomTrait, custom_trait, fields_of
from metrics.engine.definitions import Metric, families_of
from metrics.engine.parts import Family
from metrics.selectors.question import Dimension

PREFIXES = {"custom_": CustomField.Entity.OPPORTUNITY, "account_": CustomField.Entity.ACCOUNT}


class OwnDimension(str):
    """A custom field that facts are told apart by; its members are the texts of its values."""

    field: CustomField
    label: str
    trait: CustomTrait


def is_own(name: str) -> bool:
    """Whether a word may mean a custom field."""
    return name.startswith(tuple(PREFIXES))


def takes_own(metric: Metric) -> bool:
    """Whether a metric can be told apart by custom fields: those that count deals."""
    return families_of(metric) <= {Family.DEALS}


def own_dimensions() -> dict[str, Dimension]:
    """Every custom field that deals can be told apart by, by its word. One query."""
    fields = fields_of(CustomField.Entity.OPPORTUNITY, CustomField.Entity.ACCOUNT)
    words = {entity: prefix for prefix, entity in PREFIXES.items()}
    made = [
        _made(words[CustomField.Entity(field.entity)] + field.key, field)
        for field in fields
        if field.type != CustomField.Type.PERSON
    ]
    # a dimension by all that the selectors ask of one: a text that names it, and its trait
    return {str(each): cast(Dimension, each) for each in made}


def _made(name: str, field: CustomField) -> OwnDimension:
    dimension = OwnDimension(name)
    dimension.field, dimension.label, dimension.trait = field, field.name, custom_trait(field)
    return dimension
