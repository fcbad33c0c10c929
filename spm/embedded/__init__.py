"""A real PostgreSQL and a real Valkey for machines that have none, out of pip packages.

`ensure()` is all a process needs. It gives the process DATABASE_URL, REDIS_URL and SPM_SECRET_KEY, each only where it
is not set, and takes a shared lock on a file of the data folder for as long as the process lives. One keeper process
(`spm.embedded.keeper`) owns both servers and stops them when nobody holds that lock any more, so processes that use
them may start and end in any order.
"""

import io
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from spm import env
from spm.embedded.folder import KEEPER, LOG, READY, STATE, USERS, Lock, Refused, append_private, private, write_private

__all__ = ["Refused", "are_ready", "ensure", "folder", "release"]

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120.0  # seconds until both servers answer; recovery after a crash can take a while

_holds: dict[Path, Lock] = {}
_keepers: list[subprocess.Popen[str]] = []


def folder() -> Path:
    """The data folder: SPM_DATA_DIR, otherwise one inside the checkout that git ignores."""
    return Path(os.environ.get("SPM_DATA_DIR") or CHECKOUT / ".data").absolute()


def ensure(data: Path | None = None, *, durable: bool = True) -> int | None:
    """Set what is not set and hold the servers; returns the lock's descriptor for children to inherit (None: not ours).

    Raises: Refused, whose text is one sentence for the person at the terminal.
    """
    data = data or folder()
    held = data in _holds
    if not held and env.text("DATABASE_URL") and env.text("REDIS_URL") and env.text("SPM_SECRET_KEY"):
        return None
    private(data)
    if not env.text("SPM_SECRET_KEY"):
        os.environ["SPM_SECRET_KEY"] = _secret(data / "secret_key")
    if not held and env.text("DATABASE_URL") and env.text("REDIS_URL"):
        return None
    state = _attach(data, durable)
    for name in ("DATABASE_URL", "REDIS_URL"):
        if held or not env.text(name):
            os.environ[name] = state[name]
    return _holds[data].fd


def are_ready(data: Path | None = None) -> bool:
    """Whether a keeper lives and both its servers have started."""
    return Lock.is_held((data or folder()) / READY)


def release(data: Path | None = None) -> None:
    """Let go of the servers now; when nobody else uses them, wait until they have stopped."""
    data = data or folder()
    hold = _holds.pop(data, None)
    if hold is None:
        return
    hold.close()
    nobody = Lock(data / USERS)
    is_last = nobody.try_exclusively(seconds=0.2)
    nobody.close()
    if is_last:
        deadline = time.monotonic() + 15
        while Lock.is_held(data / KEEPER) and time.monotonic() < deadline:
            time.sleep(0.05)


def _attach(data: Path, durable: bool) -> dict[str, str]:
    if data not in _holds:
        _holds[data] = Lock(data / USERS).share()
    deadline = time.monotonic() + PATIENCE
    while not Lock.is_held(data / READY):
        if time.monotonic() > deadline:
            raise Refused(f"The database did not answer within {PATIENCE:.0f} seconds; {data / LOG} says why.")
        if Lock.is_held(data / KEEPER):
            time.sleep(0.05)
        else:
            _start_keeper(data, durable)
    state: dict[str, str] = json.loads((data / STATE).read_text(encoding="utf-8"))
    return state


def _start_keeper(data: Path, durable: bool) -> None:
    """Start a keeper and wait for its one line: `ready`, `busy` (another one was faster), or what is wrong."""
    command = [sys.executable, "-m", "spm.embedded.keeper", str(data), *([] if durable else ["--not-durable"])]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with append_private(data / LOG) as log:
        keeper = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    _keepers.append(keeper)
    with keeper.stdout or io.StringIO() as report:
        line = report.readline().strip()
    if line not in {"ready", "busy"}:
        raise Refused(line or f"The embedded servers did not start; {data / LOG} says why.")


def _secret(file: Path) -> str:
    if not file.exists():
        write_private(file, secrets.token_urlsafe(50), replace=False)
    return file.read_text(encoding="utf-8").strip()
