"""A real Celery worker with beat, on the database and the broker of the tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Worker and beat in a session of their own, so that one signal reaches all of its processes."""
    given = connection.settings_dict
    address = f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": address,
        "REDIS_URL": settings.REDIS_URL,
        "SPM_DATABASE_ROLE": "spm_app",
        "SPM_INSECURE_KEY": "1",
        "DJANGO_SETTINGS_MODULE": "tests.journeys.worker_settings",
    }
    command = ["-m", "celery", "--quiet", "-A", "spm", "worker", "-B", "-s", str(folder / "beat"), "--concurrency=1"]
    command += ["--loglevel=WARNING", "--without-mingle", "--without-gossip"]
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def kill(worker: "subprocess.Popen[bytes]") -> None:
    """Every process of it at once, without a chance to tidy up."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(20)


def empty_queue() -> None:
    """Bells of earlier tests speak of organizations that are gone."""
    redis.Redis.from_url(settings.REDIS_URL).delete(settings.CELERY_TASK_DEFAULT_QUEUE)


@contextmanager
def working(folder: Path) -> Iterator[None]:
    """While a worker works."""
    empty_queue()
    worker = start(folder)
    try:
        yield
    finally:
        kill(worker)
