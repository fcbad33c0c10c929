"""`make run`: one terminal, everything in it, nothing left of it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spm.embedded import CHECKOUT
from spm.supervisor import Child, Supervisor, is_ready
from tests.spm.processes import process_named, processes_of, wait_for

pytestmark = pytest.mark.slow

OWN = {"DATABASE_URL", "REDIS_URL", "SPM_SECRET_KEY", "SPM_DATABASE_ROLE", "DJANGO_SETTINGS_MODULE"}
CREATE = "from people.models import Organization as O; O.objects.create(slug='kept', name='Kept')"


class Up:
    """One place to run in: a data folder, a port, and an organization, so that no demo is loaded."""

    def __init__(self, data: Path):
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.environment = {name: value for name, value in os.environ.items() if name not in OWN}
        self.environment |= {"SPM_DATA_DIR": str(data), "PORT": str(self.port)}
        self.log = data.parent / "log"
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", CREATE], cwd=CHECKOUT, env=self.environment, check=True
        )

    def start(self, *before: str) -> "subprocess.Popen[bytes]":
        command = [*before, sys.executable, "-m", "spm.up"]
        with self.log.open("wb") as log:
            up = subprocess.Popen(command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log)
        return up

    def is_up(self) -> "subprocess.Popen[bytes]":
        up = self.start()
        self.becomes_ready()
        return up

    def becomes_ready(self) -> None:
        wait_for(lambda: is_ready(self.port), "readiness", seconds=120)

    def leaves_nothing(self) -> None:
        wait_for(lambda: not processes_of(self.data), f"the end of {processes_of(self.data)}")
        assert not is_ready(self.port)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Up:
    closed = tmp_path_factory.mktemp("a closed folder", numbered=True)
    closed.chmod(0o700)
    return Up(closed / "data")


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "place" in request.fixturenames:
        for pid in processes_of(request.getfixturevalue("place").data):
            os.kill(pid, signal.SIGKILL)


def read(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_everything_and_says_so(place: Up, asked: signal.Signals) -> None:
    up = place.is_up()
    status, page = read(place.port, "/accounts/login/")
    assert status == 200 and b"password" in page
    up.send_signal(asked)
    assert up.wait(60) == 0
    assert not processes_of(place.data)
    said = place.log.read_text()
    assert f"Ready: http://127.0.0.1:{place.port}/" in said
    assert "Traceback" not in said and "demo" not in said
    assert said.rstrip().endswith("stopped")


def test_killed_it_takes_everything_with_it_and_starts_again(place: Up) -> None:
    up = place.is_up()
    up.kill()
    up.wait()
    place.leaves_nothing()
    place.is_up().terminate()
    place.leaves_nothing()


def test_the_death_of_whoever_started_it_stops_it(place: Up) -> None:
    starter = place.start("sh", "-c", '"$@"; true', "sh")
    place.becomes_ready()
    starter.kill()
    starter.wait()
    place.leaves_nothing()


def test_what_is_killed_under_it_comes_back(place: Up) -> None:
    up = place.is_up()
    for part in ("celery", "gunicorn", "spm.embedded.keeper", "postgres\0-D", "valkey-server"):
        os.kill(process_named(place.data, part), signal.SIGKILL)
        wait_for(lambda: not is_ready(place.port) or "again" in place.log.read_text(), f"a sign that {part} died")
        place.becomes_ready()
    up.terminate()
    assert up.wait(60) == 0
    place.leaves_nothing()


def test_a_command_attaches_to_the_running_servers(place: Up) -> None:
    up = place.is_up()
    known = json.loads((place.data / "servers.json").read_text())
    show = "from django.db import connection as c; print(c.settings_dict['PORT'])"
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", show]
    done = subprocess.run(command, cwd=CHECKOUT, env=place.environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(known["postgres_port"])
    assert is_ready(place.port)
    up.terminate()
    assert up.wait(60) == 0


@pytest.mark.parametrize(
    ("port", "advice"), [("taken", "stop what uses it, or choose another one: make run PORT="), ("many", "not a port")]
)
def test_a_port_that_cannot_be_used_costs_one_sentence(tmp_path: Path, port: str, advice: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        word = str(other.getsockname()[1]) if port == "taken" else port
        environment = {**os.environ, "SPM_DATA_DIR": str(tmp_path / "data"), "PORT": word}
        done = subprocess.run(
            [sys.executable, "-m", "spm.up"], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert advice in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(capfd: Any) -> None:
    supervisor = Supervisor([Child("web", ["sh", "-c", "echo about to fail; exit 3"], signal.SIGTERM)], lock=None)
    child = supervisor.children[0]
    supervisor.start()
    delays = []
    for _ in range(3):
        wait_for(lambda: not child.runs, "the end of the child")
        child.started -= child.delay  # as if the time had passed
        supervisor._show(seconds=0.2)
        supervisor._start_again(child)
        delays.append(child.delay)
    supervisor.stop()
    assert delays == [1.0, 2.0, 4.0]
    said = capfd.readouterr().out
    assert "web    | about to fail" in said
    assert "web ended (status 3) and is started again" in said
