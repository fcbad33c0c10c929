"""Make or refresh the virtual environment .venv: `python3 -I spm/bootstrap.py [dev]`. Needs nothing but Python.

Written so that an old Python can read it and be told so. Nothing happens when what is installed is what pyproject.toml
asks for; an interrupted installation is taken up again.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")


def main(extra: str = "") -> None:
    if sys.version_info < (3, 11):
        version = ".".join(str(number) for number in sys.version_info[:3])
        sys.exit(f"Python 3.11 or newer is needed and this is {version}: install one, or name it: make run PYTHON=...")
    lock = os.open(HERE, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # a second `make` waits here instead of installing beside the first
    try:
        refresh(extra)
    finally:
        os.close(lock)


def refresh(extra: str) -> None:
    requirements = wanted(extra)
    digest = hashlib.sha256("\n".join([*requirements, sys.version, HERE]).encode()).hexdigest()
    stamp = os.path.join(VENV, ".installed-" + (extra or "run"))
    if os.path.exists(PYTHON) and read(stamp) == digest:
        return
    started = time.monotonic()
    sys.stderr.write("Installing the Python packages into .venv (once, takes a minute or two) ...\n")
    make_environment()
    install(requirements)
    with open(stamp, "w") as file:
        file.write(digest)
    sys.stderr.write(f"Installed in {time.monotonic() - started:.0f} s.\n")


def wanted(extra: str) -> "list[str]":
    import tomllib

    with open(os.path.join(HERE, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    return [*project["dependencies"], *(project["optional-dependencies"][extra] if extra else [])]


def read(stamp: str) -> str:
    try:
        with open(stamp) as file:
            return file.read()
    except OSError:
        return ""


def make_environment() -> None:
    try:
        if not subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode:
            return
    except OSError:
        pass
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in made.stdout + made.stderr:
            sys.exit("Python's venv module is incomplete: install it (on Debian: apt-get install python3-venv).")
        sys.exit(f"A virtual environment could not be made in {VENV}: {(made.stderr or made.stdout).strip()}")


def install(requirements: "list[str]") -> None:
    """Run pip quietly; on a terminal one line shows what it is at."""
    command = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    said = []
    with subprocess.Popen(
        [*command, *requirements], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout or ():
            said.append(line.strip())
            progress(said[-1][:76])
    progress("")
    if pip.returncode:
        reasons = [line for line in said if line.startswith("ERROR")] or said
        sys.exit("\n".join(reasons[-3:]) + "\nThe Python packages could not be installed; is the network up?")


def progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K" + text)
        sys.stderr.flush()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"The virtual environment {VENV} cannot be written: {error.strerror}")
