"""The keeper: one process that owns the embedded servers of one data folder, and stops them when nobody uses them.

`python -m spm.embedded.keeper FOLDER [--not-durable]`, started by `spm.embedded.ensure()`. Its first line on standard
output is `ready`, `busy` when the folder has a keeper already, or one sentence that says what is wrong.
"""

import json
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from spm.embedded.folder import KEEPER, LOG, READY, STATE, USERS, Lock, Refused, write_private
from spm.embedded.servers import Postgres, Valkey, port

GRACE = 1.0  # seconds without a user before the servers stop, so that one command after the other finds them running
GIVE_UP = 5  # restarts in a row


class Keeper:
    def __init__(self, data: Path, durable: bool):
        self.data, self.durable = data, durable
        self.ready = Lock(data / READY)
        self.users = Lock(data / USERS)
        self.servers: list[Postgres | Valkey] = []
        self.asked_to_stop = False
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def start(self) -> None:
        """Start both servers on the ports and with the passwords of last time, where those can be had."""
        file = self.data / STATE
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        password = known.get("password") or secrets.token_urlsafe(24)
        postgres = Postgres(self.data, port(known.get("postgres_port")), password, self.durable)
        valkey = Valkey(self.data, port(known.get("valkey_port")), password)
        state = {"password": password, "postgres_port": postgres.port, "valkey_port": valkey.port}
        urls = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        write_private(file, json.dumps(state | urls, indent=1))  # before initdb: the cluster keeps this password
        self.servers = [postgres, valkey]
        for server in self.servers:
            server.start()
        self.ready.try_exclusively(seconds=5)

    def watch(self) -> None:
        """Return, with the folder locked against newcomers, when nobody has used the servers for a moment."""
        last_used = time.monotonic()
        while not self.asked_to_stop:
            self._mend()
            time.sleep(0.2)
            if not self.users.try_exclusively():
                last_used = time.monotonic()
            elif time.monotonic() - last_used >= GRACE:
                return
            else:
                self.users.let_go()

    def stop(self) -> None:
        self.ready.let_go()
        for server in reversed(self.servers):
            server.stop()

    def _mend(self) -> None:
        """Start again a server that died."""
        for server in self.servers:
            failures = 0
            while not self.asked_to_stop and (server.process is None or server.process.poll() is not None):
                try:
                    server.start()
                except Refused as refused:
                    print(refused, file=sys.stderr, flush=True)
                    failures += 1
                    self.asked_to_stop = failures >= GIVE_UP
                    time.sleep(failures)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True


def main(folder: str, *flags: str) -> None:
    data = Path(folder)
    lock = Lock(data / KEEPER)
    if not lock.try_exclusively(seconds=0.3):
        print("busy")
        return
    if (data / LOG).exists() and (data / LOG).stat().st_size > 10_000_000:
        (data / LOG).replace(data / f"{LOG}.1")
    keeper = Keeper(data, durable="--not-durable" not in flags)
    try:
        keeper.start()
        print("ready", flush=True)
        keeper.watch()
    except (Refused, OSError) as problem:
        print(problem, flush=True)
    finally:
        keeper.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
