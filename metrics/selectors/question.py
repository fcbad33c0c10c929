"""What can be asked: metrics, by what, of which days, of which deals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from kernel.period import Grain, Period
from metrics.engine.definitions import Metric


class Dimension(StrEnum):
    """What facts are told apart by, beside the day. What a deal's account is, is the account's today."""

    PERSON = "person"
    TEAM = "team"
    PRODUCT = "product"
    ACCOUNT = "account"
    REGION = "region"
    INDUSTRY = "industry"
    SOURCE = "source"
    STAGE = "stage"
    TYPE = "type"
    LOSS_REASON = "loss_reason"


WITHOUT = ""  # the value of facts that have none, where a dimension's values are words
Member = int | str  # a row's id, or the word itself


TRAITS = tuple(each for each in Dimension if each not in (Dimension.PERSON, Dimension.TEAM))
NAMED = frozenset({Dimension.PRODUCT, Dimension.ACCOUNT, Dimension.STAGE})  # traits whose members are rows with a name
ROLLED_UP = frozenset({Dimension.PERSON, Dimension.TEAM, Dimension.PRODUCT})


@dataclass(frozen=True)
class Scope:
    """Whose facts and which: empty is everybody's and every one. Several people, products, values: any of them.

    `traits` are further dimensions with the values to keep; 0 and "" are those without one.
    """

    person_ids: tuple[int, ...] | None = None
    team_id: int | None = None
    product_ids: tuple[int, ...] | None = None
    traits: tuple[tuple[Dimension, tuple[Member, ...]], ...] = ()

    def having(self, dimension: Dimension, *values: Member) -> "Scope":
        """The same with only these values of a dimension."""
        if dimension is Dimension.PRODUCT:
            return replace(self, product_ids=tuple(int(value) for value in values))
        return replace(self, traits=(*self.traits, (dimension, values)))


@dataclass(frozen=True)
class Question:
    """`by` at most one of each dimension; time is cut by a `grain` or into given periods that do not overlap (`cuts`,
    in order; rows name theirs by its first day where `cut_name` says how that is called). Without a period: all time.
    `members` names the groups that have a row where the asker knows them.

    `as_of`: the figures as they stood at the end of that day, instead of as they are known now.

    `on` is the day whose team structure open deals are counted by (they have no day of their own yet), and up to which
    quotas are due.
    """

    metrics: tuple[Metric, ...]
    on: date
    by: tuple[Dimension, ...] = ()
    grain: Grain | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    scope: Scope = Scope()
    cuts: tuple[Period, ...] = ()
    cut_name: str = ""
    members: Mapping[Dimension, Mapping[int, str]] = field(default_factory=dict)
    as_of: date | None = None

    @property
    def traits(self) -> list[Dimension]:
        """Dimensions beyond person, team and product that are asked by or kept to."""
        asked = [*self.by, *(dimension for dimension, _values in self.scope.traits)]
        return [each for each in dict.fromkeys(asked) if each not in ROLLED_UP]

    @property
    def uses_teams(self) -> bool:
        return Dimension.TEAM in self.by or self.scope.team_id is not None

    @property
    def uses_products(self) -> bool:
        return Dimension.PRODUCT in self.by or self.scope.product_ids is not None

    @property
    def uses_people(self) -> bool:
        return self.uses_teams or Dimension.PERSON in self.by or self.scope.person_ids is not None


@dataclass(frozen=True)
class Window:
    """The days a statement looks at and how it cuts them. No days at all: every deal, dated or not."""

    starts_on: date | None
    ends_before: date | None
    cuts: tuple[Period, ...] = ()
