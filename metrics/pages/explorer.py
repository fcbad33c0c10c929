"""Any metric by person, team, product, month or quarter: the page twin of `manage.py metrics`."""

from dataclasses import dataclass, replace

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from kernel.period import Grain
from kernel.row_id import row_id
from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value
from metrics.engine.parts import Basis
from metrics.forms import ExplorerForm
from metrics.pages import ask, links
from metrics.pages.access import access_subject, people_choices, team_choices
from metrics.pages.figures import Links, cell_of, column_of, figure_of, unit_of
from metrics.pages.frame import Asked, Days, Head, days_of
from metrics.pages.periods import ALL, Choice, grain_words, period_words, short_words
from metrics.pages.switcher import Switcher
from metrics.pages.why import metric_named
from metrics.selectors.answer import Row as Figures
from metrics.selectors.question import Dimension
from metrics.selectors.structure import product_choices
from metrics.selectors.subject import Subject
from metrics.words import Definition, definition
from people.components import Action, Cell, Chart, Column, Crumb, Empty, Figure, Pages, Row, Series, Table, sort_rows
from people.viewer import Viewer

DRAWN = 20  # bars of a chart of people, teams or products
PAGE = 50
GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


@dataclass(frozen=True)
class Explored:
    """A metric, whose, which days, told apart by what: the question and its rows."""

    metric: Metric
    subject: Subject
    product_id: int | None
    days: Days
    by: str
    rows: list[Figures]
    total: Value

    @property
    def choice(self) -> Choice:
        return self.days.choice

    def name(self, row: Figures) -> str:
        """What a row is called."""
        if row.period is not None:
            return period_words(self.choice.calendar, Grain(self.by), row.period)
        return row.names.get(self.by) or _("Without")

    def subject_of(self, row: Figures) -> Subject:
        """Whose a row is."""
        if self.by == Dimension.PERSON:
            return Subject(self.name(row), person_id=row.ids[Dimension.PERSON])
        if self.by == Dimension.TEAM:
            return Subject(self.name(row), team_id=row.ids[Dimension.TEAM])
        return self.subject

    def href(self, row: Figures) -> str:
        """The deals behind a row; the house and what has no product cannot be filtered for."""
        if any(key == 0 for key in row.ids.values()):
            return ""
        product = row.ids.get(Dimension.PRODUCT, self.product_id)
        period = row.period or (None if self.choice.key == ALL else self.choice.period)
        return links.deals_of(self.metric, self.subject_of(row), period, product_id=product)


@dataclass(frozen=True)
class ExplorerPage:
    """What `metrics/metric.html` shows."""

    head: Head
    switcher: Switcher
    form: forms.Form
    figure: Figure
    definition: Definition
    chart: Chart
    table: Table


def explore(asked: Asked, name: str) -> Explored:
    """The rows of a metric as the query asks for them. Raises: NoMetric, ObjectDoesNotExist. Sixteen queries."""
    metric, viewer, query = metric_named(name), asked.viewer, asked.query
    subject = access_subject(viewer, person=query.get("person", ""), team=query.get("team", ""))
    days = days_of(asked, default=ALL if metric.basis is Basis.DUE else Grain.YEAR)
    product_id = row_id(query.get("product", ""))
    scope = replace(subject.scope, product_ids=None if product_id is None else (product_id,))
    offered = [key for key, _words in by_choices(viewer, subject)]
    by = query.get("by", "") if query.get("by", "") in offered else offered[0]
    dimension = Dimension(by) if by in list(Dimension) else None
    grain = None if dimension else Grain(by)
    rows = ask.rows_of(viewer, scope, [metric], days.choice, dimension, grain)
    [total] = ask.rows_of(viewer, scope, [metric], days.choice)
    return Explored(metric, subject, product_id, days, by, _open_to(viewer, subject, rows), total.figure)


def by_choices(viewer: Viewer, subject: Subject) -> list[tuple[str, str]]:
    """What the rows may be told apart by; a single person has neither people nor teams below."""
    groups = [] if subject.person_id else [(Dimension.PERSON, _("Person")), (Dimension.TEAM, _("Team"))]
    return [
        *[(grain.value, grain_words(grain)) for grain in GRAINS],
        *[(dimension.value, words) for dimension, words in groups],
        (Dimension.PRODUCT.value, _("Product")),
    ]


def _open_to(viewer: Viewer, subject: Subject, rows: list[Figures]) -> list[Figures]:
    """A team's own manager may not see teams above it: rows of teams are those below only."""
    if subject.team_id is None or viewer.sees_everyone:
        return rows
    return [row for row in rows if row.ids.get(Dimension.TEAM, subject.team_id) in viewer.open_team_ids]


def explorer(asked: Asked, name: str) -> ExplorerPage:
    """The page of a metric."""
    explored = explore(asked, name)
    metric, currency = explored.metric, asked.viewer.organization.currency
    words = definition(metric)
    return ExplorerPage(
        head=Head.of(
            words.label,
            asked,
            explored.days,
            subtitle=words.sentence,
            crumbs=[Crumb(_("Metrics"), links.page("metrics:catalogue")), Crumb(words.label)],
            actions=[Action(_("Download CSV"), links.same_page(f"{asked.path}rows.csv", asked.query), "export")],
        ),
        switcher=explored.days.switcher,
        form=_form(asked, explored),
        figure=figure_of(
            metric,
            explored.total,
            currency=currency,
            label=explored.subject.name,
            links=Links(
                links.deals_of(metric, explored.subject, explored.choice.period, product_id=explored.product_id),
                "" if explored.product_id else links.why(metric, explored.subject, explored.choice),
            ),
        ),
        definition=words,
        chart=_chart(explored, currency),
        table=_table(asked, explored, currency),
    )


def _form(asked: Asked, explored: Explored) -> ExplorerForm:
    viewer, subject = asked.viewer, explored.subject
    return ExplorerForm(
        {
            "by": explored.by,
            "team": subject.team_id or "",
            "person": subject.person_id or "",
            "product": explored.product_id or "",
            **explored.choice.query,
        },
        by=by_choices(viewer, subject),
        teams=team_choices(viewer),
        people=people_choices(viewer),
        products=product_choices(),
        everybody=viewer.sees_everyone,
    )


def _chart(explored: Explored, currency: str) -> Chart:
    metric, is_time = explored.metric, explored.by in GRAINS
    known = [row for row in explored.rows if row.figure.value is not None]
    rows = explored.rows if is_time else sorted(known, key=lambda row: row.figure.value or 0, reverse=True)[:DRAWN]
    names = [
        short_words(explored.choice.calendar, Grain(explored.by), row.period) if row.period else explored.name(row)
        for row in rows
    ]
    mark = "line" if is_time and metric.unit in ("ratio", "days") else "bar"
    series = Series(
        _(metric.label),
        [row.figure.value for row in rows],
        [explored.href(row) for row in rows],
        mark,  # type: ignore[arg-type]
    )
    summary = explored.choice.label
    if not is_time and len(known) > DRAWN:
        summary = _("%(label)s, the first %(n)s of %(all)s") % {"label": summary, "n": DRAWN, "all": len(known)}
    return Chart(
        "explored",
        _("%(metric)s by %(by)s") % {"metric": _(metric.label), "by": _by_words(explored.by)},
        summary,
        names,
        [series] if known else [],
        unit_of(metric),
        currency if unit_of(metric) == "money" else "",
        _by_words(explored.by).capitalize(),
        "v" if is_time else "h",
        size="medium" if is_time or len(rows) < 12 else "tall",
        empty=Empty(_("Nothing to count in these days"), _("Choose other days, or take a filter away."), "chart"),
    )


def _by_words(by: str) -> str:
    words = {"person": _("person"), "team": _("team"), "product": _("product")}
    return words.get(by) or grain_words(by).lower()


def _table(asked: Asked, explored: Explored, currency: str) -> Table:
    metric = explored.metric
    has_parts = explored.total.numerator is not None
    sort = asked.query.get("sort", "")
    keys = {
        "name": lambda row: row.period or explored.name(row).casefold(),
        metric.name: lambda row: row.figure.value,
        "numerator": lambda row: row.figure.numerator,
        "denominator": lambda row: row.figure.denominator,
    }
    paginator = Paginator(sort_rows(explored.rows, sort, keys), PAGE)
    page = paginator.get_page(asked.query.get("page"))
    columns = [Column("name", _by_words(explored.by).capitalize(), is_sortable=True), column_of(metric, currency)]
    if has_parts:
        columns += [
            Column("numerator", _("Numerator"), "number", is_sortable=True),
            Column("denominator", _("Denominator"), "number", is_sortable=True),
        ]
    return Table(
        "rows",
        _("Rows"),
        columns,
        [_row(explored, row, has_parts) for row in page.object_list],
        footer=Row([Cell(text=_("Total")), *_cells(explored.metric, explored.total, has_parts)]),
        sort=sort,
        query=asked.query,
        path=asked.path,
        pages=Pages(page, asked.query, asked.path) if paginator.num_pages > 1 else None,
        is_caption_hidden=True,
    )


def _row(explored: Explored, row: Figures, has_parts: bool) -> Row:
    cells = _cells(explored.metric, row.figure, has_parts, explored.href(row))
    return Row([Cell(text=explored.name(row)), *cells])


def _cells(metric: Metric, value: Value, has_parts: bool, href: str = "") -> list[Cell]:
    parts = [Cell(value.numerator), Cell(value.denominator)] if has_parts else []
    return [cell_of(metric, value, href=href), *parts]
