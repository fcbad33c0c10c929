"""What a deal can be told apart by beyond its owner and product: where the value stands and what has to be joined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metrics.facts import DEALS
from metrics.selectors.own import OwnDimension
from metrics.selectors.question import Dimension, Member, Question

ACCOUNT = "LEFT JOIN crm_account account ON account.id = o.account_id"


@dataclass(frozen=True)
class Trait:
    """The value of a dimension as SQL over a deal `o`; 0 or an empty text where there is none."""

    value: str
    type: str = "text"
    join: str = ""


TRAITS: dict[Dimension, Trait] = {
    Dimension.ACCOUNT: Trait("coalesce(o.account_id, 0)", "bigint"),
    Dimension.REGION: Trait("coalesce(account.region, '')", join=ACCOUNT),
    Dimension.INDUSTRY: Trait("coalesce(account.industry, '')", join=ACCOUNT),
    Dimension.SOURCE: Trait("o.lead_source"),
    Dimension.STAGE: Trait("o.stage_id", "bigint"),
}


def trait_of(dimension: Dimension) -> Trait | None:
    """Where the values of a dimension stand; None for those of the rollups."""
    if isinstance(dimension, OwnDimension):
        return Trait(dimension.trait.value, join=dimension.trait.join)
    return TRAITS.get(dimension)


def column_of(dimension: Dimension) -> str:
    """What a dimension's column is called in a relation of facts."""
    return f"{dimension}_id"


def array_type(dimension: Dimension) -> str:
    """The SQL type of a list of a dimension's values."""
    trait = trait_of(dimension)
    return f"{trait.type if trait else 'bigint'}[]"


def trait_columns(traits: Sequence[Dimension]) -> str:
    """The values as further columns of the events of deals."""
    found = [(each, trait_of(each)) for each in traits]
    return "".join(f", {trait.value} AS {column_of(each)}" for each, trait in found if trait)


def deals_with(traits: Iterable[Dimension]) -> str:
    """The deals, joined to what their values stand in."""
    found = [trait_of(each) for each in traits]
    return " ".join(dict.fromkeys([DEALS, *(trait.join for trait in found if trait and trait.join)]))


def kept(question: Question) -> list[tuple[Dimension, list[Member]]]:
    """Which values of which dimensions a question is about."""
    found: list[tuple[Dimension, list[Member]]] = []
    if question.scope.product_ids is not None:
        found.append((Dimension.PRODUCT, list(question.scope.product_ids)))
    return [*found, *((dimension, list(values)) for dimension, values in question.scope.traits)]
