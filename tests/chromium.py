"""Which Chromium drives the browser journeys; `python -m tests.chromium` installs one where there is none.

An installed one, otherwise Debian's package when root, otherwise Playwright's own download.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOW = "install one (Debian: apt-get install chromium; elsewhere: .venv/bin/python -m playwright install chromium)"
# No sandbox: it needs rights that root and containers do not have. The rest keeps it from calling home.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]


def find() -> str | None:
    """The program's path: SPM_CHROMIUM, one on PATH, or the one Playwright downloaded."""
    for name in (os.environ.get("SPM_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    return _downloaded()


def _downloaded() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        attempts[:0] = [[*apt, "update"], [*apt, "install", "--no-install-recommends", "chromium"]]
    for command in attempts:
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode == 0 and (path := find()):
            return path
    return None


def main() -> int:
    if find():
        return 0
    sys.stderr.write("Installing Chromium for the browser journeys (once) ...\n")
    if install():
        return 0
    sys.stderr.write(f"No Chromium: the browser journeys are skipped; {HOW}\n")
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
