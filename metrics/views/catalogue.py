from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from metrics.words import Definition, definitions
from people.components import Cell, Column, Row, Table


@login_required
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every metric with its definition, unit, direction and date."""
    found = definitions()
    return render(request, "metrics/catalogue.html", {"definitions": found, "table": _table(found)})


def _table(found: list[Definition]) -> Table:
    columns = [
        Column("label", _("Metric")),
        Column("unit", _("Unit")),
        Column("direction", _("Better")),
        Column("basis", _("Counted on the day")),
        Column("name", _("Name in commands")),
    ]
    rows = [
        Row(
            [Cell(text=text) for text in (each.label, each.unit, each.direction, each.basis, each.name)],
            href=f"#{each.name}",
        )
        for each in found
    ]
    return Table("catalogue", _("All metrics"), columns, rows, is_stacked_on_phone=True)
