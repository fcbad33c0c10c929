"""A worker says every two seconds that it lives, with a key that expires by itself: `/readyz` looks for that key.

Where SPM_HEARTBEAT_FILE names a file the worker touches that too, for a health check beside it in its container.
"""

import contextlib
from pathlib import Path
from typing import Any

import redis
from celery.signals import heartbeat_sent, worker_ready
from django.conf import settings

KEY = "spm:worker-lives"
SECONDS = 15


def broker() -> redis.Redis:
    """A client of the broker that gives up quickly."""
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2, socket_connect_timeout=2)


@worker_ready.connect
@heartbeat_sent.connect
def say(**_: Any) -> None:
    """A broker that is down is the worker's own business; the next beat tries again."""
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()
    with contextlib.suppress(redis.RedisError), broker() as client:
        client.set(KEY, 1, ex=SECONDS)
