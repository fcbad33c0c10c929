"""`make run`: the servers, the web process, a worker and beat in one terminal, until Ctrl-C.

Everything started here ends with this process, however it ends: a clean stop asks, waits and insists; when this process
is killed the kernel tells its children, and when whoever started it is killed the kernel tells this process.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from spm import embedded, env
from spm.embedded import launch
from spm.embedded.folder import Refused, write_private
from spm.supervisor import Child, Supervisor, say

CHECKOUT = embedded.CHECKOUT
SIGN_INS = "sign-ins.json"


class Stop(Exception):
    """Ctrl-C, a closed terminal, or somebody asked this process to end."""


def _on_signal(signum: int, frame: FrameType | None) -> NoReturn:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)  # stopping is under way
    raise Stop


STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    launch.die_with_parent(signal.SIGTERM)
    for number in STOPPING:
        signal.signal(number, _on_signal)
    try:
        run(_port(env.text("PORT", "8000")))
    except Stop:
        say("stopped")
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    finally:
        embedded.release()
    return 0


def run(port: int) -> None:
    _port_is_free(port)
    fd = embedded.ensure()
    prepare()
    supervisor = Supervisor(children(port), lock=fd)
    try:
        supervisor.start()
        supervisor.watch(port, announcement=announcement(port))
    finally:
        supervisor.stop()


def prepare() -> None:
    """Schema, catalogues, and the demo organization when there is no organization at all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")
    import django

    django.setup()
    from django.apps import apps
    from django.db import OperationalError, connections

    from spm.catalogues import compile_catalogues
    from spm.schema import bring_up_to_date

    compile_catalogues()
    say("checking the database")
    try:
        is_new = bring_up_to_date()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Refused(f"The database that DATABASE_URL names cannot be used: {reason}") from error
    if is_new:
        say("the database is up to date")
    if not apps.get_model("people", "Organization").objects.exists():
        _load_demo()
    connections.close_all()


def _load_demo() -> None:
    say("loading the demo organization (once)")
    command = [sys.executable, "manage.py", "demo", "--format", "json"]
    demo = launch.start(command, on_death=signal.SIGTERM, cwd=CHECKOUT, stdout=subprocess.PIPE)
    try:
        answer, _ = demo.communicate()
    finally:
        launch.stop(demo, signal.SIGTERM, 5)
    if demo.returncode:
        say("the demo organization could not be loaded (see above); the rest starts without it")
        return
    write_private(embedded.folder() / SIGN_INS, answer.decode())


def children(port: int) -> list[Child]:
    python, celery = sys.executable, [sys.executable, "-m", "celery", "--quiet", "-A", "spm"]
    beat_file = embedded.folder() / "beat-schedule"
    web = ["-m", "gunicorn", "spm.wsgi", f"--bind=127.0.0.1:{port}", "--worker-class=gthread", "--workers=2"]
    web += ["--threads=4", "--timeout=60", "--graceful-timeout=4", "--log-level=warning", "--no-control-socket"]
    worker = ["worker", "--loglevel=WARNING", "--concurrency=2", "--without-mingle", "--without-gossip"]
    return [
        Child("web", [python, *web], on_death=signal.SIGTERM),
        Child("worker", [*celery, *worker], on_death=signal.SIGQUIT),
        Child("beat", [*celery, "beat", "--loglevel=WARNING", "--pidfile=", "-s", str(beat_file)], signal.SIGTERM),
    ]


def announcement(port: int) -> list[str]:
    """The address, and one sign-in per role of the demo organization while it exists."""
    from django.contrib.auth import get_user_model

    lines = [f"Ready: http://127.0.0.1:{port}/   (Ctrl-C stops it)"]
    file = embedded.folder() / SIGN_INS
    known = _sign_ins(file) if file.exists() else []
    exist = set(
        get_user_model().objects.filter(email__in=[email for _, email, _ in known]).values_list("email", flat=True)
    )
    shown: set[str] = set()
    for role, email, password in known:
        if email in exist and role not in shown:
            shown.add(role)
            lines.append(f"  {role:<14} {email:<36} {password}")
    return lines


def _sign_ins(file: Path) -> list[tuple[str, str, str]]:
    entries = json.loads(file.read_text(encoding="utf-8")).get("sign_ins", [])
    return [(entry["role"], entry.get("email") or entry["login"], entry["password"]) for entry in entries]


def _port(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise Refused(f"PORT={word} is not a port: choose a number from 1024 to 65535.")
    return int(word)


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refused(
                f"Port {port} cannot be used ({error.strerror}): stop what uses it, or choose another one: "
                f"make run PORT={port + 1}"
            ) from None


if __name__ == "__main__":
    sys.exit(main())
