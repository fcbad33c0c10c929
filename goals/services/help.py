"""Help with somebody's goal: offered, accepted or declined, thanked for. Owner, helper and manager see it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.models import Goal, HelpOffer
from goals.policies import goals
from goals.told_company import help_answered, help_offered
from people.audit import audit
from people.models import SeatHolding
from people.refusal import refusals
from people.viewer import Viewer

State = HelpOffer.State


@transaction.atomic
def help_offer(*, viewer: Viewer, goal: Goal, at: datetime, note: str) -> HelpOffer:
    """Whoever sees somebody else's goal may offer help, once. Raises: PermissionDenied, ValidationError."""
    goals.require(viewer, "help", goal)
    if goal.person_id == viewer.person.pk:
        raise ValidationError(_("This goal is yours; ask others for help in a check-in."), code="own")
    if goal.withdrawn_at or goal.ends_before <= viewer.on:
        raise ValidationError(_("This goal is over; no help is needed any more."), code="over")
    with refusals():
        offer: HelpOffer = HelpOffer.objects.create(goal=goal, by=viewer.person, at=at, note=note.strip())
    help_offered(offer, _asked(goal, viewer), at=at)
    audit("help_offer", actor=viewer, at=at, subject=goal)
    return offer


@transaction.atomic
def help_answer(*, viewer: Viewer, offer: HelpOffer, at: datetime, is_accepted: bool) -> HelpOffer:
    """The owner (of a team's goal: whoever leads the team) accepts or declines. Raises: PermissionDenied, ValidationError."""
    row = _locked(offer)
    if not is_asked(viewer, row.goal):
        raise PermissionDenied(_("Whose goal it is answers offers of help."))
    if row.state != State.OFFERED:
        raise ValidationError(_("This offer was answered already."), code="answered")
    row.state = State.ACCEPTED if is_accepted else State.DECLINED
    row.answered_by, row.answered_at = viewer.person, at
    row.save(update_fields=["state", "answered_by", "answered_at"])
    help_answered(row, at=at)
    audit("help_accept" if is_accepted else "help_decline", actor=viewer, at=at, subject=row.goal)
    return row


@transaction.atomic
def help_thank(*, viewer: Viewer, offer: HelpOffer, at: datetime, thanks: str) -> HelpOffer:
    """Whoever accepted help says thank you, in words. Raises: PermissionDenied, ValidationError."""
    row = _locked(offer)
    if not is_asked(viewer, row.goal):
        raise PermissionDenied(_("Whose goal it is says thank you."))
    if row.state != State.ACCEPTED:
        raise ValidationError(_("Accept the offer first."), code="not_accepted")
    if row.thanked_at:
        raise ValidationError(_("You have thanked for this already."), code="thanked")
    if not thanks.strip():
        raise ValidationError({"thanks": _("Write a word of thanks.")}, code="required")
    row.thanks, row.thanked_at = thanks.strip(), at
    row.save(update_fields=["thanks", "thanked_at"])
    help_answered(row, at=at)
    audit("help_thank", actor=viewer, at=at, subject=row.goal)
    return row


def is_asked(viewer: Viewer, goal: Goal) -> bool:
    """Whether the viewer answers offers for a goal: the person it is of; for a team's, who leads the team."""
    if goal.person_id:
        return bool(goal.person_id == viewer.person.pk)
    return goal.team_id in viewer.managed_team_ids


def _asked(goal: Goal, viewer: Viewer) -> list[int | None]:
    """Who is told of an offer: the person, or the managers of the team."""
    if goal.person_id:
        return [goal.person_id]
    led = SeatHolding.objects.on(viewer.on).filter(seat__team=goal.team_id, seat__role="manager")
    return list(led.values_list("person", flat=True))


def _locked(offer: HelpOffer) -> HelpOffer:
    found: HelpOffer = HelpOffer.objects.select_for_update(of=("self",)).select_related("goal").get(pk=offer.pk)
    return found
