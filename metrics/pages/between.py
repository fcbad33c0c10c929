"""Why a figure between the rows of a table and their total is what it is: the middle one of the rows, or what is left."""

from decimal import Decimal

from django.utils.translation import gettext as _

from metrics.engine.definitions import Metric
from metrics.pages import links
from metrics.pages.access import number_of
from metrics.pages.company import company_sides
from metrics.pages.figures import cell_of, column_of, unit_of
from metrics.pages.frame import Asked, Head, days_of
from metrics.pages.table import COLUMNS, MIDDLE, REST, Sides
from metrics.pages.team import team_sides
from metrics.pages.why import Why, metric_named
from people import formats
from people.components import Action, Cell, Column, Empty, Row, Table


class NoSuchFigure(Exception):
    """Tables have no figure of this name."""


def between(asked: Asked) -> Why:
    """Raises: NoMetric, NoSuchFigure, PermissionDenied, ObjectDoesNotExist for what is out of sight. Nine queries."""
    metric, what = metric_named(asked.query.get("metric", "")), asked.query.get("what", "")
    team = asked.query.get("team", "")
    sides = team_sides(asked, number_of(team)) if team else company_sides(asked)
    if what not in (REST, MIDDLE) or metric not in COLUMNS:
        raise NoSuchFigure(what)
    currency, value = asked.viewer.organization.currency, _value(sides, metric, what)
    days, middle = days_of(asked), _("Median")
    return Why(
        head=Head.of(_("Why this number"), asked, days),
        label=f"{_(metric.label)}: {sides.rest_label if what == REST else middle}",
        text=formats.figure(value, unit_of(metric), currency),
        reason="" if value is not None else _("There is nothing to count in these days."),
        sentence=_sentence(what),
        pairs=[
            (_("Of whom"), sides.total_label),
            (_("Days"), days.choice.label),
            (_("In all"), formats.figure(sides.total[metric.name].value, unit_of(metric), currency)),
            (_("Rows"), formats.number(len(sides.rows))),
        ],
        notes="",
        rows=_rows(sides, metric),
        actions=[
            Action(_("Why the total"), links.why(metric, sides.total_subject, sides.choice), "help", is_drawer=True)
        ],
    )


def _value(sides: Sides, metric: Metric, what: str) -> Decimal | None:
    if what == MIDDLE:
        return sides.middle(metric)
    found = sides.rest(metric)
    return found.value if found else Decimal(0)


def _sentence(what: str) -> str:
    if what == MIDDLE:
        return _("The middle one of the figures in the rows: half of them are higher, half are lower.")
    return _("What the total holds beyond the rows: what belongs to none of them in these days.")


def _rows(sides: Sides, metric: Metric) -> Table:
    """The rows it stands between, the largest first."""
    known = [side for side in sides.rows if metric.name in side.values]
    ordered = sorted(
        known, key=lambda side: (side.values[metric.name].value is None, -(side.values[metric.name].value or 0))
    )
    return Table(
        "why-rows",
        _("The rows of the table"),
        [Column("name", _("Name")), column_of(metric, sides.currency, is_sortable=False)],
        [
            Row(
                [
                    Cell(text=side.subject.name, detail=side.detail),
                    cell_of(metric, side.values[metric.name], why=links.why(metric, side.subject, sides.choice)),
                ]
            )
            for side in ordered
        ],
        empty=Empty(_("No rows"), _("Choose other days."), "table"),
    )
