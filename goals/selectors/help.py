"""Offers of help: on a goal, made by somebody, and made to them or to people they lead."""

from django.db.models import Q, QuerySet
from django.http import Http404

from goals.models import HelpOffer
from goals.policies import goals
from people.viewer import Viewer


def offers_visible(viewer: Viewer) -> QuerySet[HelpOffer]:
    """Offers the viewer made, those on goals of theirs, and those on goals of whom they lead: nobody else's."""
    own = Q(by=viewer.person) | Q(goal__person=viewer.person)
    led = Q(goal__in=goals.visible(viewer, "private")) | Q(goal__team__in=viewer.managed_team_ids)
    return HelpOffer.objects.filter(own | led)


def offers_listed(viewer: Viewer) -> list[HelpOffer]:
    """The offers in sight, newest first: those that wait for an answer before the others. One query."""
    rows = offers_visible(viewer).select_related("goal", "goal__person", "goal__team", "by", "answered_by")
    found = list(rows.order_by("-at", "-pk")[:200])
    return sorted(found, key=lambda offer: offer.state != HelpOffer.State.OFFERED)


def access_offer(viewer: Viewer, offer_id: int) -> HelpOffer:
    """The offer, where it is in sight. Raises: Http404. One query."""
    found = offers_visible(viewer).select_related("goal", "goal__person", "goal__team", "by").filter(pk=offer_id)
    offer = found.first()
    if offer is None:
        raise Http404
    return offer
