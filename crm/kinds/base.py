"""What every kind of import does: compare the rows of a file with what is there, then write them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from crm.engine.convert import Reading
from crm.engine.fields import Shape
from crm.engine.problem import Unreadable
from crm.intake.differences import Differences
from crm.intake.table import IntakeTable
from crm.intake.wording import value_sentence
from crm.models import ImportBatch
from crm.selectors.later import Trail, members_of
from kernel.issue import IssueCollector, Level
from people.models import Organization, Person

MOST_TOLD = 1_000  # values of one problem that are told one by one
PLACE = "\N{SYMBOL FOR UNIT SEPARATOR}"  # stands for a value in a sentence that the database completes


@dataclass
class Intake:
    """One file being compared or applied. `batch` is None while nothing is written."""

    organization: Organization
    source: str
    readings: Sequence[Reading]
    table: IntakeTable
    issues: IssueCollector
    at: datetime
    on: date  # the organization's today
    batch: ImportBatch | None = None
    actor: Person | None = None
    is_snapshot: bool = False
    is_all_or_nothing: bool = False
    removed: list[Differences] = field(default_factory=list)  # of a preview: what a full snapshot would take away
    fields: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.fields = frozenset(reading.field.name for reading in self.readings)

    @property
    def params(self) -> dict[str, Any]:
        """What the statements of kinds refer to."""
        return {
            "source": self.source,
            "currency": self.organization.currency,
            "time_zone": self.organization.time_zone,
            "batch": self.batch.pk if self.batch else None,
            "at": self.at,
            "on": self.on,
        }

    def execute(self, sql: str) -> int:
        return self.table.execute(sql, self.params)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.table.rows(sql, self.params)

    def warn(self, code: str, count: int, row: int | None, *, field: str = "", value: str = "", **words: str) -> None:
        """Tell something that does not stop the rows."""
        if count:
            sentence = value_sentence(code, value=value, **words)
            self.issues.add(
                Level.WARNING, code, sentence, row=row, field=field or None, value=value or None, count=count
            )


class Kind:
    """A kind of file. Subclasses say what it holds (`shape`) and how its rows are compared and written."""

    shape: ClassVar[Shape]
    label: ClassVar[Any]
    has_snapshot: ClassVar[bool] = False
    id_column = "f_id"

    @property
    def table(self) -> str:
        """The database table of what a row is."""
        return f"crm_{self.shape.kind}"

    @property
    def trail(self) -> Trail:
        """How it is known that a record was changed after a batch."""
        return Trail(members_of(self.table))

    def compare(self, intake: Intake) -> None:
        """Set `result` and `target_id` of every row; writes nothing but the temporary table."""
        raise NotImplementedError

    def write(self, intake: Intake) -> int:
        """Apply what `compare` found, in the transaction of the caller; how many rows were removed."""
        raise NotImplementedError

    def undo(self, batch: ImportBatch, *, actor: Person | None, at: datetime) -> None:
        """Put everything back as it was before the batch, in the transaction of the caller."""
        raise NotImplementedError


KINDS: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    """Make a kind known; a decorator."""
    KINDS[kind.shape.kind] = kind()
    return kind


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises: Unreadable."""
    if name not in KINDS:
        raise Unreadable("no_kind")
    return KINDS[name]


def shapes() -> list[Shape]:
    return [kind.shape for kind in KINDS.values()]


def refuse_where(intake: Intake, code: str, condition: str, *, field: str) -> None:
    """Refuse the rows of which a condition (SQL) is true; one issue for all of them."""
    sentence = value_sentence(code)
    ((count, first),) = intake.table.rows(
        f"""WITH refused AS (
                UPDATE {{t}} SET result = 'refused', reason = concat_ws(' ', reason, %s)
                WHERE result IS NULL AND {condition} RETURNING number
            ) SELECT count(*), min(number) FROM refused""",
        [sentence],
    )
    if count:
        intake.issues.add(Level.ERROR, code, sentence, row=first, field=field, count=count)


def empty_ids_refuse(intake: Intake, key: str) -> None:
    """A line without id and name is refused."""
    refuse_where(intake, "missing_name", f"{key} IS NULL", field="name")


def repeated_ids_refuse(intake: Intake, key: str) -> None:
    """A repeated line counts once; another line with the same id is refused. `key` is SQL over the row."""
    repeated = intake.table.execute(
        f"""WITH first AS (
                SELECT DISTINCT ON ({key}) {key} AS key, number, raw FROM {{t}}
                WHERE result IS NULL AND {key} IN (
                    SELECT {key} FROM {{t}} WHERE result IS NULL GROUP BY 1 HAVING count(*) > 1
                ) ORDER BY {key}, number
            )
            UPDATE {{t}} t SET result = CASE WHEN t.raw = first.raw THEN 'unchanged' ELSE 'refused' END,
                reason = CASE WHEN t.raw <> first.raw THEN replace(%s, %s, left(first.key, 300)) END,
                is_repeated = true
            FROM first WHERE t.result IS NULL AND {key} = first.key AND t.number > first.number""",
        [value_sentence("duplicate_id", value=PLACE), PLACE],
    )
    if not repeated:
        return
    for value, result, first, count in intake.rows(
        f"SELECT {key}, result, min(number), count(*) FROM {{t}} WHERE is_repeated GROUP BY 1, 2"
        f" ORDER BY 3 LIMIT {MOST_TOLD}"
    ):
        code = "duplicate_id" if result == "refused" else "duplicate_row"
        level = Level.ERROR if result == "refused" else Level.WARNING
        sentence = value_sentence(code, value=value)
        intake.issues.add(level, code, sentence, row=first, field="id", value=value, count=count)


def reasons_write(intake: Intake, reasons: Sequence[tuple[int, str]]) -> None:
    """Put a reason beside refused lines."""
    for start in range(0, len(reasons), 1_000):
        part = reasons[start : start + 1_000]
        intake.table.execute(
            "UPDATE {t} SET reason = r.reason, result = 'refused'"
            " FROM unnest(%s::integer[], %s::text[]) AS r (number, reason) WHERE {t}.number = r.number",
            [[number for number, _ in part], [reason for _, reason in part]],
        )
