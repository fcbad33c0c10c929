"""The first page of an organization, and of whoever has no numbers: what to do next, or why there is nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.pages import links
from metrics.pages.frame import Asked, Head
from metrics.selectors.setup import Setup, setup_state
from people import formats
from people.components import Action, Callout, Empty
from people.frame import role_words
from people.viewer import TEAM, Viewer


@dataclass(frozen=True)
class Task:
    """One thing to set up: done by facts, never by a click."""

    title: str
    text: str
    action: Action | None
    is_done: bool


@dataclass(frozen=True)
class Start:
    """What `metrics/start.html` shows: the steps of an administrator, or a calm word for others."""

    head: Head
    tasks: Sequence[Task] = ()
    empty: Empty | None = None

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.tasks)

    @property
    def words(self) -> str:
        """1 of 4 done."""
        return _("%(done)s of %(all)s done") % {"done": self.done, "all": len(self.tasks)}


def start(asked: Asked) -> Start:
    """The start page. One query."""
    viewer, setup = asked.viewer, setup_state()
    if viewer.is_administrator:
        words = _("Four steps, in any order. Each ticks itself off.")
        return Start(Head(_("Get started"), asked.full_path, words), tasks(viewer, setup))
    return Start(Head(_("Welcome"), asked.full_path), empty=_nothing(viewer, setup))


def setup_callout(viewer: Viewer) -> Callout | None:
    """The steps that are left, for the administrator's company page; None when all is done. One query."""
    left = [task.title for task in tasks(viewer, setup_state()) if not task.is_done]
    if not left:
        return None
    words = ngettext("%(n)s step is left", "%(n)s steps are left", len(left)) % {"n": formats.number(len(left))}
    return Callout(words, ", ".join(left), "accent", [Action(_("Show the steps"), links.page("metrics:start"))])


def tasks(viewer: Viewer, setup: Setup) -> list[Task]:
    """Steps with where to do them; a page that is not there yet has no button."""
    return [
        Task(
            _("Import your first file"),
            _("Deals from your CRM as CSV. Columns are guessed, a preview comes first, and an import can be undone."),
            _action(_("Import a file"), "crm:import_upload", "import"),
            setup.has_deals,
        ),
        Task(
            _("Put people into teams"),
            _("Import a file of people, or add teams and seats by hand. Numbers add up along the teams."),
            _action(_("People and teams"), "people:team_list", "team"),
            setup.has_seats,
        ),
        Task(
            _("Invite somebody"),
            _("A rep sees their own number, a manager their team, an executive the company."),
            _action(_("Choose a person"), "people:person_list", "mail"),
            setup.has_others,
        ),
        Task(
            _("Say how likely each stage is"),
            _("With a probability per stage the open pipeline is weighted."),
            _action(_("Set probabilities"), "crm:stage_list", "stages"),
            setup.has_probabilities,
        ),
    ]


def _action(label: str, name: str, icon: str) -> Action | None:
    href = links.page(name)
    return Action(label, href, icon) if href else None


def _nothing(viewer: Viewer, setup: Setup) -> Empty:
    """Why somebody has no numbers of their own."""
    catalogue = Action(_("What the numbers mean"), links.page("metrics:catalogue"), "catalogue")
    if viewer.hats & {"rep", TEAM} or viewer.sees_everyone:
        return Empty(
            _("There are no deals yet"),
            _("As soon as an administrator has imported them, your number stands here."),
            "number",
            [catalogue],
        )
    if viewer.roles or viewer.limited_roles:
        roles = ", ".join(sorted(role_words(role) for role in viewer.roles | viewer.limited_roles))
        return Empty(
            _("Your role shows no sales numbers"),
            _("You are signed in as %(roles)s. Sales numbers are open to reps, managers, operations and executives.")
            % {"roles": roles},
            "info",
            [catalogue],
        )
    return Empty(
        _("You have no seat in a team today"),
        _("Your number appears once an administrator gives you a seat. Deals that name you wait until then."),
        "person",
        [catalogue],
    )
