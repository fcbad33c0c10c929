"""Tables, pages, key values, people."""

from collections.abc import Mapping
from decimal import Decimal as D
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from people.components import (
    Action,
    Cell,
    Choice,
    Column,
    Delta,
    Empty,
    Pages,
    PersonChip,
    Progress,
    Row,
    Sparkline,
    Status,
    Table,
    sort_rows,
)
from people.templatetags.pieces import person
from spm.gallery.samples.state import Section, State

TEAM = [
    ("Anna Snelling", "West", D("275056"), D("0.619048"), D("-0.021"), D(48), D("1.043"), "good"),
    ("Boris Faz", "West", D("261631"), None, None, None, D("0.81"), "warn"),
    (
        "Cecily Lampkin-Featherstonehaugh",
        "Central, named accounts",
        D("-4120"),
        D("0.58"),
        D("0.034"),
        D(61),
        D("0.42"),
        "bad",
    ),
    ("Darcel Schlecht", "Central", D("1153214"), D("0.632"), D("0.112"), D(39), D("2.306"), "good"),
    ("مريم", "East", D("98000"), D("0.5"), D("0"), D(55), D("0.92"), "warn"),
]
WORDS = {"good": "On track", "warn": "Watch", "bad": "Needs help"}


def table_sections(query: Mapping[str, Any]) -> list[Section]:
    """The sections of this file."""
    return [
        Section(
            _("Table"),
            _("Sorts by its headings, numbers to the right; on a phone it scrolls or stacks."),
            _tables(query),
        ),
        Section(_("Pages"), _("Which part of a long list is shown."), _pages()),
        Section(_("Key values"), _("Facts about one thing."), _keyvalues()),
        Section(_("Person"), _("Initials, name and seat."), _people(), is_narrow=True),
    ]


def _team(query: Mapping[str, Any]) -> Table:
    columns = [
        Column("name", _("Person"), is_sortable=True),
        Column("bookings", _("Bookings"), "money", "USD", is_sortable=True),
        Column("win_rate", _("Win rate"), "percent", is_sortable=True),
        Column("cycle", _("Cycle"), "days", is_sortable=True, hint=_("median")),
        Column("trend", _("Trend"), "number"),
        Column("attainment", _("Attainment"), "percent", is_sortable=True),
        Column("state", _("State")),
    ]
    keys = {
        name: (lambda line, n=n: line[n])
        for name, n in {"name": 0, "bookings": 2, "win_rate": 3, "cycle": 5, "attainment": 6}.items()
    }
    sort = str(query.get("sort", "-bookings"))
    rows = [_team_row(line) for line in sort_rows(TEAM, sort, keys, "-bookings")]
    footer = Row(
        [
            Cell(text=_("Team")),
            Cell(D("1783781")),
            Cell(D("0.59")),
            Cell(D(46)),
            Cell(text=" "),
            Cell(D("1.1")),
            Cell(text=" "),
        ]
    )
    return Table("team", _("Team, this quarter"), columns, rows, footer, sort, query, is_caption_hidden=True)


def _team_row(line: tuple[Any, ...]) -> Row:
    name, detail, bookings, win_rate, change, cycle, attainment, tone = line
    return Row(
        [
            Cell(person=PersonChip(name, detail, "#person")),
            Cell(bookings, href="#deals", key=f"{name}-bookings"),
            Cell(
                win_rate,
                delta=Delta(change, _("previous quarter"), "points", "percent"),
                reason="" if win_rate else _("No deal decided"),
            ),
            Cell(cycle),
            Cell(trend=Sparkline([3, 5, 4, 6, 5, 7])),
            Cell(progress=Progress(_("Attainment"), attainment, D(1), pace=D("0.58"), is_small=True)),
            Cell(status=Status(WORDS[tone], tone)),
        ]
    )


def _deals(table_id: str, is_stacked: bool) -> Table:
    columns = [
        Column("deal", _("Deal")),
        Column("account", _("Account")),
        Column("stage", _("Stage")),
        Column("amount", _("Amount"), "money_exact", "USD"),
        Column("action", _("Actions"), is_label_hidden=True),
    ]
    rows = [
        Row(
            [
                Cell(text="Kan-code · MG Special"),
                Cell("Kan-code"),
                Cell(status=Status(_("Won"), "good")),
                Cell(D("55.5")),
                Cell(action=Action(_("Open"), "#", kind="quiet")),
            ],
            "#deal1",
        ),
        Row(
            [
                Cell(text="Opportunity for Donaudampfschifffahrtsgesellschaft"),
                Cell("Donaudampfschifffahrtsgesellschaft"),
                Cell(status=Status(_("Engaging"), "accent")),
                Cell(None, reason=_("No amount given")),
                Cell(action=Action(_("Open"), "#", kind="quiet")),
            ],
            "#deal2",
        ),
        Row(
            [
                Cell(text="Xx-zobam · GTK 500"),
                Cell(""),
                Cell(status=Status(_("Lost"), "bad")),
                Cell(D("12345678.90")),
                Cell(action=Action(_("Open"), "#", kind="quiet", is_disabled=True)),
            ],
            "#deal3",
            "warn",
        ),
    ]
    return Table(table_id, _("Recent deals"), columns, rows, is_stacked_on_phone=is_stacked)


def _alike() -> Table:
    columns = [
        Column("choice", _("Choose"), is_label_hidden=True),
        Column("name", _("Product")),
        Column("deals", _("Deals"), "count"),
    ]
    names = [("GTX Pro", 1480), ("GTXPro", 1480)]
    rows = [
        Row([Cell(choice=Choice("product", str(n), _("Choose %(name)s") % {"name": name})), Cell(name), Cell(deals)])
        for n, (name, deals) in enumerate(names)
    ]
    return Table("alike", _("Names that look alike"), columns, rows)


def why_table() -> Table:
    """The rows behind a sample figure."""
    columns = [Column("deal", _("Deal")), Column("amount", _("Amount"), "money", "USD")]
    return Table(
        "why-rows",
        _("The rows behind it"),
        columns,
        [Row([Cell(text="Kan-code"), Cell(D(4821))]), Row([Cell(text="Plexzap"), Cell(D(590))])],
    )


def _tables(query: Mapping[str, Any]) -> list[State]:
    empty = Empty(
        _("No deals match these filters"),
        _("Take a filter away, or look at a longer period."),
        "filter",
        [Action(_("Clear the filters"), "#")],
    )
    columns = [Column("name", _("Deal")), Column("amount", _("Amount"), "money", "USD")]
    return [
        State(_("Sorts, compares, totals"), "table", {"table": _team(query)}),
        State(_("Rows that lead somewhere; cards on a phone"), "table", {"table": _deals("deals", True)}),
        State(_("Rows that can be chosen"), "table", {"table": _alike()}),
        State(_("Empty"), "table", {"table": Table("empty-table", _("Deals"), columns, [], empty=empty)}),
        State(_("No rows, no advice"), "table", {"table": Table("bare-table", _("Deals"), columns, [])}),
        State(
            _("Loading"),
            "table",
            {
                "table": Table(
                    "loading-table", _("Deals"), columns, [Row([Cell(text="…"), Cell(None)])], is_loading=True
                )
            },
        ),
    ]


def _pages() -> list[State]:
    pages = Paginator(range(8800), 50)
    return [
        State(_("In the middle"), "pages", {"pages": Pages(pages.page(3), {"q": "kan", "page": "3"}), "target": ""}),
        State(_("Only one page"), "pages", {"pages": Pages(Paginator(range(7), 50).page(1)), "target": ""}),
    ]


def _keyvalues() -> list[State]:
    pairs = [
        (_("Owner"), "Anna Snelling", "#"),
        (_("Amount"), "$4,821.00"),
        (_("Close date"), "20 Nov 2026"),
        (_("Next step"), ""),
        (_("Source record"), "1C1I7A6R · line 2 of sales_pipeline.csv"),
    ]
    return [State(_("Usual"), "keyvalues", {"pairs": pairs, "label": _("Deal")})]


def _people() -> list[State]:
    return [
        State(_("With a seat"), person, {"chip": PersonChip("Maya Okafor", _("Rep, North"), "#")}),
        State(_("Small"), person, {"chip": PersonChip("Bob", is_small=True)}),
        State(
            _("Long"),
            person,
            {
                "chip": PersonChip(
                    "Maria del Carmen Fernández de la Vega Sanz", _("Regional manager for enterprise accounts")
                )
            },
        ),
        State(_("Right to left"), person, {"chip": PersonChip("محمد علي", _("Rep"))}),
    ]
