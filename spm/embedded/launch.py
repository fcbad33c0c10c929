"""Starting a server so that it dies with its keeper and, as root, as somebody PostgreSQL accepts."""

import ctypes
import functools
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spm.embedded.folder import Refused

NOBODY = 65534
PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int) -> None:
    """Ask the kernel to send this process a signal when the one that started it ends, in whatever way."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum)


def start(command: Sequence[str | Path], *, on_death: int, **options: Any) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own (Ctrl-C does not reach it); it gets `on_death` when this process ends."""
    return subprocess.Popen(
        [str(part) for part in command],
        start_new_session=True,
        preexec_fn=functools.partial(die_with_parent, on_death),
        **options,
    )


def stop(process: "subprocess.Popen[bytes]", signum: int, seconds: float) -> None:
    """Ask it to end; end it by force when it has not within so many seconds."""
    if process.poll() is not None:
        return
    process.send_signal(signum)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def disguise(program: Path, data: Path) -> list[str]:
    """What goes before PostgreSQL's command line: nothing for an ordinary user; PostgreSQL refuses root.

    A user namespace in which root is `nobody` leaves every file root's. Where those are forbidden, or a folder above
    belongs to somebody else, `nobody` itself with the one right to pass closed folders.
    Raises: Refused when root has neither.
    """
    if os.geteuid() != 0:
        return []
    become_nobody = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    may_pass = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--pdeathsig", signal.SIGQUIT.name[3:]]
    may_pass += ["--securebits=+no_setuid_fixup"]  # otherwise access(2), which initdb asks, forgets the right
    for wrapper in (
        ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"],
        ["setpriv", *become_nobody, *may_pass],
    ):
        if _works([*wrapper, "sh", "-c", 'test -w "$1" && exec "$0" --version', str(program), str(data)]):
            _own(data / "postgres", 0 if wrapper[0] == "unshare" else NOBODY)
            return wrapper
    raise Refused(
        "PostgreSQL does not run as root and this machine allows neither user namespaces nor another user: "
        "start this as an ordinary user, or set DATABASE_URL to a database that already runs."
    )


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _own(cluster: Path, uid: int) -> None:
    """Hand an existing cluster to the account it is run as from now on."""
    if cluster.exists() and cluster.stat().st_uid != uid:
        for path in (cluster, *cluster.rglob("*")):
            os.chown(path, uid, uid, follow_symlinks=False)
