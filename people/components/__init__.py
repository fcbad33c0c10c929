"""What the templates in `templates/components/` take: frozen values that a view builds and a template shows.

A view names a value, its unit and what it is compared with; the component decides how that reads.
 `docs/design-system.md` lists them; `/design/` shows each in every state.
"""

from people.components.charts import Chart, Series
from people.components.figures import Delta, Figure, Progress, Sparkline, Stat
from people.components.pieces import (
    Action,
    Callout,
    Crumb,
    Empty,
    Event,
    JobProgress,
    PersonChip,
    Status,
    Step,
    Tab,
)
from people.components.tables import Cell, Choice, Column, Pages, Row, Table, sort_rows

__all__ = [
    "Action",
    "Callout",
    "Cell",
    "Chart",
    "Choice",
    "Column",
    "Crumb",
    "Delta",
    "Empty",
    "Event",
    "Figure",
    "JobProgress",
    "Pages",
    "PersonChip",
    "Progress",
    "Row",
    "Series",
    "Sparkline",
    "Stat",
    "Status",
    "Step",
    "Tab",
    "Table",
    "sort_rows",
]
