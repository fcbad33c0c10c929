"""Keeps a few child processes running and shows what they say, each line with the child's name before it."""

import contextlib
import http.client
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from spm import embedded
from spm.embedded import launch

PATIENCE_AT_STOP = 6.0  # seconds children get to finish what they are doing
PATIENCE_AT_START = 30.0  # seconds without readiness until it says what is missing
GIVE_UP = 5  # refusals in a row to start the embedded servers again
STEADY = 60.0  # seconds after which a child that died is started again without delay
# Root is what a trial has; static files come straight from the packages unless they were collected.
QUIET = ["ignore:You're running the worker with superuser", "ignore:No directory at"]


def say(line: str, name: str = "spm") -> None:
    try:
        print(f"{name:<6} | {line}", flush=True)
    except OSError:  # the terminal is gone; what runs goes on stopping
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


class Child:
    """One child and all it starts: a session of its own. It inherits the servers' lock and so holds the servers."""

    def __init__(self, name: str, command: Sequence[str | Path], on_death: int):
        self.name, self.command, self.on_death = name, command, on_death
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.delay = 0.0
        self.output = -1
        self.unfinished = b""

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, lock: int | None) -> None:
        self.output, theirs = os.pipe()
        warnings = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), *QUIET]))
        self.process = launch.start(
            self.command,
            on_death=self.on_death,
            cwd=embedded.CHECKOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": warnings},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            pass_fds=[] if lock is None else [lock],
        )
        os.close(theirs)
        self.started = time.monotonic()

    def ask_to_stop(self) -> None:
        if self.process and self.runs:
            self.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        """End by force whatever is left of its session; its status."""
        if self.process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()

    def show(self) -> bool:
        """Say the lines it has finished; false at the end of its output."""
        chunk = os.read(self.output, 65536)
        *lines, self.unfinished = (self.unfinished + (chunk or b"\n")).split(b"\n")
        for line in lines:
            if chunk or line:
                say(line.decode("utf-8", "replace"), self.name)
        return bool(chunk)


class Supervisor:
    def __init__(self, children: list[Child], *, lock: int | None):
        self.children, self.lock = children, lock
        self.outputs = selectors.DefaultSelector()
        self.refusals = 0

    def start(self) -> None:
        for child in self.children:
            self._start(child)

    def watch(self, port: int, *, announcement: list[str]) -> None:
        """Forever: show output, start again what died, announce once that all is ready."""
        announced, complain_at = False, time.monotonic() + PATIENCE_AT_START
        while True:
            self._show(seconds=0.3)
            if self.lock is not None and not embedded.are_ready():
                self._mend_the_servers()
            for child in self.children:
                if not child.runs:
                    self._start_again(child)
            if not announced and is_ready(port):
                announced = True
                for line in announcement:
                    say(line)
            elif not announced and time.monotonic() > complain_at:
                complain_at += PATIENCE_AT_START
                say(f"not ready yet: {readiness(port)}")

    def stop(self) -> None:
        """Ask all, wait for all, insist."""
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE_AT_STOP
        while any(child.runs for child in self.children) and time.monotonic() < deadline:
            self._show(seconds=0.05)
        for child in self.children:
            child.end()

    def _start(self, child: Child) -> None:
        child.start(self.lock)
        self.outputs.register(child.output, selectors.EVENT_READ, child)

    def _start_again(self, child: Child) -> None:
        lived = time.monotonic() - child.started
        if lived < child.delay:
            return
        child.delay = 1.0 if lived > STEADY else min(child.delay * 2 or 1.0, 30.0)
        say(f"{child.name} ended (status {child.end()}) and is started again")
        self._start(child)

    def _mend_the_servers(self) -> None:
        """Replace a keeper that was killed; where a port could not be had again, the children learn the new one."""
        before = os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
        say("the embedded servers are started again")
        try:
            embedded.ensure()
        except embedded.Refused as refused:  # the ones before may not be quite gone
            self.refusals += 1
            if self.refusals >= GIVE_UP:
                raise
            say(str(refused))
            return
        self.refusals = 0
        if before != (os.environ["DATABASE_URL"], os.environ["REDIS_URL"]):
            self.stop()

    def _show(self, seconds: float) -> None:
        if not self.outputs.get_map():
            time.sleep(seconds)
        for key, _ in self.outputs.select(seconds):
            if not key.data.show():
                self.outputs.unregister(key.fd)
                os.close(key.fd)


def is_ready(port: int) -> bool:
    return readiness(port).get("status") == "ok"


def readiness(port: int) -> dict[str, str]:
    """What `/readyz` says; without an answer, that."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        said: dict[str, str] = json.loads(connection.getresponse().read())
        return said
    except (OSError, http.client.HTTPException, ValueError):
        return {"web": "does not answer"}
    finally:
        connection.close()
