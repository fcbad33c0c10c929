"""PostgreSQL and Valkey die under load and come back; afterwards every figure is right, without a manual step."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spm.embedded import CHECKOUT
from tests.spm.processes import process_named, processes_of, wait_for
from tests.spm.test_up import Up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
RUN = "from tests.spm.busy import main; main()"
ENDS = {8: ("postgres\0-D", signal.SIGKILL), 25: ("valkey-server", signal.SIGKILL), 42: ("postgres\0-D", signal.SIGINT)}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Up]:
    place = Up(tmp_path / "data")
    yield place
    for pid in processes_of(place.data):
        os.kill(pid, signal.SIGKILL)


def revenue(place: Up) -> str:
    """What the product says, with nothing recomputed for the question."""
    command = [sys.executable, "manage.py", "metrics", "--organization", "busy", "--metric", "revenue"]
    command += ["--by", "person", "--no-wait", "--format", "json"]
    done = subprocess.run(command, cwd=CHECKOUT, env=place.environment, capture_output=True, text=True, check=False)
    rows = json.loads(done.stdout)["rows"] if done.returncode == 0 else []
    return next((str(row["value"]) for row in rows), "")


def test_servers_that_die_under_load_cost_time_and_nothing_else(place: Up) -> None:
    up = place.is_up()
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", RUN]
    busy = subprocess.Popen(command, cwd=CHECKOUT, env=place.environment, stdout=subprocess.PIPE, text=True)
    assert busy.stdout is not None
    total = ""
    for line in busy.stdout:
        word, _, rest = line.strip().partition(" ")
        total = rest if word == "total" else total
        if word.isdigit() and int(word) in ENDS:
            part, how = ENDS[int(word)]
            os.kill(process_named(place.data, part), how)
    assert busy.wait(60) == 0
    place.becomes_ready()
    assert total == "1785.00"  # 0.25 + 1.25 + … + 59.25
    wait_for(lambda: revenue(place) == total, "the figures", seconds=120)
    up.terminate()
    assert up.wait(60) == 0
