"""A back-up brings everything back, or changes nothing."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from people.models import Organization, Person
from people.wall import tenant
from spm import backups, schema

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NAME = "spm_backups"


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of its own, to which nobody else is connected, with the owner at work as in the commands."""
    name = f"{NAME}_{connection.settings_dict['NAME']}"
    with django_db_blocker.unblock(), schema.as_owner(connection):
        with closing(backups._maintenance()) as maintenance, maintenance.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
        with backups._connected_to(name):
            schema.bring_up_to_date()
            yield
        with closing(backups._maintenance()) as maintenance, maintenance.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture
def organization(database: None) -> Organization:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_organization CASCADE")
    organization = Organization.objects.create(slug="kept", name="Kept")
    with tenant(organization.id):
        Person.objects.create(name="Ada")
    return organization


@pytest.fixture
def backup(organization: Organization, tmp_path: Path) -> Path:
    file = tmp_path / "spm.backup"
    call_command("backup", str(file))
    return file


def names() -> set[str]:
    with tenant(Organization.objects.get(slug="kept").id):
        return set(Person.objects.values_list("name", flat=True))


def rename(name: str) -> None:
    with tenant(Organization.objects.get(slug="kept").id):
        Person.objects.update(name=name)


@contextmanager
def acting_as_the_application() -> Iterator[None]:
    schema.act_as(schema.APP_ROLE, connection)
    yield
    schema.act_as("", connection)


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def test_a_back_up_is_for_its_owners_eyes(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_back_up_never_overwrites_a_file(backup: Path) -> None:
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(backup))


def test_a_restored_database_is_what_it_was_and_the_wall_stands(backup: Path) -> None:
    before = databases()
    rename("Somebody else")
    call_command("restore", str(backup), "--replace")
    assert names() == {"Ada"}
    assert databases() == before
    with acting_as_the_application():
        assert names() == {"Ada"}
        with tenant(Organization.objects.get(slug="kept").id + 1):
            assert not Person.objects.exists()


def test_a_database_with_something_in_it_is_not_replaced_unasked(backup: Path) -> None:
    rename("Newer")
    with pytest.raises(CommandError, match="not empty; --replace"):
        call_command("restore", str(backup))
    assert names() == {"Newer"}


@pytest.mark.parametrize("content", [b"", b"name,amount\nAda,1\n"])
def test_a_file_that_is_no_back_up_is_named_and_changes_nothing(
    organization: Organization, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "some.csv").write_bytes(content)
    with pytest.raises(CommandError, match=r"some.csv is not a back-up"):
        call_command("restore", str(tmp_path / "some.csv"), "--replace")
    assert names() == {"Ada"}


def test_a_file_that_is_not_there_is_named(organization: Organization, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", str(tmp_path / "nothing"), "--replace")


def test_a_damaged_back_up_changes_nothing(backup: Path) -> None:
    before = databases()
    rename("Newer")
    backup.write_bytes(backup.read_bytes()[:-500])
    with pytest.raises(CommandError, match="the database is as it was"):
        call_command("restore", str(backup), "--replace")
    assert names() == {"Newer"}
    assert databases() == before


def test_a_back_up_of_a_newer_version_is_refused(organization: Organization, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', now())")
        call_command("backup", str(tmp_path / "later"))
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
    with pytest.raises(CommandError, match="newer version"):
        call_command("restore", str(tmp_path / "later"), "--replace")
    assert names() == {"Ada"}


def test_a_database_in_use_is_not_replaced(backup: Path) -> None:
    with closing(connection.copy()) as somebody:
        somebody.connect()
        with pytest.raises(CommandError, match="in use"):
            call_command("restore", str(backup), "--replace")
    assert names() == {"Ada"}
