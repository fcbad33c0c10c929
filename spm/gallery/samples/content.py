"""States, callouts, empty places, steps, events, jobs, tabs, messages."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext as _

from people.components import Action, Callout, Crumb, Empty, Event, JobProgress, Status, Step, Tab
from spm.gallery.samples.state import Section, State


def content_sections(query: Mapping[str, Any]) -> list[Section]:
    """The sections of this file."""
    return [
        Section(_("Status"), _("Icon and word; the colour only repeats them."), _statuses(), is_narrow=True),
        Section(_("Callout"), _("Something to know before going on."), _callouts(), is_narrow=True),
        Section(_("Empty state"), _("What this is, why it is empty, what to do next."), _empties(), is_narrow=True),
        Section(_("Stepper"), _("Where one stands; a finished step may lead back."), _steppers()),
        Section(_("Job"), _("Asks for itself until it has ended."), _jobs(), is_narrow=True),
        Section(_("Timeline"), _("What happened, newest first."), _timelines()),
        Section(_("Tabs, periods, breadcrumb"), _("Each has its own address."), _tabs()),
        Section(_("Messages"), _("Success goes by itself; what went wrong stays."), _messages(), is_narrow=True),
        Section(_("Role bar"), _("In the demo: whose eyes one looks through."), _roles()),
        Section(_("As of"), _("Every page of figures says when they are true."), _as_of()),
    ]


def _statuses() -> list[State]:
    samples = [
        Status(_("Open")),
        Status(_("Engaging"), "accent"),
        Status(_("Won"), "good"),
        Status(_("Lost"), "bad"),
        Status(_("Past due"), "warn", "clock"),
    ]
    return [State(status.label, "status", {"status": status}) for status in samples]


def _callouts() -> list[State]:
    samples = [
        Callout(
            _("2,089 deals have no amount"),
            _("They are left out of amount figures and never count as zero."),
            "warn",
            [Action(_("Look at them"), "#")],
        ),
        Callout(_("Two dates can be read in two ways"), _("Say whether 03/04/2017 is in March or in April."), "accent"),
        Callout(_("8,800 deals imported"), tone="good"),
        Callout(
            _("The file could not be read"),
            _("Line 17 ends in the middle of a quotation. Nothing was imported."),
            "bad",
        ),
    ]
    return [State(callout.title, "callout", {"callout": callout}) for callout in samples]


def _empties() -> list[State]:
    first = Empty(
        _("No deals yet"),
        _("Import a file from your CRM and your figures appear here within seconds."),
        "deals",
        [Action(_("Import deals"), "#", "import", "primary"), Action(_("Look at the sample file"), "#")],
    )
    return [
        State(_("With what to do"), "empty", {"empty": first}),
        State(_("Nothing to do"), "empty", {"empty": Empty(_("Nobody needs help right now"), icon="check-circle")}),
    ]


def _steppers() -> list[State]:
    names = [_("Upload"), _("Match columns"), _("Preview"), _("Import")]
    second = [Step(names[0], "done", "#"), Step(names[1], "current"), Step(names[2]), Step(names[3])]
    failed = [
        Step(names[0], "done", "#"),
        Step(names[1], "done", "#"),
        Step(names[2], "done"),
        Step(names[3], "failed"),
    ]
    return [State(_("Second of four"), "stepper", {"steps": second}), State(_("Failed"), "stepper", {"steps": failed})]


def _jobs() -> list[State]:
    name = "sales_pipeline.csv"
    samples = [
        JobProgress(name, "waiting"),
        JobProgress(name, "running", 3120, 8800, _("12 rows refused so far")),
        JobProgress(_("Recomputing figures"), "running", 480),
        JobProgress(name, "done", 8800, 8800, actions=[Action(_("Look at the batch"), "#")]),
        JobProgress(
            name, "failed", 3120, 8800, _("The worker was stopped. Nothing is half applied; it starts again by itself.")
        ),
    ]
    return [State(str(job.status.label), "job", {"job": job}) for job in samples]


def _timelines() -> list[State]:
    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, 12, tzinfo=UTC)

    events = [
        Event(
            at(20, 14),
            _("Won for $4,821"),
            _("Closed four days before the expected date."),
            "Anna Snelling",
            "trophy",
            "good",
        ),
        Event(at(18, 9), _("Amount changed from $4,100 to $4,821"), actor="Anna Snelling", icon="edit"),
        Event(
            at(12, 16),
            _("Close date moved from 12 Nov to 24 Nov"),
            actor=_("import 12"),
            icon="calendar",
            tone="warn",
            href="#",
        ),
        Event(at(2, 11), _("Stage changed from Prospecting to Engaging"), icon="arrow-right", tone="accent"),
    ]
    return [State(_("A deal"), "timeline", {"events": events, "label": _("History of the deal")})]


def _tabs() -> list[State]:
    tabs = [Tab(_("Issues"), "#", True, 12), Tab(_("Refused rows"), "#", count=1284), Tab(_("What changed"), "#")]
    periods = [Tab(_("Month"), "#"), Tab(_("Quarter"), "#", True), Tab(_("Year"), "#"), Tab(_("All time"), "#")]
    crumbs = [Crumb(_("Imports"), "#"), Crumb("sales_pipeline.csv")]
    return [
        State(_("Tabs"), "tabs", {"tabs": tabs}),
        State(_("Periods"), "periods", {"tabs": periods}),
        State(_("Breadcrumb"), "breadcrumb", {"crumbs": crumbs}),
    ]


def _messages() -> list[State]:
    samples = [
        Message(constants.SUCCESS, _("Anna Snelling now belongs to West.")),
        Message(
            constants.ERROR, _("The team was changed by somebody else meanwhile. Look at it again before you save.")
        ),
        Message(constants.WARNING, _("Two products look alike: GTXPro and GTX Pro.")),
    ]
    return [State(message.level_tag, "messages", {"messages": [message], "is_still": True}) for message in samples]


def _roles() -> list[State]:
    roles = [Action("Maya, rep", "#", "check", "quiet"), Action("Omar, manager", "#", kind="quiet")]
    usual = SimpleNamespace(current="Maya, rep", roles=roles, moves=[Action(_("Take the tour"), "#", "flag")])
    stop = SimpleNamespace(title=_("Maya’s own page"), words=_("Press any figure to see which deals it is made of."))
    moves = [Action(_("End the tour"), "#", kind="quiet"), Action(_("Next stop"), "#", kind="primary")]
    touring = SimpleNamespace(current="Maya, rep", roles=roles, moves=moves, stop=stop, stop_number=1, stop_count=5)
    return [State(_("Usual"), "roles", {"demo": usual}), State(_("On the tour"), "roles", {"demo": touring})]


def _as_of() -> list[State]:
    return [
        State(
            _("Usual"),
            "as_of",
            {"as_of": datetime(2026, 11, 20, 14, 5, tzinfo=UTC), "note": _("recomputing 12 people")},
        )
    ]
