"""Any metric by person, team, product, month or quarter: the page twin of `manage.py metrics`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from kernel.period import Grain, Period
from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value
from metrics.engine.parts import Basis
from metrics.forms import ExplorerForm
from metrics.pages import ask, links
from metrics.pages.access import access_slice, people_choices, team_choices, trait_words
from metrics.pages.figures import cell_of, column_of, figure_of, unit_of
from metrics.pages.frame import Asked, Days, Head, days_of
from metrics.pages.periods import ALL, Choice, grain_words, period_words, short_words
from metrics.pages.switcher import Switcher
from metrics.pages.why import metric_named
from metrics.selectors.answer import Row as Figures
from metrics.selectors.own import own_dimensions, own_require
from metrics.selectors.question import TRAITS, Dimension
from metrics.selectors.structure import account_words, product_choices
from metrics.selectors.subject import Subject
from metrics.selectors.sums.traits import dimensions_of
from metrics.words import Definition, definition, dimension_words, member_words, without_words
from people.components import (
    Action,
    Cell,
    Chart,
    Column,
    Crumb,
    Empty,
    Figure,
    Pages,
    Row,
    Series,
    Table,
    sort_rows,
)
from people.viewer import Viewer

DRAWN = 20  # bars of a chart of people, teams or products
PAGE = 50
GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


@dataclass(frozen=True)
class Explored:
    """A metric, whose, which days, told apart by what: the question and its rows."""

    metric: Metric
    subject: Subject
    days: Days
    by: str
    rows: list[Figures]
    total: Value
    own: Mapping[str, Dimension] = field(default_factory=dict)  # custom fields, by their words
    as_of: date | None = None

    @property
    def dimension(self) -> Dimension | None:
        """What the rows are told apart by, unless by time."""
        return Dimension(self.by) if self.by in list(Dimension) else self.own.get(self.by)

    @property
    def by_words(self) -> str:
        return dimension_words(self.dimension) if self.dimension is not None else grain_words(self.by)

    @property
    def choice(self) -> Choice:
        return self.days.choice

    def name(self, row: Figures) -> str:
        """What a row is called."""
        if row.period is not None:
            return period_words(self.choice.calendar, Grain(self.by), row.period)
        name = row.names.get(self.by)
        if not name:
            return without_words(self.dimension) if self.dimension is not None else ""
        return member_words(self.dimension, name)

    def subject_of(self, row: Figures) -> Subject:
        """Whose a row is, and of which product, account, …"""
        subject = self.subject
        for dimension, member in row.ids.items():
            if dimension is Dimension.PERSON:
                subject = replace(subject, name=self.name(row), person_id=member)
            elif dimension is Dimension.TEAM:
                subject = replace(subject, name=self.name(row), team_id=member)
            else:
                subject = subject.having(dimension, member)
        return subject

    def href(self, row: Figures) -> str:
        """Why a row is what it is."""
        period = row.period or self.days_of_open_deals
        return links.why(self.metric, self.subject_of(row), self.choice, period)

    def closer_href(self, row: Figures) -> str:
        """The same metric, of this row only."""
        if row.period is not None:
            return ""
        return links.explorer(self.metric, self.subject_of(row), **self.choice.query)

    @property
    def total_href(self) -> str:
        """Why the total is what it is."""
        return links.why(self.metric, self.subject, self.choice, self.days_of_open_deals)

    @property
    def days_of_open_deals(self) -> Period | None:
        """Open deals are kept to days only where some were asked for."""
        return self.choice.period if self.metric.basis is Basis.DUE and self.choice.key != ALL else None


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
    """The rows of a metric as the query asks for them. Raises: NoMetric, ObjectDoesNotExist. Seventeen queries."""
    metric, viewer, query = metric_named(name), asked.viewer, asked.query
    subject = access_slice(asked)
    own = own_dimensions(metric)
    known = {*dimensions_of(metric), *own.values()}
    subject = replace(subject, traits=tuple(each for each in subject.traits if each[0] in known))
    default = ALL if metric.basis is Basis.DUE else Grain.YEAR
    days = days_of(asked, default=default)
    own_require([query.get("by", "")])
    offered = [key for key, _words in by_choices(metric, subject, own)]
    by = query.get("by", "") if query.get("by", "") in offered else offered[0]
    dimension = Dimension(by) if by in list(Dimension) else own.get(by)
    grain = None if dimension else Grain(by)
    as_of = days.choice.as_of
    rows = ask.rows_of(viewer, subject.scope, [metric], days.choice, dimension, grain, as_of)
    [total] = ask.rows_of(viewer, subject.scope, [metric], days.choice, as_of=as_of)
    return Explored(metric, subject, days, by, _open_to(viewer, subject, rows), total.figure, own, as_of)


def by_choices(metric: Metric, subject: Subject, own: Mapping[str, Dimension]) -> list[tuple[str, str]]:
    """What the rows of a metric may be told apart by; a single person has neither people nor teams below."""
    known = dimensions_of(metric)
    dimensions = [each for each in known if each in TRAITS] if subject.person_id is not None else known
    return [
        *[(grain.value, grain_words(grain)) for grain in GRAINS],
        *[(dimension.value, dimension_words(dimension)) for dimension in dimensions],
        *[(name, dimension_words(dimension)) for name, dimension in own.items()],
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
            why=explored.total_href,
        ),
        definition=words,
        chart=_chart(explored, currency),
        table=_table(asked, explored, currency),
    )


def _form(asked: Asked, explored: Explored) -> ExplorerForm:
    viewer, subject = asked.viewer, explored.subject
    return ExplorerForm(
        {"by": explored.by, "as_of": explored.as_of, **links.subject_query(subject), **explored.choice.query},
        by=by_choices(explored.metric, subject, explored.own),
        teams=team_choices(viewer),
        people=people_choices(viewer),
        products=product_choices(),
        regions=account_words("region"),
        industries=account_words("industry"),
        kept=_kept(subject),
        everybody=viewer.sees_everyone,
    )


def _kept(subject: Subject) -> dict[str, tuple[str, str]]:
    """What the rows are kept to beyond the lists of the form. One query a dimension with names."""
    listed = (Dimension.PRODUCT, Dimension.REGION, Dimension.INDUSTRY)
    others = tuple((dimension, value) for dimension, value in subject.traits if value and dimension not in listed)
    words = trait_words(replace(subject, traits=others))
    found = {str(dimension): each for (dimension, _value), each in zip(others, words, strict=True)}
    missing = [without_words(dimension) for dimension, value in subject.traits if not value]
    return {**found, "without": (_("Only those"), ", ".join(missing))} if missing else found


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
        _("%(metric)s by %(by)s") % {"metric": _(metric.label), "by": explored.by_words.lower()},
        summary,
        names,
        [series] if known else [],
        unit_of(metric),
        currency if unit_of(metric) == "money" else "",
        explored.by_words,
        "v" if is_time else "h",
        size="medium" if is_time or len(rows) < 12 else "tall",
        empty=Empty(_("Nothing to count in these days"), _("Choose other days, or take a filter away."), "chart"),
        opens_drawer=True,
    )


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
    columns = [Column("name", explored.by_words, is_sortable=True), column_of(metric, currency)]
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
        footer=Row([Cell(text=_("Total")), *_cells(explored.metric, explored.total, has_parts, explored.total_href)]),
        sort=sort,
        query=asked.query,
        path=asked.path,
        pages=Pages(page, asked.query, asked.path) if paginator.num_pages > 1 else None,
        is_caption_hidden=True,
    )


def _row(explored: Explored, row: Figures, has_parts: bool) -> Row:
    cells = _cells(explored.metric, row.figure, has_parts, explored.href(row))
    return Row([Cell(text=explored.name(row), href=explored.closer_href(row)), *cells])


def _cells(metric: Metric, value: Value, has_parts: bool, href: str) -> list[Cell]:
    parts = [Cell(value.numerator), Cell(value.denominator)] if has_parts else []
    return [cell_of(metric, value, why=href), *parts]
