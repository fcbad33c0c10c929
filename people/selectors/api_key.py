"""Read the keys of programs."""

import hmac
from datetime import datetime

from django.http import Http404

from people.models import ApiKey, Person
from people.policies import api_keys
from people.viewer import Viewer


def api_key_list(viewer: Viewer) -> list[ApiKey]:
    """Every key, those that work first. One query."""
    found = api_keys.visible(viewer).select_related("person", "created_by")
    return sorted(found.order_by("name", "pk"), key=lambda key: key.revoked_at is not None)


def access_api_key(viewer: Viewer, key_id: int, action: str = "view") -> ApiKey:
    """The key. Raises: PermissionDenied for everybody but administrators, Http404. One query."""
    api_keys.require(viewer, action)
    key = api_keys.visible(viewer).filter(pk=key_id).first()
    if key is None:
        raise Http404
    return key


def api_key_presented(key_id: int, digest: str, at: datetime) -> ApiKey | None:
    """The key that a request presents, if it opens anything now. Behind the wall. One query."""
    key = ApiKey.objects.select_related("person__user", "person__organization").filter(pk=key_id).first()
    if key is None or not hmac.compare_digest(key.digest, digest) or is_over(key, at) or _is_shut_out(key):
        return None
    return key


def is_over(key: ApiKey, at: datetime) -> bool:
    """Whether a key is revoked or expired."""
    return key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= at)


def _is_shut_out(key: ApiKey) -> bool:
    user = key.person.user
    return user is not None and not user.is_active


def key_persons(viewer: Viewer) -> list[Person]:
    """For whom the viewer may make a key: themselves, and people without a sign-in. One query."""
    found = Person.objects.filter(user=None, left_on=None) | Person.objects.filter(pk=viewer.person.pk)
    return list(found.order_by("name"))
