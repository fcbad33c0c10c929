"""The metric catalogue: every definition in words, beside what it says today for whoever reads it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from metrics.catalogue import CATALOGUE
from metrics.engine.definitions import Metric
from metrics.engine.parts import Basis
from metrics.pages import ask, links
from metrics.pages.access import access_subject
from metrics.pages.figures import digits_of, parts_words, unit_of
from metrics.pages.frame import Asked, Head, days_of
from metrics.pages.switcher import Switcher
from metrics.words import definition, notes_text
from people import formats
from people.components import Cell, Column, Row, Table


@dataclass(frozen=True)
class CataloguePage:
    """What `metrics/catalogue.html` shows: one table per day that deals are counted on."""

    head: Head
    switcher: Switcher
    tables: list[tuple[str, str, Table]]
    compare: tuple[()] = ()


def catalogue(asked: Asked) -> CataloguePage:
    """Every metric with its definition and the reader's own figure as a worked example. Nine queries."""
    viewer, days = asked.viewer, days_of(asked, looks_back=False)
    choice, currency = days.choice, asked.viewer.organization.currency
    subject = access_subject(viewer)
    metrics = list(CATALOGUE.values())
    values = {row.metric.name: row.figure for row in ask.rows_of(viewer, subject.scope, ask.dated(metrics), choice)}
    values |= ask.now(viewer, subject, ask.standing(metrics))

    def row(metric: Metric) -> Row:
        words, value = definition(metric), values[metric.name]
        parts = parts_words(metric, value, currency) or notes_text(value.notes)
        return Row(
            [
                Cell(text=words.label, detail=words.sentence),
                Cell(
                    text=formats.figure(value.value, unit_of(metric), currency, digits_of(metric)),
                    detail=parts,
                    href=links.why(metric, subject, choice),
                    is_drawer=True,
                    key=metric.name,
                ),
                Cell(text=_formula(words.numerator, words.denominator), detail=words.notes),
                Cell(text=words.direction),
            ],
            href=links.explorer(metric, subject),
        )

    def table(basis: Basis, title: str) -> Table:
        columns = [
            Column("label", _("Metric")),
            Column("value", subject.name, "number", hint=choice.label if basis is not Basis.DUE else _("now")),
            Column("formula", _("What it counts")),
            Column("direction", _("Better")),
        ]
        rows = [row(metric) for metric in metrics if metric.basis is basis]
        return Table(f"catalogue-{basis}", title, columns, rows, is_caption_hidden=True, is_stacked_on_phone=True)

    return CataloguePage(
        Head.of(
            _("Metrics"),
            asked,
            days,
            subtitle=_(
                "What every figure means: one definition each, the same on every page, in commands and exports."
            ),
        ),
        days.switcher,
        [(title, words, table(basis, title)) for basis, (title, words) in _titles().items()],
    )


def _titles() -> dict[Basis, tuple[str, str]]:
    return {
        Basis.CLOSED: (_("Decided deals"), _("counted on the day they closed")),
        Basis.DUE: (_("Open deals"), _("as they stand now")),
        Basis.CREATED: (_("New deals"), _("counted on the day they were created")),
        Basis.CREDITED: (_("Quotas"), _("held against what is credited on the same days")),
        Basis.LEAD_CREATED: (_("Leads"), _("counted on the day they were created")),
        Basis.OCCURRED: (_("Activities"), _("counted on the day they happened")),
    }


def _formula(numerator: str, denominator: str) -> str:
    return _("%(top)s, divided by %(bottom)s") % {"top": numerator, "bottom": denominator} if denominator else numerator
