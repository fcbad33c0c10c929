"""One person's numbers: "my number" for oneself, the same page about somebody for those who lead them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kernel.period import Grain, Period
from metrics.pages import ask, charts, compare, links
from metrics.pages.access import myself
from metrics.pages.activities import activities_href, activities_table
from metrics.pages.compare import Comparison
from metrics.pages.deals import pressing_table, recent_table
from metrics.pages.frame import Asked, Days, Head, days_of, hats_of
from metrics.pages.peers import median_of_peers
from metrics.pages.stages import past_due_words, pipeline_chart
from metrics.pages.switcher import Switcher
from metrics.pages.tiles import ASKED, KEY, STANDING, TREND, Tiles
from metrics.selectors.deals import pressing_deals, recent_deals
from metrics.selectors.pipeline import pipeline_by_stage
from metrics.selectors.subject import Subject, access_person_numbers
from people.components import Chart, Crumb, Empty, Figure, Tab, Table

ROWS = 8


@dataclass(frozen=True)
class Lists:
    """Deals and activities as they are today."""

    pressing: Table
    pressing_words: str
    pressing_href: str
    recent: Table
    recent_words: str
    recent_href: str
    activities: Table
    activities_href: str


@dataclass(frozen=True)
class PersonPage:
    """What `metrics/person.html` shows."""

    head: Head
    switcher: Switcher
    compare: list[Tab]
    figures: list[Figure]
    bookings: Chart
    pipeline: Chart
    lists: Lists | None  # of today: a past day has its rows behind each figure


def my_number(asked: Asked) -> PersonPage:
    """The viewer's own numbers. Fourteen queries at most."""
    return _page(asked, myself(asked.viewer), is_own=True)


def person_numbers(asked: Asked, person_id: int) -> PersonPage:
    """Somebody's numbers. Raises: ObjectDoesNotExist where they are not open to the viewer. Fifteen queries."""
    return _page(asked, access_person_numbers(asked.viewer, person_id), is_own=False)


def _page(asked: Asked, subject: Subject, *, is_own: bool) -> PersonPage:
    viewer, currency, days = asked.viewer, asked.viewer.organization.currency, days_of(asked, has_picker=True)
    choice = days.choice
    by_period = ask.by_period(viewer, subject, ASKED, choice.windows, choice.as_of, choice.ever)
    values = {**by_period[choice.period], **ask.now(viewer, subject, STANDING, choice.as_of)}
    trend = ask.by_period(viewer, subject, TREND, charts.trend_periods(choice), choice.as_of)
    stages = pipeline_by_stage(viewer.organization, subject, choice.chosen, choice.as_of)
    key = compare.chosen(asked, choice, has_median=True)
    compared = _compared(asked, subject, days, key, by_period)
    return PersonPage(
        head=_head(asked, subject, days, is_own=is_own),
        switcher=days.switcher,
        compare=compare.tabs(asked, choice, key, has_median=True),
        figures=Tiles(subject, choice, currency, values, compared, trend, past_due_words(stages, currency)).all(),
        bookings=charts.bookings_chart(choice, trend, subject, currency),
        pipeline=pipeline_chart(stages, subject, choice, currency),
        lists=None if choice.as_of else _lists(asked, subject, days),
    )


def _lists(asked: Asked, subject: Subject, days: Days) -> Lists:
    """Three queries."""
    on, currency, choice = asked.viewer.on, asked.viewer.organization.currency, days.choice
    pressing = pressing_deals(subject.scope, on=on, due_before=_due_before(days), limit=ROWS)
    recent = recent_deals(subject.scope, on=on, period=choice.period, limit=ROWS)
    return Lists(
        pressing=pressing_table(pressing, currency, on=on, has_owner=False, empty=nothing_pressing()),
        pressing_words=_("Open deals past due or due this quarter, the most urgent first"),
        pressing_href=links.deals(subject, "open", sort="closes"),
        recent=recent_table(recent, currency, has_owner=False, empty=nothing_decided()),
        recent_words=choice.label,
        recent_href=links.deals(subject, "won", "lost", period=choice.period),
        activities=activities_table(subject.person_id or 0, ROWS),
        activities_href=activities_href(subject.person_id or 0),
    )


def _compared(
    asked: Asked, subject: Subject, days: Days, key: str, by_period: Mapping[Period, ask.Values]
) -> Comparison:
    if key == compare.MEDIAN:
        return median_of_peers(asked.viewer, subject, KEY, days.choice)
    return compare.with_period(key, days.choice, by_period)


def _due_before(days: Days) -> date:
    return days.choice.calendar.period_of(Grain.QUARTER, days.choice.on).ends_before


def _head(asked: Asked, subject: Subject, days: Days, *, is_own: bool) -> Head:
    crumbs = []
    if not is_own and asked.viewer.open_charges:
        crumbs = [Crumb(_("My team"), links.page("metrics:team", **days.choice.query)), Crumb(subject.name)]
    elif not is_own and asked.viewer.sees_everyone:
        crumbs = [Crumb(_("Company"), links.page("metrics:company", **days.choice.query)), Crumb(subject.name)]
    return Head.of(
        _("My number") if is_own else subject.name,
        asked,
        days,
        crumbs=crumbs,
        hats=hats_of(asked, days.choice) if is_own else [],
    )


def nothing_pressing() -> Empty:
    return Empty(_("Nothing is pressing"), _("No open deal is past due or due this quarter."), "check-circle")


def nothing_decided() -> Empty:
    return Empty(
        _("No deal was decided in these days"),
        _("Won and lost deals appear here. Choose other days to see earlier ones."),
        "deals",
    )
