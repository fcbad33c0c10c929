"""One person's numbers: "my number" for oneself, the same page about somebody for those who lead them."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.period import Grain
from metrics.pages import ask, charts, compare, links, stages
from metrics.pages.access import Subject, access_person, myself
from metrics.pages.deals import pressing_table, recent_table
from metrics.pages.frame import Asked, Days, Head, days_of, hats_of
from metrics.pages.switcher import Switcher
from metrics.pages.tiles import DATED, KEY, tiles
from metrics.selectors.deals import pressing_counts, pressing_deals, recent_deals
from metrics.selectors.question import Scope
from people import formats
from people.components import Chart, Crumb, Empty, Figure, Tab, Table

ROWS = 8


@dataclass(frozen=True)
class PersonPage:
    """What `metrics/person.html` shows."""

    head: Head
    switcher: Switcher
    compare: list[Tab]
    figures: list[Figure]
    bookings: Chart
    pipeline: Chart
    pressing: Table
    pressing_words: str
    pressing_href: str
    recent: Table
    recent_words: str
    recent_href: str


def my_number(asked: Asked) -> PersonPage:
    """The viewer's own numbers."""
    return _page(asked, myself(asked.viewer))


def person_numbers(asked: Asked, person_id: int) -> PersonPage:
    """Somebody's numbers. Raises: ObjectDoesNotExist where they are not open to the viewer."""
    return _page(asked, access_person(asked.viewer, person_id), is_about_somebody=True)


def _page(asked: Asked, subject: Subject, *, is_about_somebody: bool = False) -> PersonPage:
    viewer, whose, scope = asked.viewer, subject.whose, subject.scope
    days = days_of(asked)
    choice, currency = days.choice, viewer.organization.currency
    team = Scope(team_id=viewer.team_id) if viewer.team_id and not is_about_somebody else None
    key = compare.chosen(asked, choice, has_median=team is not None)
    values = ask.now(viewer, scope, KEY, choice)
    compared = compare.comparison(asked, key, choice, scope, team, KEY)
    trend = ask.lines(viewer, scope, DATED, charts.trend_period(choice), grain=charts.trend_grain(choice))
    due_before = _due_before(days)
    late, soon = pressing_counts(scope, on=viewer.on, due_before=due_before)
    return PersonPage(
        head=_head(asked, subject, days, is_about_somebody),
        switcher=days.switcher,
        compare=compare.tabs(asked, choice, key, has_median=team is not None),
        figures=tiles(values, compared, trend, choice=choice, whose=whose, currency=currency),
        bookings=charts.bookings_chart(choice, trend, whose, currency),
        pipeline=stages.pipeline_chart(viewer, scope, whose),
        pressing=pressing_table(
            pressing_deals(scope, on=viewer.on, due_before=due_before, limit=ROWS),
            currency,
            on=viewer.on,
            has_owner=False,
            empty=Empty(_("Nothing is pressing"), _("No open deal is past due or due this quarter."), "check-circle"),
        ),
        pressing_words=pressing_words(late, soon),
        pressing_href=links.deals(whose, outcome="open", sort="closed_on") if late + soon > ROWS else "",
        recent=recent_table(
            recent_deals(scope, on=viewer.on, period=choice.period, limit=ROWS),
            currency,
            has_owner=False,
            empty=Empty(
                _("No deal was decided in these days"),
                _("Won and lost deals appear here. Choose other days to see earlier ones."),
                "deals",
            ),
        ),
        recent_words=choice.label,
        recent_href=links.deals(whose, choice.period, outcome=["won", "lost"]),
    )


def _due_before(days: Days) -> date:
    return days.choice.calendar.period_of(Grain.QUARTER, days.choice.on).ends_before


def _head(asked: Asked, subject: Subject, days: Days, is_about_somebody: bool) -> Head:
    return Head(
        title=subject.name if is_about_somebody else _("My number"),
        path=asked.full_path,
        crumbs=[Crumb(_("My team"), links.page("metrics:team", **days.choice.query)), Crumb(subject.name)]
        if is_about_somebody and asked.viewer.is_manager
        else [],
        hats=[] if is_about_somebody else hats_of(asked, days.choice),
        as_of=days.as_of,
        version=days.version,
    )


def pressing_words(late: int, soon: int) -> str:
    """3 past due, 5 more due this quarter."""
    if not late and not soon:
        return ""
    words = ngettext("%(n)s open deal is past due", "%(n)s open deals are past due", late) % {"n": formats.number(late)}
    more = ngettext("%(n)s more is due this quarter", "%(n)s more are due this quarter", soon) % {
        "n": formats.number(soon)
    }
    return ", ".join(part for part, count in ((words, late), (more, soon)) if count)

