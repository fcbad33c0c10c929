"""The small pieces that stand in a page by the hundred: written here, because a template for each costs several times more."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from people.components.figures import Delta, Sparkline
from people.components.pieces import PersonChip
from people.templatetags.page import icon

register = template.Library()
NOTHING = SafeString()
SILENT = mark_safe(' aria-hidden="true"')


@register.simple_tag
def delta(change: Delta) -> SafeString:
    """A change against a comparison: arrow and size to see, a sentence to hear, and whether it may be chance."""
    return format_html(
        '<span class="delta delta--{}">{}<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>{}</span>',
        change.tone,
        NOTHING if change.change is None else icon(change.icon),
        change.size,
        change.words,
        _noise() if change.is_noise else NOTHING,
    )


@register.simple_tag
def sparkline(trend: Sparkline) -> SafeString:
    """A trend small enough for a tile; decoration beside a figure that says it in words."""
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" preserveAspectRatio="none" focusable="false"{}>{}{}{}</svg>',
        trend.width,
        trend.height,
        format_html(' role="img" aria-label="{}"', trend.label) if trend.label else SILENT,
        format_html('<polygon class="sparkline__area" points="{}"></polygon>', trend.area) if trend.area else NOTHING,
        format_html_join(
            "", '<polyline class="sparkline__line" points="{}"></polyline>', ((line,) for line in trend.lines)
        ),
        format_html('<line class="sparkline__end" x1="{0}" y1="{1}" x2="{0}" y2="{1}"></line>', *trend.end)
        if trend.end
        else NOTHING,
    )


@register.simple_tag
def person(chip: PersonChip) -> SafeString:
    """Somebody, with initials and one line about the seat."""
    tag = format_html('a class="person__name" href="{}"', chip.href) if chip.href else 'span class="person__name"'
    return format_html(
        '<span class="person{}"><span class="person__initials person__initials--{}" aria-hidden="true">{}</span>'
        '<span class="person__words"><{}><bdi>{}</bdi></{}>{}</span></span>',
        " person--small" if chip.is_small else "",
        chip.hue,
        chip.initials,
        tag,
        chip.name,
        "a" if chip.href else "span",
        format_html(' <span class="person__detail">{}</span>', chip.detail) if chip.detail else NOTHING,
    )


def _noise() -> SafeString:
    return format_html(
        '<abbr class="delta__noise" title="{}">{}</abbr>',
        _("Too few deals to tell this from chance"),
        _("within noise"),
    )
