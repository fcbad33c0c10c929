"""Read invitations."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from people.models import Invitation
from people.policies import invitations, persons
from people.viewer import Viewer


def invitation_list(viewer: Viewer) -> QuerySet[Invitation]:
    """Every invitation with its people, the latest first. One query when read."""
    found = invitations.visible(viewer).select_related("person", "created_by")
    return found.order_by("-created_at", "-pk")


def invitations_open(viewer: Viewer, at: datetime) -> list[Invitation]:
    """Invitations whose links work now. One query."""
    return list(invitation_list(viewer).filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at))


def access_invitation(viewer: Viewer, invitation_id: int) -> Invitation:
    """The invitation, for whoever may invite. Raises: PermissionDenied, Http404. One query."""
    persons.require(viewer, "invite")
    found = invitation_list(viewer).filter(pk=invitation_id).first()
    if found is None:
        raise Http404
    return found
