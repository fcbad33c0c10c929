"""Sample contexts of every component, made up, with what breaks layouts: empty, long, large, negative, undefined."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from spm.gallery.samples.content import content_sections
from spm.gallery.samples.figures import figure_sections, why_pairs
from spm.gallery.samples.forms import form_sections
from spm.gallery.samples.state import Section, State
from spm.gallery.samples.tables import table_sections, why_table

ICONS = re.findall(r'<symbol id="([a-z-]+)"', (Path(settings.BASE_DIR) / "static/icons/sprite.svg").read_text())
MAKERS: tuple[Callable[[Mapping[str, Any]], list[Section]], ...] = (
    figure_sections,
    table_sections,
    form_sections,
    content_sections,
)


def sections(query: Mapping[str, Any]) -> list[Section]:
    """All sections; `query` lets the sample table really sort."""
    return [section for make in MAKERS for section in make(query)]


__all__ = ["ICONS", "Section", "State", "sections", "why_pairs", "why_table"]
