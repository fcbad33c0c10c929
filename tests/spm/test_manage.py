"""`manage.py` by itself: which commands need servers, which act as whom."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spm.embedded import CHECKOUT

OWN = {"DATABASE_URL", "REDIS_URL", "SPM_SECRET_KEY", "SPM_INSECURE_KEY", "SPM_DATABASE_ROLE", "DJANGO_SETTINGS_MODULE"}
WHO = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); print(k.fetchone()[0])"


def start(data: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment["SPM_DATA_DIR"] = str(data)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def says(process: "subprocess.Popen[str]") -> str:
    out, error = process.communicate(timeout=240)
    assert process.returncode == 0, error
    return out.strip()


@pytest.mark.parametrize("arguments", [["help"], ["version"], ["compilemessages"], ["demo", "--help"], []])
def test_what_needs_no_database_starts_none(arguments: list[str], tmp_path: Path) -> None:
    says(start(tmp_path / "data", *arguments))
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_on_a_fresh_clone_commands_work_by_themselves_two_at_once(tmp_path: Path) -> None:
    commands = [start(tmp_path / "data", "shell", "--verbosity=0", "-c", WHO) for _ in range(2)]
    assert [says(command) for command in commands] == ["spm_app", "spm_app"]
    assert "[ ]" not in says(start(tmp_path / "data", "showmigrations"))


def test_a_refusal_is_one_sentence_and_status_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    process = start(tmp_path / "file" / "data", "check")
    out, error = process.communicate(timeout=240)
    assert (process.returncode, out) == (1, "")
    assert error.startswith("The data folder") and error.count("\n") == 1
