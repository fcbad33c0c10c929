"""The embedded servers: shared by whoever comes, gone when nobody is left, unharmed by kills."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from spm.embedded import CHECKOUT, Refused, ensure, folder, servers
from spm.embedded.folder import KEEPER, LOG, READY, STATE, Lock, private
from tests.spm.processes import command_of, process_named, processes_of, wait_for

pytestmark = pytest.mark.slow

USER = """
import os, sys
from spm import embedded
try:
    embedded.ensure()
except embedded.Refused as refused:
    sys.exit(str(refused))
print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the servers until told to leave."""

    def __init__(self, data: Path, path: str = ""):
        unset = {"DATABASE_URL", "REDIS_URL", "SPM_SECRET_KEY"}
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        environment |= {"SPM_DATA_DIR": str(data), "PATH": path + os.environ["PATH"]}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER], cwd=CHECKOUT, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe
        )

    def arrives(self) -> tuple[str, str]:
        assert self.process.stdout and self.process.stderr
        words = self.process.stdout.readline().split()
        assert len(words) == 2, self.process.stderr.read()
        return words[0], words[1]

    def is_refused(self) -> str:
        _, reason = self.process.communicate()
        assert self.process.returncode == 1
        return reason.strip()

    def leaves(self) -> None:
        self.process.communicate()


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder in a closed folder with a space in its name; at the end nothing may be left running there."""
    closed = tmp_path / "a closed folder"
    closed.mkdir(mode=0o700)
    yield closed / "data"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    wait_for(lambda: not processes_of(closed), f"the end of {processes_of(closed)}")


@pytest.fixture
def come(data: Path) -> Iterator[Callable[..., User]]:
    users: list[User] = []

    def come(path: str = "") -> User:
        users.append(User(data, path))
        return users[-1]

    yield come
    for user in users:
        user.process.kill()
        with contextlib.suppress(ValueError):
            user.leaves()


def ask(url: str, query: str = "SELECT 1") -> Any:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone() if cursor.description else None
    connection.close()
    return row[0] if row else None


def answers(url: str) -> bool:
    try:
        return bool(ask(url))
    except psycopg2.OperationalError:
        return False


def test_processes_that_start_at_once_share_servers_which_end_with_the_last(data: Path, come: Any) -> None:
    users = [come() for _ in range(3)]
    addresses = {user.arrives() for user in users}
    assert len(addresses) == 1
    database, queue = addresses.pop()
    for user in users:
        assert ask(database) == 1
        assert redis.Redis.from_url(queue).ping()
        user.leaves()
    wait_for(lambda: not Lock.is_held(data / KEEPER), "the keeper's end")
    assert not answers(database)


def test_a_killed_user_lets_go_of_the_servers(data: Path, come: Any) -> None:
    user = come()
    user.arrives()
    user.process.send_signal(signal.SIGKILL)
    wait_for(lambda: not Lock.is_held(data / KEEPER), "the keeper's end")


def test_what_was_committed_survives_the_keepers_death_and_the_address_stays(data: Path, come: Any) -> None:
    user = come()
    database, queue = user.arrives()
    ask(database, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(process_named(data, "spm.embedded.keeper"), signal.SIGKILL)
    wait_for(lambda: not Lock.is_held(data / READY), "the lock of the dead keeper")
    assert come().arrives() == (database, queue)
    assert ask(database, "SELECT answer FROM kept") == 42


def test_a_killed_server_is_started_again(data: Path, come: Any) -> None:
    database, _ = come().arrives()
    ask(database, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(process_named(data, "postgres\0-D"), signal.SIGKILL)
    wait_for(lambda: not answers(database), "the server's death")
    wait_for(lambda: answers(database), "the server's return")
    assert ask(database, "SELECT answer FROM kept") == 42


def test_a_stale_pid_file_that_names_a_living_stranger_does_not_matter(data: Path, come: Any) -> None:
    user = come()
    user.arrives()
    pid_file = data / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    user.leaves()
    wait_for(lambda: not Lock.is_held(data / KEEPER), "the keeper's end")
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert ask(come().arrives()[0]) == 1


def test_the_servers_answer_on_this_machine_only_and_to_the_password_only(data: Path, come: Any) -> None:
    database, queue = come().arrives()
    known = json.loads((data / STATE).read_text())
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(database.replace(known["password"], "guessed"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(queue.replace(known["password"], "guessed")).ping()
    assert ask(database, "SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'") == ""
    assert ask(database, "SELECT rolpassword FROM pg_authid WHERE rolname = 'spm'").startswith("SCRAM-SHA-256$")
    for port in (known["postgres_port"], known["valkey_port"]):
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=1):
            pass


def test_secrets_are_readable_by_their_owner_only(data: Path, come: Any) -> None:
    come().arrives()
    password = json.loads((data / STATE).read_text())["password"].encode()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in (STATE, "secret_key", LOG):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    for pid in processes_of(data):
        assert password not in command_of(pid)


def test_a_taken_port_is_replaced(data: Path, come: Any) -> None:
    user = come()
    user.arrives()
    user.leaves()
    wait_for(lambda: not Lock.is_held(data / KEEPER), "the keeper's end")
    port = json.loads((data / STATE).read_text())["postgres_port"]
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        database, _ = come().arrives()
    assert f":{port}/" not in database
    assert ask(database) == 1


def test_where_user_namespaces_are_forbidden_it_starts_all_the_same(data: Path, come: Any, tmp_path: Path) -> None:
    forbidden = tmp_path / "unshare"
    forbidden.write_text("#!/bin/sh\nexit 1\n")
    forbidden.chmod(0o755)
    user = come(path=f"{tmp_path}:")
    database, _ = user.arrives()
    ask(database, "CREATE TABLE kept AS SELECT 42 AS answer")
    user.leaves()
    wait_for(lambda: not Lock.is_held(data / KEEPER), "the keeper's end")
    assert ask(come().arrives()[0], "SELECT answer FROM kept") == 42  # files change hands and back


def test_a_folder_of_another_version_is_refused_in_one_sentence(data: Path, come: Any) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    reason = come().is_refused()
    assert "made by PostgreSQL 17" in reason and "\n" not in reason


def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match=r"cannot be written \(Not a directory\): set SPM_DATA_DIR"):
        private(tmp_path / "file" / "data")


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(Refused, match="belongs to another user"):
        private(tmp_path)


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers.launch, "disguise", lambda program, data: [])
    monkeypatch.setattr(servers.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5 * 2**20}))
    with pytest.raises(Refused, match="is full: 5 MB free"):
        servers.Postgres(tmp_path, 1, "", durable=False).start()


def test_servers_that_are_named_in_the_environment_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"DATABASE_URL": "postgres://db/spm", "REDIS_URL": "redis://queue", "SPM_SECRET_KEY": "secret"}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPM_DATA_DIR", str(tmp_path / "data"))
    assert ensure() is None
    assert {name: os.environ[name] for name in named} == named
    assert not folder().exists()
