"""What a deal can be told apart by beyond its owner and product: where the value stands and what has to be joined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from metrics.engine.definitions import Metric, families_of
from metrics.engine.parts import Family
from metrics.facts import DEALS
from metrics.happenings import ACTIVITIES, LEADS
from metrics.selectors.own import OwnDimension
from metrics.selectors.question import Dimension, Member, Question
from metrics.selectors.sums.looking_back import facts_then, value_then

ACCOUNT = "LEFT JOIN crm_account account ON account.id = o.account_id"


@dataclass(frozen=True)
class Trait:
    """The value of a dimension as SQL over a deal `o`; 0 or an empty text where there is none."""

    value: str
    type: str = "text"
    join: str = ""


OF_ACCOUNT = {
    Dimension.ACCOUNT: Trait("coalesce(o.account_id, 0)", "bigint"),
    Dimension.REGION: Trait("coalesce(account.region, '')", join=ACCOUNT),
    Dimension.INDUSTRY: Trait("coalesce(account.industry, '')", join=ACCOUNT),
}
OF_DEALS = {
    **OF_ACCOUNT,
    Dimension.SOURCE: Trait("o.lead_source"),
    Dimension.STAGE: Trait("coalesce(o.stage_id, 0)", "bigint"),
    Dimension.TYPE: Trait("o.deal_type"),
    Dimension.LOSS_REASON: Trait("o.loss_reason"),
}
HISTORY = {Dimension.TYPE: "deal_type", Dimension.LOSS_REASON: "loss_reason"}  # what their changes are kept as
TRAITS: dict[Family, dict[Dimension, Trait]] = {
    Family.DEALS: OF_DEALS,
    Family.TOUCHES: {**OF_DEALS, Dimension.PRODUCT: Trait("coalesce(o.product_id, 0)", "bigint")},
    Family.UPKEEP: {**OF_DEALS, Dimension.PRODUCT: Trait("coalesce(o.product_id, 0)", "bigint")},
    Family.LEADS: {**OF_ACCOUNT, Dimension.SOURCE: Trait("o.lead_source")},
    Family.ACTIVITIES: {**OF_ACCOUNT, Dimension.TYPE: Trait("o.type")},
}
TABLES = {
    Family.DEALS: DEALS,
    Family.TOUCHES: DEALS,
    Family.UPKEEP: DEALS,
    Family.LEADS: LEADS,
    Family.ACTIVITIES: ACTIVITIES,
}
OF_DEAL = frozenset({Family.DEALS, Family.TOUCHES, Family.UPKEEP})  # families that are read from deals
WORDS = frozenset({Dimension.REGION, Dimension.INDUSTRY, Dimension.SOURCE, Dimension.TYPE, Dimension.LOSS_REASON})


def dimensions_of(metric: Metric) -> tuple[Dimension, ...]:
    """What a metric can be told apart by: what all its families of facts know."""
    families = families_of(metric)
    found = {Dimension.PERSON, Dimension.TEAM}
    found |= {each for each in Dimension if all(each in TRAITS.get(family, {}) for family in families)}
    if families <= OF_DEAL:
        found.add(Dimension.PRODUCT)
    return tuple(each for each in Dimension if each in found)


def trait_of(family: Family, dimension: Dimension, as_of: date | None = None) -> Trait:
    """Where the values of a dimension stand; those of deals as they stood on a past day."""
    if isinstance(dimension, OwnDimension):
        trait = Trait(dimension.trait.value, join=dimension.trait.join)
        name = f"field:{dimension.field.pk}" if dimension.field.entity == "opportunity" else ""
    else:
        trait, name = TRAITS[family][dimension], HISTORY.get(dimension, "")
    if as_of is None or not name or family not in OF_DEAL:
        return trait
    return replace(trait, value=value_then(name, trait.value, as_of))


def column_of(dimension: Dimension) -> str:
    """What a dimension's column is called in a relation of facts."""
    return f"{dimension}_id"


def array_type(dimension: Dimension) -> str:
    """The SQL type of a list of a dimension's values."""
    if isinstance(dimension, OwnDimension):
        return "text[]"
    return "text[]" if dimension in WORDS else "bigint[]"


def trait_columns(family: Family, traits: Sequence[Dimension], as_of: date | None = None) -> str:
    """The values as further columns of the events of facts."""
    return "".join(f", {trait_of(family, each, as_of).value} AS {column_of(each)}" for each in traits)


def facts_with(family: Family, traits: Iterable[Dimension], as_of: date | None = None) -> str:
    """The facts, as they are or as they stood, joined to what their values stand in."""
    joins = [trait_of(family, each).join for each in traits]
    return " ".join(dict.fromkeys([facts_then(family, as_of) if as_of else TABLES[family], *filter(None, joins)]))


def asked_values(question: Question) -> list[tuple[Dimension, list[Member]]]:
    """Which values of which dimensions a question is about."""
    found: list[tuple[Dimension, list[Member]]] = []
    if question.scope.product_ids is not None:
        found.append((Dimension.PRODUCT, list(question.scope.product_ids)))
    return [*found, *((dimension, list(values)) for dimension, values in question.scope.traits)]
