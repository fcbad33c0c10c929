"""What happens before there is a virtual environment or a browser."""

import ast
import os
import sys
from pathlib import Path

import pytest

from spm import bootstrap
from tests import chromium

SOURCE = Path(bootstrap.__file__).read_text(encoding="utf-8")


def test_an_old_python_can_read_the_file_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ast.parse(SOURCE, feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed and this is 3\.9\.2: install one"):
        bootstrap.main()


def test_nothing_is_installed_that_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    monkeypatch.setattr(bootstrap, "make_environment", lambda: None)
    monkeypatch.setattr(bootstrap, "install", installed.append)
    bootstrap.main()
    bootstrap.main()
    assert len(installed) == 1
    assert any(requirement.startswith("django~=") for requirement in installed[0])
    bootstrap.main("dev")
    assert any(requirement.startswith("pytest~=") for requirement in installed[1])


def test_an_interrupted_installation_is_taken_up_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    attempts = []

    def interrupted(requirements: list[str]) -> None:
        attempts.append(requirements)
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    monkeypatch.setattr(bootstrap, "make_environment", lambda: None)
    monkeypatch.setattr(bootstrap, "install", interrupted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            bootstrap.main()
    assert len(attempts) == 2


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("1", 1)])
def test_without_any_chromium_one_line_says_how_to_get_one(
    ci: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(chromium.subprocess, "run", lambda command, **_: os)  # neither apt-get nor Playwright helps
    monkeypatch.setattr(os, "returncode", 1, raising=False)
    assert chromium.main() == status
    assert "the browser journeys are skipped; install one" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(("uid", "first"), [(0, "apt-get"), (1000, "playwright")])
def test_chromium_comes_from_debian_for_root_and_from_playwright_for_others(
    uid: int, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[list[str]] = []

    def note(command: list[str], **_: object) -> object:
        tried.append(command)
        return type("Done", (), {"returncode": 1})

    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(chromium.subprocess, "run", note)
    assert chromium.install() is None
    assert first in tried[0]
    assert "playwright" in tried[-1]
