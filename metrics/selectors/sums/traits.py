"""What a deal can be told apart by beyond its owner and product: where the value stands and what has to be joined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metrics.facts import DEALS
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


def column_of(dimension: Dimension) -> str:
    """What a dimension's column is called in a relation of facts."""
    return f"{dimension}_id"


def array_type(dimension: Dimension) -> str:
    """The SQL type of a list of a dimension's values."""
    return f"{TRAITS[dimension].type if dimension in TRAITS else 'bigint'}[]"


def trait_columns(traits: Sequence[Dimension]) -> str:
    """The values as further columns of the events of deals."""
    return "".join(f", {TRAITS[each].value} AS {column_of(each)}" for each in traits)


def deals_with(traits: Iterable[Dimension]) -> str:
    """The deals, joined to what their values stand in."""
    return " ".join(dict.fromkeys([DEALS, *(TRAITS[each].join for each in traits if TRAITS[each].join)]))


def kept(question: Question) -> list[tuple[Dimension, list[Member]]]:
    """Which values of which dimensions a question is about."""
    found: list[tuple[Dimension, list[Member]]] = []
    if question.scope.product_ids is not None:
        found.append((Dimension.PRODUCT, list(question.scope.product_ids)))
    return [*found, *((dimension, list(values)) for dimension, values in question.scope.traits)]
