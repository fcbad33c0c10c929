"""What people are told about objectives and help: each links to its page and is out of sight with it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.models import HelpOffer, Objective
from goals.policies import objectives
from goals.selectors.help import offers_visible
from goals.selectors.objectives import people_asked
from people.models import MailChoice, Notification
from people.notifications import About, Words, notification_kind, notification_send
from people.told import found_of
from people.viewer import Viewer

PUBLISHED, CHANGED = "goals.objective_published", "goals.objective_changed"
OFFERED, ANSWERED = "goals.help_offered", "goals.help_answered"


def objective_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "A company objective was published: Grow in the north"."""
    rows = found_of(objectives.visible(viewer), notifications, "objective")
    return [_objective(rows.get(each.context.get("objective", 0)), each.kind) for each in notifications]


def _objective(row: Objective | None, kind: str) -> Words | None:
    if row is None:
        return None
    if kind == PUBLISHED:
        return Words(_("A company objective was published: %(name)s") % {"name": row.name}, _("Please read it."))
    return Words(
        _("The company objective “%(name)s” was changed") % {"name": row.name}, _("Its page says what and why.")
    )


def help_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "Carol Cole offers help with “More bookings”", and to Carol what came of it."""
    offers = offers_visible(viewer).select_related("goal", "by")
    rows = found_of(offers, notifications, "offer")
    return [_help(viewer, rows.get(each.context.get("offer", 0)), each.kind) for each in notifications]


def _help(viewer: Viewer, offer: HelpOffer | None, kind: str) -> Words | None:
    if offer is None:
        return None
    values = {"name": offer.by.name, "goal": offer.goal.name}
    if kind == OFFERED:
        return Words(_("%(name)s offers help with “%(goal)s”") % values, offer.note)
    if offer.thanked_at:
        return Words(_("You are thanked for your help with “%(goal)s”") % values, offer.thanks)
    if offer.state == HelpOffer.State.ACCEPTED:
        return Words(_("Your help with “%(goal)s” was accepted") % values, _("Talk to each other."))
    return Words(_("Your help with “%(goal)s” is not needed now") % values)


def objective_published(objective: Objective, *, by: Viewer | None, at: datetime) -> None:
    """Tell everybody who can read it, but not who published it."""
    _tell_all(PUBLISHED, objective, by, at)


def objective_changed(objective: Objective, *, by: Viewer | None, at: datetime) -> None:
    """Tell everybody that what they have read has changed."""
    _tell_all(CHANGED, objective, by, at)


def _tell_all(kind: str, objective: Objective, by: Viewer | None, at: datetime) -> None:
    on = by.on if by else at.date()
    own = by.person.pk if by else None
    notification_send(
        kind=kind,
        persons=[key for key in people_asked(on).values_list("pk", flat=True) if key != own],
        about=About("goals:objective_detail", {"objective_id": objective.pk}),
        context={"objective": objective.pk},
        key=f"{kind}:{objective.pk}:{objective.version}",
        at=at,
    )


def help_offered(offer: HelpOffer, persons: Sequence[int | None], *, at: datetime) -> None:
    """Tell whose goal it is."""
    _tell_of(OFFERED, offer, persons, "", at)


def help_answered(offer: HelpOffer, *, at: datetime) -> None:
    """Tell who offered what came of it."""
    _tell_of(ANSWERED, offer, [offer.by_id], ":thanks" if offer.thanked_at else "", at)


def _tell_of(kind: str, offer: HelpOffer, persons: Sequence[int | None], step: str, at: datetime) -> None:
    notification_send(
        kind=kind,
        persons=list(persons),
        about=About("goals:help_answer", {"offer_id": offer.pk}),
        context={"offer": offer.pk},
        key=f"{kind}:{offer.pk}{step}",
        at=at,
    )


def register() -> None:
    """Called once, when the app is ready."""
    at_once, digest = MailChoice.AT_ONCE, MailChoice.DIGEST
    published = gettext_lazy("A company objective is published")
    changed = gettext_lazy("A company objective is changed")
    notification_kind(PUBLISHED, label=published, words=objective_words, default=digest, icon="flag")
    notification_kind(CHANGED, label=changed, words=objective_words, default=digest, icon="flag")
    offered = gettext_lazy("Somebody offers help with a goal of yours")
    answered = gettext_lazy("Your offer of help is answered")
    notification_kind(OFFERED, label=offered, words=help_words, default=at_once, icon="team")
    notification_kind(ANSWERED, label=answered, words=help_words, default=at_once, icon="team")
