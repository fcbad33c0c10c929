"""The cells of a line. A page of numbers has hundreds, and a template for each costs more than all the rest of the page."""

from collections.abc import Sequence

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from people.components.tables import Cell, Choice, Column, Row
from people.templatetags.pieces import delta, person, sparkline

register = template.Library()
NUMERIC = mark_safe(' class="is-numeric"')


@register.simple_tag
def line_cells(row: Row, line: Sequence[tuple[Column, Cell, str]], csrf_token: str = "") -> SafeString:
    """The cells of a row, the first as its heading; a row that leads somewhere is linked there."""
    cells = [_data(column, _content(cell, text, csrf_token)) for column, cell, text in line[1:]]
    return mark_safe(_heading(row, *line[0], csrf_token) + "".join(cells))  # noqa: S308  # every part is escaped


def _heading(row: Row, column: Column, cell: Cell, text: str, csrf_token: str) -> SafeString:
    content = _content(cell, text, csrf_token)
    if row.href and not cell.href and not cell.person:
        content = format_html('<a class="row-link" href="{}">{}</a>', row.href, content)
    return format_html('<th scope="row"{}>{}</th>', _numeric(column), content)


def _data(column: Column, content: SafeString) -> SafeString:
    label = SafeString() if column.is_label_hidden else format_html(' data-label="{}"', column.label)
    return format_html("<td{}{}>{}</td>", _numeric(column), label, content)


def _numeric(column: Column) -> SafeString:
    return NUMERIC if column.is_numeric else SafeString()


def _content(cell: Cell, text: str, csrf_token: str) -> SafeString:
    main = _piece(cell, csrf_token) if cell.piece else _value(cell, text)
    if cell.delta and cell.delta.change is not None:
        main += format_html('<span class="cell__delta">{}</span>', delta(cell.delta))
    if cell.detail:
        main += format_html('<span class="cell__detail">{}</span>', cell.detail)
    return main


def _piece(cell: Cell, csrf_token: str) -> SafeString:
    if cell.person:
        return person(cell.person)
    if cell.trend:
        return sparkline(cell.trend)
    if cell.choice:
        return _choice(cell.choice)
    name = "status" if cell.status else "progress" if cell.progress else "action"
    return render_to_string(f"components/{name}.html", {name: cell.piece, "csrf_token": csrf_token})


def _choice(choice: Choice) -> SafeString:
    return format_html(
        '<label class="choice"><input class="form-check-input" type="checkbox" name="{}" value="{}"{}>'
        '<span class="visually-hidden">{}</span></label>',
        choice.name,
        choice.value,
        " checked" if choice.is_chosen else "",
        choice.label,
    )


def _value(cell: Cell, text: str) -> SafeString:
    """The words or the figure of a cell, as a link where it leads somewhere, with the reason of a missing one."""
    return format_html(
        '<span class="cell__value{}{}"{}{}>{}</span>{}',
        " nowrap" if cell.is_unbroken else "",
        f" cell__value--depth-{cell.depth}" if cell.depth else "",
        format_html(' data-figure="{}"', cell.key) if cell.key else "",
        format_html(' title="{}"', cell.reason) if cell.reason else "",
        _link(cell, text) if cell.href else text,
        format_html('<span class="visually-hidden">{}</span>', cell.reason) if cell.reason else "",
    )


def _link(cell: Cell, text: str) -> SafeString:
    if not cell.is_drawer:
        return format_html('<a href="{}">{}</a>', cell.href, text)
    return format_html(
        '<a href="{0}" data-drawer hx-get="{0}" hx-target="#drawer-body" hx-swap="innerHTML"'
        ' hx-select="[data-drawer-content]">{1}</a>',
        cell.href,
        text,
    )
