"""The production shape. No engine runs it here; what can be known without one is checked."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_every_part_is_there() -> None:
    assert set(SERVICES) == {"web", "worker", "beat", "migrate", "postgres", "valkey"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_lasting_part_comes_back_and_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert "healthcheck" in SERVICES[name] or (name == "web" and "HEALTHCHECK" in DOCKERFILE)


@pytest.mark.parametrize("name", ["web", "worker", "beat", "migrate"])
def test_our_own_parts_cannot_write_and_have_no_rights(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert re.search(r"^USER spm$", DOCKERFILE, re.MULTILINE)


def test_every_setting_it_gives_is_one_the_program_reads() -> None:
    ours = " ".join(file.read_text(encoding="utf-8") for file in (CHECKOUT / "spm").glob("*.py"))
    for variable in SERVICES["web"]["environment"]:
        assert f'"{variable.removesuffix("_FILE")}"' in ours or f'"{variable}"' in ours, variable


def test_secrets_come_from_files_only() -> None:
    for service in SERVICES.values():
        for variable, value in (service.get("environment") or {}).items():
            if re.search("SECRET|DATABASE|PASSWORD", variable):
                assert variable.endswith("_FILE") and str(value).startswith("/run/secrets/"), variable
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_the_database_is_the_one_the_tests_run_on() -> None:
    from spm.embedded.servers import MAJOR

    assert SERVICES["postgres"]["image"] == f"postgres:{MAJOR}"
    assert "/var/lib/postgresql" in SERVICES["postgres"]["volumes"][0]


def test_the_image_holds_every_room_of_the_program() -> None:
    kept = set(re.findall(r"^!(\w+)", (CHECKOUT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    packages = {file.parent.name for file in CHECKOUT.glob("*/__init__.py") if file.parent.name != "tests"}
    assert packages <= kept
