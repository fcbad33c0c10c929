"""`/healthz`: the process lives. `/readyz`: it can do its work. For load balancers, `make run` and compose.

Answered before every other middleware: no sign-in, no session, no tenant, no transaction, any host name.
"""

import functools
import logging
from collections.abc import Callable
from http import HTTPStatus

import redis
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from spm import heartbeat

logger = logging.getLogger(__name__)


class NoProbes(logging.Filter):
    """Leaves out that a probe was answered with 503: it is asked every moment until everything is up, and says why itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.name == "django.request" and getattr(record, "status_code", 0) == 503 and _is_probe(record))


def _is_probe(record: logging.LogRecord) -> bool:
    return str(getattr(getattr(record, "request", None), "path_info", "")) == "/readyz"


# A role that passes the wall: superuser, BYPASSRLS, or the right of an owner of a walled table.
PASSES_THE_WALL = """
    SELECT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
        OR EXISTS (SELECT FROM pg_class WHERE relrowsecurity AND pg_has_role(current_user, relowner, 'USAGE'))
"""


def probes(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The first middleware."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path_info == "/readyz":
            return readiness()
        return get_response(request)

    return answer


def readiness() -> JsonResponse:
    """Every part with `ok` or what is missing; 503 unless all are ok. The reason in full goes to the log only."""
    parts = {**_database(), **_queue()}
    is_ready = set(parts.values()) == {"ok"}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"status": "ok" if is_ready else "not ready", **parts}, status=status)


def _database() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(PASSES_THE_WALL)
            passes = cursor.fetchone()[0]
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except Error as error:
        logger.warning("Not ready: %s", error)
        return {"database": "does not answer", "role": "unknown", "migrations": "unknown"}
    return {
        "database": "ok",
        "role": "passes the wall between organizations" if passes else "ok",
        "migrations": "ok" if _on_disk() <= applied else "not all applied",
    }


def _queue() -> dict[str, str]:
    try:
        with heartbeat.broker() as client:
            lives = client.exists(heartbeat.KEY)
    except redis.RedisError as error:
        logger.warning("Not ready: %s", error)
        return {"broker": "does not answer", "worker": "unknown"}
    return {"broker": "ok", "worker": "ok" if lives else "none"}


@functools.cache
def _on_disk() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)
