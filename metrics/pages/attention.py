"""Who of a team needs help and with what: the facts in words, each leading to its deals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.period import Period
from metrics.catalogue.deals import REVENUE, WIN_RATE
from metrics.catalogue.pipeline import OPEN_COUNT
from metrics.engine.attention import Concern
from metrics.matters import Matter
from metrics.pages import links
from metrics.pages.periods import EARLIEST, Choice
from metrics.selectors.attention import Attention
from metrics.selectors.subject import Subject
from metrics.words import concern_text, concern_title
from people import formats
from people.components import Empty, PersonChip

SHOWN = 6
DECIDED = {"win_rate_down": WIN_RATE, "bookings_down": REVENUE}


@dataclass(frozen=True)
class Reason:
    """One thing that is wrong, the facts behind it, and the deals."""

    title: str
    text: str
    href: str
    link_label: str = ""  # of a page of its own; without one the link opens the deals in the drawer


@dataclass(frozen=True)
class Item:
    """A person with the reasons, the heaviest first."""

    person: PersonChip
    reasons: list[Reason]


@dataclass(frozen=True)
class AttentionList:
    """What `metrics/attention.html` shows."""

    words: str
    items: list[Item]
    empty: Empty


def attention_list(
    found: Sequence[Attention], choice: Choice, currency: str, matters: Mapping[int, Sequence[Matter]]
) -> AttentionList:
    """The people who need attention most; what else waits stands with them, or after them."""
    by_figures = {each.subject.person_id for each in found}
    items = [_item(each, choice, currency, matters.get(each.subject.person_id or 0, ())) for each in found[:SHOWN]]
    others = [_item_of(each, choice) for person, each in matters.items() if person not in by_figures]
    count, shown = len(found) + len(others), [*items, *others[:SHOWN]]
    words = ngettext("%(n)s person", "%(n)s people", count) % {"n": formats.number(count)} if count else ""
    if count > len(shown):
        most = {"shown": formats.number(len(shown)), "count": formats.number(count)}
        words = _("the %(shown)s most pressing of %(count)s people") % most
    return AttentionList(
        words,
        shown,
        Empty(
            _("Nobody stands out"),
            _("Nobody is well below their own past and their peers, and few close dates have passed."),
            "check-circle",
        ),
    )


def _item_of(matters: Sequence[Matter], choice: Choice) -> Item:
    """Somebody whose figures say nothing."""
    subject = Subject(matters[0].name, matters[0].person_id)
    return Item(PersonChip(subject.name, href=links.numbers_of(subject, choice), is_small=True), _reasons(matters))


def _reasons(matters: Sequence[Matter]) -> list[Reason]:
    return [Reason(each.title, each.text, each.href, each.link_label) for each in matters]


def _item(each: Attention, choice: Choice, currency: str, matters: Sequence[Matter]) -> Item:
    subject = each.subject
    return Item(
        PersonChip(subject.name, href=links.numbers_of(subject, choice), is_small=True),
        [
            Reason(concern_title(concern), concern_text(concern, currency), _why(concern, subject, choice))
            for concern in each.concerns
        ]
        + _reasons(matters),
    )


def _why(concern: Concern, subject: Subject, choice: Choice) -> str:
    """The figure a concern is about."""
    if concern.code in DECIDED:
        return links.why(DECIDED[concern.code], subject, choice, choice.chosen.period)
    past_due = Period(EARLIEST, choice.on) if concern.code == "past_due" else None
    return links.why(OPEN_COUNT, subject, choice, past_due)
