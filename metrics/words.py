"""What definitions, the notes beside a figure and the concerns of the attention list say, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext, pgettext

from crm.models import ActivityType, DealType
from metrics.catalogue import CATALOGUE
from metrics.engine.attention import Concern
from metrics.engine.definitions import Direction, Metric, Unit
from metrics.engine.evaluate import Note
from metrics.engine.parts import Basis
from metrics.selectors.own import OwnDimension
from metrics.selectors.question import Dimension
from people import formats


@dataclass(frozen=True)
class Definition:
    """A metric in words."""

    name: str
    label: str
    sentence: str
    unit: str
    direction: str
    basis: str
    numerator: str
    denominator: str
    notes: str

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What it is made of, for a list of terms."""
        found = [(gettext("Counts"), self.numerator)]
        if self.denominator:
            found.append((gettext("Divided by"), self.denominator))
        return [*found, (gettext("Unit"), self.unit), (gettext("Better"), self.direction), (gettext("Day"), self.basis)]


def definitions() -> list[Definition]:
    """The whole catalogue in words."""
    return [definition(metric) for metric in CATALOGUE.values()]


def definition(metric: Metric) -> Definition:
    """A metric in words."""
    return Definition(
        metric.name,
        gettext(metric.label),
        gettext(metric.sentence),
        {
            Unit.MONEY: gettext("money"),
            Unit.RATIO: gettext("percent"),
            Unit.DAYS: pgettext("unit", "days"),
            Unit.COUNT: gettext("number"),
            Unit.NUMBER: gettext("number"),
        }[metric.unit],
        {
            Direction.HIGHER: gettext("higher"),
            Direction.LOWER: gettext("lower"),
            Direction.NEITHER: gettext("neither"),
        }[metric.direction],
        {
            Basis.CLOSED: gettext("it closed"),
            Basis.CREATED: gettext("it was created"),
            Basis.DUE: gettext("it is due"),
            Basis.LEAD_CREATED: gettext("the lead was created"),
            Basis.CONVERTED: gettext("the lead became a customer"),
            Basis.OCCURRED: gettext("it happened"),
            Basis.CREDITED: gettext("it was credited"),
            Basis.STEPPED: gettext("it is due"),
        }[metric.basis],
        gettext(metric.numerator),
        gettext(metric.denominator) if metric.denominator else "",
        _notes(metric),
    )


def _notes(metric: Metric) -> str:
    notes = [gettext(metric.notes)] if metric.notes else []
    if metric.basis is Basis.CREDITED:
        notes.append(
            gettext(
                "Amounts in other currencies count at the plan rate of their day, where none is given at the rate of the "
                "day; so do quotas, by their first day."
            )
        )
    return " ".join(notes)


def dimension_words(dimension: Dimension) -> str:
    """What facts are told apart by, as a heading says it."""
    if isinstance(dimension, OwnDimension):
        return dimension.label
    return {
        Dimension.PERSON: gettext("Person"),
        Dimension.TEAM: gettext("Team"),
        Dimension.PRODUCT: gettext("Product"),
        Dimension.ACCOUNT: gettext("Account"),
        Dimension.REGION: gettext("Region"),
        Dimension.INDUSTRY: gettext("Industry"),
        Dimension.SOURCE: gettext("Lead source"),
        Dimension.STAGE: gettext("Stage"),
        Dimension.TYPE: gettext("Type"),
        Dimension.LOSS_REASON: gettext("Loss reason"),
    }[dimension]


TYPES = {**dict(DealType.choices), **dict(ActivityType.choices)}


def member_words(dimension: Dimension | None, name: str) -> str:
    """What a member of a dimension is called on a page: types have words, everything else its own name."""
    return str(TYPES.get(name, name)).capitalize() if dimension is Dimension.TYPE else name


def without_words(dimension: Dimension) -> str:
    """What facts without a value of a dimension are called."""
    if isinstance(dimension, OwnDimension):
        return gettext("Without “%(name)s”") % {"name": dimension.label}
    return {
        Dimension.PERSON: gettext("Nobody"),
        Dimension.TEAM: gettext("Without team"),
        Dimension.PRODUCT: gettext("Without product"),
        Dimension.ACCOUNT: gettext("Without account"),
        Dimension.REGION: gettext("Without region"),
        Dimension.INDUSTRY: gettext("Without industry"),
        Dimension.SOURCE: gettext("Without lead source"),
        Dimension.STAGE: gettext("Without stage"),
        Dimension.TYPE: gettext("Without type"),
        Dimension.LOSS_REASON: gettext("Without loss reason"),
    }[dimension]


def note_text(note: Note) -> str:
    """A note in the reader's language."""
    n = note.count
    match note.code:
        case "without_amount":
            return ngettext("%(n)s without amount", "%(n)s without amount", n) % {"n": formats.number(n)}
        case "lost_without_amount":
            return ngettext("%(n)s lost deal without amount", "%(n)s lost deals without amount", n) % {
                "n": formats.number(n)
            }
        case "lost_without_amount_or_zero":
            return ngettext("the lost deal has amount 0", "all %(n)s lost deals have amount 0", n) % {
                "n": formats.number(n)
            }
        case "without_probability":
            return ngettext("%(n)s without probability", "%(n)s without probability", n) % {"n": formats.number(n)}
        case "without_cycle":
            return ngettext(
                "%(n)s won deal without a known start, or closed before it",
                "%(n)s won deals without a known start, or closed before it",
                n,
            ) % {"n": formats.number(n)}
        case "quota_without_rate":
            return ngettext(
                "%(n)s quota left out for want of an exchange rate",
                "%(n)s quotas left out for want of an exchange rate",
                n,
            ) % {"n": formats.number(n)}
    return _note_about_all(note)


def _note_about_all(note: Note) -> str:
    match note.code:
        case "young_30" | "young_60" | "young_90":
            return ngettext(
                "incomplete: %(n)s lead is not %(days)s days old yet",
                "incomplete: %(n)s leads are not %(days)s days old yet",
                note.count,
            ) % {"n": formats.number(note.count), "days": note.code.removeprefix("young_")}
        case "no_leads":
            return gettext("no leads are known yet")
        case "no_next_steps":
            return gettext("no deal has a next step")
        case "no_activities":
            return gettext("no activities are known yet")
        case "undated":
            return gettext("no deal has a creation date")
    raise ValueError(f"no words for the note {note.code!r}")


def notes_text(notes: tuple[Note, ...]) -> str:
    """All notes of a figure in one line, each once."""
    return " · ".join(dict.fromkeys(note_text(note) for note in notes))


def concern_title(concern: Concern) -> str:
    """What is wrong, in a few words."""
    match concern.code:
        case "win_rate_down":
            return gettext("Win rate is down")
        case "bookings_down":
            return gettext("Bookings are down")
        case "past_due":
            return gettext("Close dates have passed")
        case "no_decision":
            return gettext("Nothing decided lately")
    raise ValueError(f"no words for the concern {concern.code!r}")


def concern_text(concern: Concern, currency: str) -> str:
    """The facts behind it, in one sentence."""
    match concern.code:
        case "win_rate_down":
            text = gettext("%(now)s of %(count)s decided deals, after %(before)s in the periods before.") % {
                "now": formats.percent(concern.now),
                "count": formats.number(concern.count),
                "before": formats.percent(concern.before),
            }
            return _beside_peers(text, concern, formats.percent(concern.peers))
        case "bookings_down":
            text = gettext("%(now)s so far, after %(before)s on average by this day of the periods before.") % {
                "now": formats.money(concern.now, currency),
                "before": formats.money(concern.before, currency),
            }
            return _beside_peers(text, concern, formats.money(concern.peers, currency))
        case "past_due":
            return ngettext(
                "%(count)s open deal should have closed by now: %(amount)s.",
                "%(count)s open deals should have closed by now: %(amount)s.",
                concern.count,
            ) % {"count": formats.number(concern.count), "amount": formats.money(concern.now, currency)}
        case "no_decision":
            return gettext("No deal won or lost for %(days)s, since %(since)s, with %(count)s open.") % {
                "days": formats.days(concern.now),
                "since": formats.day(concern.since),
                "count": formats.number(concern.count),
            }
    raise ValueError(f"no words for the concern {concern.code!r}")


def _beside_peers(text: str, concern: Concern, peers: str) -> str:
    if concern.peers is None:
        return text
    beside = gettext("Peers: %(peers)s.") % {"peers": peers}
    return f"{text} {beside}"
