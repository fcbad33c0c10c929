"""Read notifications: one's own, and nobody else's."""

from django.db.models import QuerySet
from django.http import Http404

from people.models import MailChoice, Notification, NotificationPreference
from people.notifications import NotificationKind, notification_kinds
from people.viewer import Viewer

MOST_COUNTED = 1_000


def notification_rows(viewer: Viewer, *, kind: str = "", is_unread: bool = False) -> "QuerySet[Notification]":
    """What the viewer was told, the latest first."""
    found = Notification.objects.filter(person=viewer.person).order_by("-created_at", "-pk")
    found = found.filter(kind=kind) if kind else found
    return found.filter(read_at=None) if is_unread else found


def access_notification(viewer: Viewer, notification_id: int) -> Notification:
    """One's own. Raises: Http404. One query."""
    found = notification_rows(viewer).filter(pk=notification_id).first()
    if found is None:
        raise Http404
    return found


def unread_count(viewer: Viewer) -> int:
    """How many wait to be read. One query."""
    return notification_rows(viewer, is_unread=True)[:MOST_COUNTED].count()


def preferences_of(viewer: Viewer) -> list[tuple[NotificationKind, str]]:
    """How the viewer hears of each kind by e-mail. One query."""
    chosen = dict(NotificationPreference.objects.filter(person=viewer.person).values_list("kind", "mail"))
    kinds = sorted(notification_kinds(), key=lambda kind: str(kind.label).casefold())
    return [(kind, MailChoice(chosen.get(kind.name, kind.default))) for kind in kinds]


def kinds_told(viewer: Viewer) -> list[NotificationKind]:
    """Kinds of which the viewer was told something. One query."""
    names = set(Notification.objects.filter(person=viewer.person).values_list("kind", flat=True).distinct())
    return [kind for kind in notification_kinds() if kind.name in names]
