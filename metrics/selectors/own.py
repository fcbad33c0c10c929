"""Custom fields of deals, of leads and of the accounts of either as dimensions: `custom_<key>`, `lead_<key>`,
`account_<key>`."""

from collections.abc import Iterable
from typing import cast

from django.core.exceptions import ObjectDoesNotExist

from crm.models import CustomField
from crm.selectors.custom import CustomTrait, custom_trait, fields_of
from metrics.engine.definitions import Metric, families_of
from metrics.engine.parts import Family
from metrics.selectors.question import Dimension

Entity = CustomField.Entity
PREFIXES = {"custom_": Entity.OPPORTUNITY, "account_": Entity.ACCOUNT, "lead_": Entity.LEAD}
KNOWN_TO = {
    Entity.OPPORTUNITY: frozenset({Family.DEALS, Family.TOUCHES, Family.UPKEEP}),
    Entity.LEAD: frozenset({Family.LEADS}),
    Entity.ACCOUNT: frozenset({Family.DEALS, Family.TOUCHES, Family.UPKEEP, Family.LEADS, Family.ACTIVITIES}),
}


class SwitchedOff(ObjectDoesNotExist):
    """Asked by a field that is switched off. `name`: what the field is called."""

    def __init__(self, word: str, name: str) -> None:
        super().__init__(f"The field “{name}” ({word}) is switched off. Ask without it, or have it switched on.")
        self.word, self.name = word, name


class OwnDimension(str):
    """A custom field that facts are told apart by; its members are the texts of its values."""

    field: CustomField
    label: str
    trait: CustomTrait


def is_own(name: str) -> bool:
    """Whether a word may mean a custom field."""
    return name.startswith(tuple(PREFIXES))


def takes_own(metric: Metric, dimension: str) -> bool:
    """Whether a metric can be told apart by a custom field: what its facts, or their accounts, have."""
    return isinstance(dimension, OwnDimension) and families_of(metric) <= KNOWN_TO[Entity(dimension.field.entity)]


def own_require(words: Iterable[str]) -> None:
    """Raises: SwitchedOff where a word means a field that is switched off. One query where one may."""
    asked = {word.partition("=")[0] for word in words if is_own(word)}
    if not asked:
        return
    for field in fields_of(*PREFIXES.values(), with_off=True):
        if field.is_off and _word(field) in asked:
            raise SwitchedOff(_word(field), field.name)


def own_dimensions(metric: Metric | None = None, *, with_off: bool = False) -> dict[str, Dimension]:
    """Every custom field that facts, or those of one metric, can be told apart by, by its word; without those that are
    switched off. One query."""
    made = [
        _made(_word(field), field)
        for field in fields_of(*PREFIXES.values(), with_off=with_off)
        if field.type != CustomField.Type.PERSON
    ]
    # a dimension by all that the selectors ask of one: a text that names it, and its trait
    return {str(each): cast(Dimension, each) for each in made if metric is None or takes_own(metric, each)}


def _word(field: CustomField) -> str:
    return next(prefix for prefix, entity in PREFIXES.items() if entity == field.entity) + field.key


def _made(name: str, field: CustomField) -> OwnDimension:
    dimension = OwnDimension(name)
    dimension.field, dimension.label, dimension.trait = field, field.name, custom_trait(field)
    return dimension
