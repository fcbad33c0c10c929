"""The company's numbers: its regions or teams side by side, products, the trend, and who moved most."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from metrics.catalogue.deals import REVENUE
from metrics.pages import ask, charts, compare, links, tiles
from metrics.pages.figures import cell_of, column_of
from metrics.pages.frame import Asked, Head, days_of, hats_of
from metrics.pages.periods import Choice
from metrics.pages.stages import past_due_words, pipeline_chart
from metrics.pages.start import setup_callout
from metrics.pages.switcher import Switcher
from metrics.pages.table import DATED, STANDING, Side, Sides, asked_periods, side_of
from metrics.pages.tiles import ASKED, TREND, Tiles
from metrics.selectors.movers import Move, movers
from metrics.selectors.pipeline import pipeline_by_stage
from metrics.selectors.question import Dimension
from metrics.selectors.structure import TeamNames, product_choices, top_teams
from metrics.selectors.subject import Subject, access_company_numbers
from people import formats
from people.components import (
    Action,
    Callout,
    Cell,
    Chart,
    Column,
    Delta,
    Empty,
    Figure,
    PersonChip,
    Row,
    Series,
    Tab,
    Table,
)
from people.viewer import Viewer

TOTALS = tuple(dict.fromkeys((*ASKED, *DATED)))
PRODUCTS = 10
MOVERS = 4


@dataclass(frozen=True)
class CompanyPage:
    """What `metrics/company.html` shows."""

    head: Head
    switcher: Switcher
    compare: list[Tab]
    setup: Callout | None
    figures: list[Figure]
    teams: Table
    teams_words: str
    bookings: Chart
    pipeline: Chart
    products: Chart
    movers: Table
    movers_words: str


def company(asked: Asked) -> CompanyPage:
    """Raises: PermissionDenied for roles that do not see everyone. Fourteen queries at most."""
    viewer, currency = asked.viewer, asked.viewer.organization.currency
    subject, days = access_company_numbers(asked.viewer), days_of(asked, has_picker=True)
    choice = days.choice
    by_period = ask.by_period(viewer, subject, TOTALS, choice.windows, choice.as_of, choice.ever)
    values = {**by_period[choice.period], **ask.now(viewer, subject, tiles.STANDING, choice.as_of)}
    trend = ask.by_period(viewer, subject, TREND, charts.trend_periods(choice), choice.as_of)
    stages = pipeline_by_stage(viewer.organization, subject, choice.chosen, choice.as_of)
    key = compare.chosen(asked, choice)
    return CompanyPage(
        head=Head.of(_("Company"), asked, days, subtitle=viewer.organization.name, hats=hats_of(asked, choice)),
        switcher=days.switcher,
        compare=compare.tabs(asked, choice, key),
        setup=setup_callout(viewer) if viewer.is_administrator and not choice.as_of else None,
        figures=Tiles(
            subject,
            choice,
            currency,
            values,
            compare.with_period(key, choice, by_period),
            trend,
            past_due_words(stages, currency),
        ).all(),
        teams=_teams(asked, subject, choice, currency, values).table,
        teams_words=choice.label,
        bookings=charts.bookings_chart(choice, trend, subject, currency),
        pipeline=pipeline_chart(stages, subject, choice, currency),
        products=_products(viewer, subject, choice, currency),
        movers=_movers(viewer, choice, currency),
        movers_words=_movers_words(choice),
    )


def company_sides(asked: Asked) -> Sides:
    """The regions or teams beside their total, without the rest of the page. Raises: PermissionDenied. Seven queries."""
    viewer, choice = asked.viewer, days_of(asked).choice
    subject = access_company_numbers(viewer)
    total = ask.by_period(viewer, subject, DATED, [choice.period], choice.as_of, choice.ever)[choice.period]
    total = {**total, **ask.now(viewer, subject, STANDING, choice.as_of)}
    return _teams(asked, subject, choice, viewer.organization.currency, total)


def _teams(asked: Asked, subject: Subject, choice: Choice, currency: str, total: ask.Values) -> Sides:
    """The regions or teams the company is compared by. Three queries."""
    viewer = asked.viewer
    tree = top_teams(choice.on)
    return Sides(
        id="sides",
        caption=_("Teams, %(days)s") % {"days": choice.label},
        asked=asked,
        choice=choice,
        currency=currency,
        rows=_rows(viewer, subject, tree, choice) if tree.below else [],
        total=total,
        total_label=_("Company"),
        total_subject=subject,
        rest_label=_("In none of these teams"),
        empty=Empty(
            _("No teams yet"),
            _("Teams come from a file of people, or are added by hand; the company is then compared by them."),
            "team",
            _team_actions(viewer),
        ),
    )


def _team_actions(viewer: Viewer) -> list[Action]:
    href = links.page("people:team_list") if viewer.is_administrator else ""
    return [Action(_("Add teams"), href, "team", "primary")] if href else []


def _rows(viewer: Viewer, subject: Subject, tree: TeamNames, choice: Choice) -> list[Side]:
    by_period = ask.members_by_period(
        viewer, subject, Dimension.TEAM, tree.below, DATED, asked_periods(choice), choice.as_of, choice.ever
    )
    now = ask.members_now(viewer, subject, Dimension.TEAM, tree.below, STANDING, choice.as_of)
    return [
        side_of(Subject(name, team_id=key), "", choice, by_period[key], now[key]) for key, name in tree.below.items()
    ]


def _products(viewer: Viewer, subject: Subject, choice: Choice, currency: str) -> Chart:
    """What products brought, the largest first. Two queries."""
    names = dict(product_choices())
    period, as_of = [choice.period], choice.as_of
    found = ask.members_by_period(viewer, subject, Dimension.PRODUCT, names, [REVENUE], period, as_of, choice.ever)
    sold = [
        (key, names.get(key) or _("Without product"), values[choice.period][REVENUE.name].value)
        for key, values in found.items()
    ]
    known = sorted((each for each in sold if each[2]), key=lambda each: each[2] or Decimal(0), reverse=True)
    shown = known[:PRODUCTS]
    hrefs = [links.why(REVENUE, subject.having(Dimension.PRODUCT, key), choice) for key, _name, _value in shown]
    return Chart(
        "products",
        _("Bookings by product"),
        _products_summary([(name, value) for _key, name, value in known], len(shown)),
        [name for _key, name, _value in shown],
        [Series(_("Bookings"), [value for _key, _name, value in shown], hrefs)] if shown else [],
        "money",
        currency,
        _("Product"),
        "h",
        opens_drawer=True,
        empty=Empty(_("Nothing was won in these days"), _("Choose other days to see what products brought."), "chart"),
    )


def _products_summary(known: Sequence[tuple[str, Decimal | None]], shown: int) -> str:
    total = sum((value or Decimal(0) for _name, value in known), Decimal(0))
    if not total:
        return ""
    name, best = known[0]
    words = _("%(name)s brings %(share)s") % {"name": name, "share": formats.percent((best or Decimal(0)) / total, 0)}
    if len(known) > shown:
        words += _("; the %(n)s largest are shown") % {"n": shown}
    return words


def _movers(viewer: Viewer, choice: Choice, currency: str) -> Table:
    """Whose bookings rose and fell most. Two queries."""
    compared = choice.previous
    days = {"now": choice.period, "before": compared.period} if compared else {}
    found = movers(viewer, **days, limit=MOVERS, as_of=choice.as_of) if days else []
    columns = [
        Column("name", _("Person")),
        column_of(REVENUE, currency, is_sortable=False),
        Column("change", pgettext("difference", "Change"), "money", currency),
    ]
    return Table(
        "movers",
        _("Who moved most"),
        columns,
        [_mover_row(each, choice, currency, compared.words if compared else "") for each in found],
        empty=Empty(_("Nobody moved"), _("Bookings of people are compared with an earlier period here."), "person"),
        is_caption_hidden=True,
    )


def _mover_row(move: Move, choice: Choice, currency: str, words: str) -> Row:
    subject = Subject(move.name, person_id=move.person_id)
    delta = Delta(move.change, words, "absolute", "money", currency)
    return Row(
        [
            Cell(person=PersonChip(move.name, "", links.numbers_of(subject, choice), is_small=True)),
            cell_of(REVENUE, move.now, why=links.why(REVENUE, subject, choice), key=f"mover-{move.person_id}"),
            Cell(text=" ", delta=delta),
        ]
    )


def _movers_words(choice: Choice) -> str:
    compared = choice.previous
    return _("Bookings against %(other)s") % {"other": compared.words} if compared else ""
