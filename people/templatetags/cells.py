"""The value of a cell. A page of numbers has hundreds, and a template for each costs more than all the rest of the page."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from people.components.tables import Cell

register = template.Library()


@register.simple_tag
def cell_value(cell: Cell, text: str) -> SafeString:
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
        '<a href="{0}" data-drawer hx-get="{0}" hx-target="#drawer-body" hx-select="[data-drawer-content]">{1}</a>',
        cell.href,
        text,
    )
