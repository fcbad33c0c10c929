"""Back-up and restore of the whole database with PostgreSQL's own programs, as the owner of the schema."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg2.sql import SQL, Identifier

from spm.embedded.folder import Refused
from spm.embedded.servers import MAJOR, programs
from spm.schema import APP_ROLE, bring_up_to_date

ROLE_SQL = f"""
DO $$ BEGIN CREATE ROLE {APP_ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def write(file: Path) -> None:
    """Write a back-up, whole or not at all. Raises: Refused."""
    if file.exists():
        raise Refused(f"{file} exists already: choose another name.")
    with connection.cursor():
        pg_dump = _program("pg_dump", connection.pg_version // 10_000)  # type: ignore[attr-defined]
    try:
        fd, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}-")
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from error
    os.close(fd)
    draft = Path(name)
    try:
        _call(pg_dump, "--format=custom", "--file", draft, why="The back-up failed")
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)


def restore(file: Path, *, replace: bool, say: Callable[[str], None]) -> None:
    """Put a back-up in the place of the database; until the very end what was there stays. Raises: Refused."""
    name = connection.settings_dict["NAME"]
    fresh, former = f"{name}_restored", f"{name}_former"
    with connection.cursor() as cursor:
        pg_restore = _program("pg_restore", connection.pg_version // 10_000)  # type: ignore[attr-defined]
        if not file.is_file():
            raise Refused(f"There is no file {file}.")
        _call(pg_restore, "--list", file, why=f"{file} is not a back-up that this program can read")
        if connection.introspection.table_names(cursor) and not replace:
            raise Refused(f"The database {name} is not empty; --replace puts the back-up in its place.")
        _nobody_else(cursor, name)
    connection.close()
    with closing(_maintenance()) as maintenance, maintenance.cursor() as cursor:
        cursor.execute(ROLE_SQL)
        cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(fresh)))
        _create(cursor, fresh)
        try:
            say("reading the back-up")
            options = ["--no-owner", "--exit-on-error", "--dbname", fresh]
            _call(pg_restore, *options, file, why="The back-up could not be restored; the database is as it was")
            with _connected_to(fresh):
                _bring_up_to_date(say)
            _swap(cursor, name, fresh, former)
        except BaseException:
            cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(fresh)))
            raise
        cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(former)))


def _program(name: str, server: int) -> Path:
    """The program on PATH when it is new enough for the server, otherwise the embedded one."""
    installed = shutil.which(name)
    if installed:
        version = subprocess.run([installed, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"(\d+)", version)
        if found and int(found[1]) >= server:
            return Path(installed)
    if server > int(MAJOR):
        raise Refused(f"The server is PostgreSQL {server}: install its client programs ({name} {server} or newer).")
    return programs() / name


def _call(program: Path, *arguments: str | Path, why: str) -> None:
    """Call one of PostgreSQL's programs; it learns the address and the password from its environment."""
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    address = {variable: connection.settings_dict[key] for variable, key in names.items()}
    environment = {**os.environ, **{variable: value for variable, value in address.items() if value}}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise Refused(f"{why}: {reason}")


def _nobody_else(cursor: Any, name: str) -> None:
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        [name],
    )
    others = cursor.fetchone()[0]
    if others:
        raise Refused(f"The database is in use ({others} connections): stop web, worker and beat first.")


def _maintenance() -> Any:
    """A connection beside the database, from which it can be renamed."""
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    parameters.pop("cursor_factory", None)
    maintenance = psycopg2.connect(**parameters)
    maintenance.autocommit = True
    return maintenance


def _create(cursor: Any, name: str) -> None:
    try:
        cursor.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    except psycopg2.errors.InsufficientPrivilege:
        raise Refused("The owner of the schema may not create databases: ALTER ROLE … CREATEDB, then again.") from None


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    """Django's connection in another database for a while."""
    settings, usual = connection.settings_dict, connection.settings_dict["NAME"]
    settings["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = usual


def _bring_up_to_date(say: Callable[[str], None]) -> None:
    loader = MigrationLoader(connection)
    ours = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    unknown = sorted(ours - set(loader.disk_migrations))
    if unknown:
        raise Refused(f"The back-up is of a newer version of this program (it has {'.'.join(unknown[0])}).")
    if bring_up_to_date():
        say("the back-up was of an older version and is brought up to date")


def _swap(cursor: Any, name: str, fresh: str, former: str) -> None:
    """Both renames or neither."""
    cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(former)))
    cursor.execute("BEGIN")
    try:
        cursor.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(name), Identifier(former)))
        cursor.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(fresh), Identifier(name)))
        cursor.execute("COMMIT")
    except psycopg2.Error as error:
        with suppress(psycopg2.Error):
            cursor.execute("ROLLBACK")
        if isinstance(error, psycopg2.errors.ObjectInUse):
            raise Refused("The database came into use: stop web, worker and beat first.") from None
        raise
