"""What the processes share in the data folder: locks and private files."""

import contextlib
import errno
import fcntl
import os
import tempfile
import time
from pathlib import Path
from typing import IO

USERS = "users.lock"  # shared by every process that uses the servers
KEEPER = "keeper.lock"  # held by the one keeper
READY = "ready.lock"  # held by the keeper while both servers answer
STATE = "servers.json"  # addresses and passwords, kept from start to start
LOG = "servers.log"


class Refused(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


class Lock:
    """A lock of the kernel's on a file: gone with the process that holds it, however that process ends."""

    def __init__(self, file: Path):
        self.fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> "Lock":
        fcntl.flock(self.fd, fcntl.LOCK_SH)
        return self

    def try_exclusively(self, seconds: float = 0.0) -> bool:
        """Take it alone; while somebody else has it, try again for so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.02)

    def let_go(self) -> None:
        fcntl.flock(self.fd, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self.fd)

    @classmethod
    def is_held(cls, file: Path) -> bool:
        """Whether a process has it exclusively."""
        lock = cls(file)
        try:
            fcntl.flock(lock.fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            lock.close()
        return False


def private(data: Path) -> None:
    """Make the data folder, for its owner only. Raises: Refused when it cannot be used."""
    advice = "set SPM_DATA_DIR to a folder that you can write"
    try:
        _make_closed(data)
        owner = data.stat().st_uid
        if owner != os.geteuid():
            raise Refused(f"The data folder {data} belongs to another user (number {owner}): {advice}.")
        with tempfile.TemporaryFile(dir=data) as probe:
            probe.write(b"room")
    except OSError as error:
        room = "make room, or " if error.errno == errno.ENOSPC else ""
        raise Refused(f"The data folder {data} cannot be written ({error.strerror}): {room}{advice}.") from error


def _make_closed(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner only."""
    former = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    finally:
        os.umask(former)


def append_private(file: Path) -> IO[bytes]:
    """Open a log that only its owner can read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def write_private(file: Path, text: str, *, replace: bool = True) -> None:
    """Write a file whole or not at all, readable by its owner only; without `replace` the first writer wins."""
    fd, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            os.replace(draft, file)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(draft, file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
