"""The commands of docker-compose.yml and the Dockerfile, run without an engine: same environment, secrets in files."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings
from psycopg2.sql import SQL, Identifier

from spm.supervisor import is_ready
from tests.spm.processes import wait_for
from tests.spm.test_compose import CHECKOUT, DOCKERFILE, SERVICES

pytestmark = pytest.mark.slow

DATABASE = f"spm_compose_{os.getpid()}"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a container gets: an empty database, and every secret in a file."""
    server = settings.DATABASES["default"]
    address = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "password": server["PASSWORD"]}
    with closing(psycopg2.connect(**address, dbname="postgres")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(SQL("CREATE DATABASE {}").format(Identifier(DATABASE)))
        secrets = {
            "database_url": "postgres://{user}:{0}@{host}:{port}/{1}",
            "secret_key": "k" * 50,
            "email_password": "",
        }
        for name, text in secrets.items():
            (tmp_path / name).write_text(text.format(quote(address["password"]), DATABASE, **address))
        given = {name: fill(str(value), tmp_path) for name, value in SERVICES["web"]["environment"].items()}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        queue = f"{settings.REDIS_URL.rpartition('/')[0]}/15"  # other tests say that no worker lives in theirs
        yield {**given, "REDIS_URL": queue, "PATH": path, "HOME": "/nonexistent", "LANG": "C.UTF-8"}
        cursor.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(DATABASE)))


def fill(value: str, folder: Path) -> str:
    """Compose's ${NAME:-default}, and the test's folder in the place of the container's."""
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    return re.sub(r"/run/secrets|/tmp", str(folder), value)


def start(command: list[str], environment: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([fill(part, folder) for part in command], cwd=CHECKOUT, env=environment)


def is_well(name: str, folder: Path) -> bool:
    kind, check = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    return subprocess.run(["sh", "-c", fill(check.replace("$$", "$"), folder)], check=False).returncode == 0


def test_the_production_commands_work(environment: dict[str, str], tmp_path: Path) -> None:
    migrated = start(SERVICES["migrate"]["command"], environment, tmp_path)
    assert migrated.wait(120) == 0
    web = json.loads(re.search(r"^CMD (\[.*?\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)[1])  # type: ignore[index]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in web]
    commands = [web, SERVICES["worker"]["command"], SERVICES["beat"]["command"]]
    running = [start(command, environment, tmp_path) for command in commands]
    try:
        wait_for(lambda: is_ready(port), "readiness", seconds=60)
        wait_for(lambda: is_well("worker", tmp_path), "a healthy worker")
        wait_for(lambda: is_well("beat", tmp_path), "a healthy beat")
        for process in running:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in running] == [0, 0, 0]
    finally:
        for process in running:
            process.kill()
