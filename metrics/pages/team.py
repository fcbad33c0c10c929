"""A team's numbers for those who lead it: its people or the teams below side by side, and who needs attention."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from metrics.matters import matters
from metrics.pages import ask, charts, compare, links, tiles
from metrics.pages.attention import AttentionList, attention_list
from metrics.pages.frame import Asked, Days, Head, charge_words, days_of, hats_of
from metrics.pages.periods import Choice
from metrics.pages.stages import past_due_words, pipeline_chart
from metrics.pages.switcher import Switcher
from metrics.pages.table import DATED, STANDING, Side, Sides, asked_periods, side_of
from metrics.pages.tiles import ASKED, TREND, Tiles
from metrics.selectors.attention import attention
from metrics.selectors.pipeline import pipeline_by_stage
from metrics.selectors.question import Dimension
from metrics.selectors.structure import Member, TeamNames, members_below, teams_below
from metrics.selectors.subject import Subject, access_team_numbers
from people.components import Chart, Crumb, Empty, Figure, Tab, Table
from people.viewer import Viewer
from people.views.words import away_words

PEOPLE, TEAMS = "people", "teams"
TOTALS = tuple(dict.fromkeys((*ASKED, *DATED)))


class NoTeam(Exception):
    """The viewer has no team to look after today."""


@dataclass(frozen=True)
class TeamPage:
    """What `metrics/team.html` shows."""

    head: Head
    switcher: Switcher
    compare: list[Tab]
    figures: list[Figure]
    table: Table
    table_title: str
    table_words: str
    views: list[Tab]
    attention: AttentionList | None  # not of a past day
    bookings: Chart
    pipeline: Chart


def my_team(asked: Asked) -> TeamPage:
    """The first team that the viewer looks after. Raises: NoTeam. Thirteen queries."""
    charges = asked.viewer.open_charges
    if not charges:
        raise NoTeam
    subject = Subject(charges[0].team_name, team_id=charges[0].team_id)
    return _page(asked, subject, is_own=True)


def team_numbers(asked: Asked, team_id: int) -> TeamPage:
    """A team. Raises: ObjectDoesNotExist where its numbers are not open to the viewer. Fourteen queries."""
    subject = access_team_numbers(asked.viewer, team_id)
    is_own = any(charge.team_id == team_id for charge in asked.viewer.open_charges)
    return _page(asked, subject, is_own=is_own)


def team_sides(asked: Asked, team_id: int) -> Sides:
    """The people or teams beside their total, without the rest of the page. Raises: ObjectDoesNotExist. Eight queries."""
    viewer, choice = asked.viewer, days_of(asked).choice
    subject = access_team_numbers(viewer, team_id)
    tree = teams_below(team_id, choice.on)
    view = _view(asked, tree)
    rows = _teams(viewer, subject, tree, choice) if view == TEAMS else _people(viewer, subject, choice)
    total = ask.by_period(viewer, subject, DATED, [choice.period], choice.as_of, choice.ever)[choice.period]
    total = {**total, **ask.now(viewer, subject, STANDING, choice.as_of)}
    return _sides(asked, subject, choice, viewer.organization.currency, rows, total, view)


def _page(asked: Asked, subject: Subject, *, is_own: bool) -> TeamPage:
    assert subject.team_id is not None
    viewer, currency, days = asked.viewer, asked.viewer.organization.currency, days_of(asked, has_picker=True)
    choice = days.choice
    tree = teams_below(subject.team_id, choice.on)
    by_period = ask.by_period(viewer, subject, TOTALS, choice.windows, choice.as_of, choice.ever)
    values = {**by_period[choice.period], **ask.now(viewer, subject, tiles.STANDING, choice.as_of)}
    trend = ask.by_period(viewer, subject, TREND, charts.trend_periods(choice), choice.as_of)
    stages = pipeline_by_stage(viewer.organization, subject, choice.chosen, choice.as_of)
    key = compare.chosen(asked, choice)
    view = _view(asked, tree)
    sides = _teams(viewer, subject, tree, choice) if view == TEAMS else _people(viewer, subject, choice)
    return TeamPage(
        head=_head(asked, subject, days, is_own=is_own),
        switcher=days.switcher,
        compare=compare.tabs(asked, choice, key),
        figures=Tiles(
            subject,
            choice,
            currency,
            values,
            compare.with_period(key, choice, by_period),
            trend,
            past_due_words(stages, currency),
        ).all(),
        table=_sides(asked, subject, choice, currency, sides, values, view).table,
        table_title=_("Teams") if view == TEAMS else _("People"),
        table_words=_words(choice),
        views=_views(asked, tree, view),
        attention=_attention(viewer, subject, choice, currency),
        bookings=charts.bookings_chart(choice, trend, subject, currency),
        pipeline=pipeline_chart(stages, subject, choice, currency),
    )


def _attention(viewer: Viewer, subject: Subject, choice: Choice, currency: str) -> AttentionList | None:
    if choice.as_of is not None:
        return None
    found = attention(viewer.organization, subject, choice.chosen)
    return attention_list(found, choice, currency, matters(viewer, subject.team_id, viewer.on))


def _words(choice: Choice) -> str:
    compared = choice.previous
    if compared is None:
        return choice.label
    return _("%(label)s, bookings against %(other)s") % {"label": choice.label, "other": compared.words}


def _view(asked: Asked, tree: TeamNames) -> str:
    wanted = asked.query.get("view", TEAMS)
    return wanted if tree.below and wanted in (PEOPLE, TEAMS) else PEOPLE


def _views(asked: Asked, tree: TeamNames, view: str) -> list[Tab]:
    if not tree.below:
        return []
    words = {TEAMS: _("Teams below"), PEOPLE: _("Everybody")}
    return [
        Tab(label, links.same_page(asked.path, asked.query, view=key, page=None, sort=None), key == view)
        for key, label in words.items()
    ]


def _people(viewer: Viewer, subject: Subject, choice: Choice) -> list[Side]:
    """Everybody who sat in the team in these days, with what they did there. Three queries."""
    assert subject.team_id is not None
    members = members_below(subject.team_id, choice.period, viewer.on)
    names = {key: member.name for key, member in members.items()}
    by_period = ask.members_by_period(
        viewer, subject, Dimension.PERSON, names, DATED, asked_periods(choice), choice.as_of, choice.ever
    )
    now = ask.members_now(viewer, subject, Dimension.PERSON, names, STANDING, choice.as_of)
    return [
        side_of(Subject(each.name, key, subject.team_id), _member_words(each, choice), choice, by_period[key], now[key])
        for key, each in members.items()
    ]


def _member_words(member: Member, choice: Choice) -> str:
    """Team and role, and until when somebody is away; of a past day that is not said."""
    seat = _("%(team)s, manager") % {"team": member.team} if member.role == "manager" else member.team
    if member.away_before is None or choice.as_of is not None:
        return seat
    return f"{seat} · {away_words(member.away_before)}"


def _teams(viewer: Viewer, subject: Subject, tree: TeamNames, choice: Choice) -> list[Side]:
    """The teams directly below. Two queries."""
    by_period = ask.members_by_period(
        viewer, subject, Dimension.TEAM, tree.below, DATED, asked_periods(choice), choice.as_of, choice.ever
    )
    now = ask.members_now(viewer, subject, Dimension.TEAM, tree.below, STANDING, choice.as_of)
    return [
        side_of(Subject(name, team_id=key), "", choice, by_period[key], now[key]) for key, name in tree.below.items()
    ]


def _sides(
    asked: Asked, subject: Subject, choice: Choice, currency: str, rows: list[Side], total: ask.Values, view: str
) -> Sides:
    return Sides(
        id="sides",
        caption=_("%(team)s, %(days)s") % {"team": subject.name, "days": choice.label},
        asked=asked,
        choice=choice,
        currency=currency,
        rows=rows,
        total=total,
        total_label=subject.name,
        total_subject=subject,
        rest_label=_("Directly in %(team)s") % {"team": subject.name} if view == TEAMS else _("Others"),
        empty=Empty(
            _("Nobody sits in this team"),
            _("An administrator fills its seats on the page of people and teams, or imports them."),
            "team",
        ),
    )


def _head(asked: Asked, subject: Subject, days: Days, *, is_own: bool) -> Head:
    crumbs = []
    if not is_own:
        is_leader = bool(asked.viewer.open_charges)
        home = "metrics:team" if is_leader else "metrics:company"
        words = _("My team") if is_leader else _("Company")
        crumbs = [Crumb(words, links.page(home, **days.choice.query)), Crumb(subject.name)]
    return Head.of(
        subject.name,
        asked,
        days,
        subtitle=charge_words(asked.viewer.charge_of(subject.team_id)),
        crumbs=crumbs,
        hats=hats_of(asked, days.choice) if is_own else [],
    )
