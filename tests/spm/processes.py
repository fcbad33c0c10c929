"""Looking at processes from outside, for the tests that kill some."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def processes_of(place: Path) -> list[int]:
    """Processes that name this folder on their command line, work in it or hold a file of it open; not this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                held = [entry / "cwd", *(entry / "fd").iterdir()]
                if str(place).encode() in command_of(int(entry.name)) or any(_is_in(place, link) for link in held):
                    found.append(int(entry.name))
    return found


def _is_in(place: Path, link: Path) -> bool:
    try:
        return link.readlink().is_relative_to(place)
    except OSError:
        return False


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def process_named(place: Path, part: str) -> int:
    """The first process of this place whose command line has this part."""
    for pid in sorted(processes_of(place)):
        with contextlib.suppress(OSError):
            if part.encode() in command_of(pid):
                return pid
    raise AssertionError(f"there is no {part}")


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
