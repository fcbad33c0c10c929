"""Who of a team needs help and with what: the facts in words, each leading to its deals."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.period import Period
from metrics.catalogue.deals import REVENUE, WIN_RATE
from metrics.catalogue.pipeline import OPEN_COUNT
from metrics.engine.attention import Concern
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


def attention_list(found: Sequence[Attention], choice: Choice, currency: str) -> AttentionList:
    """The people who need attention most."""
    count, shown = len(found), found[:SHOWN]
    words = ngettext("%(n)s person", "%(n)s people", count) % {"n": formats.number(count)} if count else ""
    if count > SHOWN:
        words = _("the %(shown)s most pressing of %(count)s people") % {"shown": SHOWN, "count": formats.number(count)}
    return AttentionList(
        words,
        [_item(each, choice, currency) for each in shown],
        Empty(
            _("Nobody stands out"),
            _("Nobody is well below their own past and their peers, and few close dates have passed."),
            "check-circle",
        ),
    )


def _item(each: Attention, choice: Choice, currency: str) -> Item:
    subject = each.subject
    return Item(
        PersonChip(subject.name, href=links.numbers_of(subject, choice), is_small=True),
        [
            Reason(concern_title(concern), concern_text(concern, currency), _why(concern, subject, choice))
            for concern in each.concerns
        ],
    )


def _why(concern: Concern, subject: Subject, choice: Choice) -> str:
    """The figure a concern is about."""
    if concern.code in DECIDED:
        return links.why(DECIDED[concern.code], subject, choice, choice.chosen.period)
    past_due = Period(EARLIEST, choice.on) if concern.code == "past_due" else None
    return links.why(OPEN_COUNT, subject, choice, past_due)
