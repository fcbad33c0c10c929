"""How often a caller may ask: so many requests a minute, counted in the cache. A cache that is down lets everybody in."""

import time

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from people.api.problem import Problem

WINDOW = 60  # seconds


def caller_of(request: Request) -> str:
    """The one who is counted: a key, or the person of a session."""
    key = getattr(request._request, "api_key", None)
    return f"key {key.pk}" if key is not None else f"person {request._request.viewer.person.pk}"  # type: ignore[attr-defined]


def allowance(request: Request) -> tuple[str, int]:
    """Which counter a request counts on, and how far it goes."""
    is_read = request.method in SAFE_METHODS
    limit = settings.API_READS_PER_MINUTE if is_read else settings.API_WRITES_PER_MINUTE
    return f"{caller_of(request)} {'reads' if is_read else 'writes'}", int(limit)


def request_count(request: Request) -> dict[str, str]:
    """Count a request; the headers that say what is left. Raises: Problem when there is nothing left."""
    name, limit = allowance(request)
    now = time.time()
    window, seconds_left = int(now // WINDOW), WINDOW - int(now % WINDOW)
    used = _counted(f"api {request._request.viewer.organization.pk} {name} {window}")  # type: ignore[attr-defined]
    headers = {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(limit - used, 0)),
        "RateLimit-Reset": str(seconds_left),
    }
    if used > limit:
        raise Problem(
            429,
            "too_many_requests",
            _("%(limit)s of these requests a minute are allowed. Go on in %(seconds)s seconds.")
            % {"limit": limit, "seconds": seconds_left},
            headers={**headers, "Retry-After": str(seconds_left)},
        )
    return headers


def _counted(key: str) -> int:
    cache.add(key.replace(" ", "-"), 0, 2 * WINDOW)
    try:
        return int(cache.incr(key.replace(" ", "-")))
    except ValueError:  # thrown out of the cache in between
        return 1
