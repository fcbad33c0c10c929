"""The schema's owner and the application's role: who a connection acts as, and bringing the schema up to date."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

APP_ROLE = "spm_app"
ONE_AT_A_TIME = 7_305_118  # the key of the advisory lock around migrations


def act_as(role: str, database: BaseDatabaseWrapper) -> None:
    """Make every connection from now on act as this role; empty: as the owner, who DATABASE_URL names."""
    database.close()
    options = database.settings_dict["OPTIONS"]
    if role:
        options["options"] = f"-c role={role}"
    else:
        options.pop("options", None)


@contextmanager
def as_owner(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Connect as the owner for a while."""
    role = database.settings_dict["OPTIONS"].get("options", "").removeprefix("-c role=")
    act_as("", database)
    try:
        yield
    finally:
        act_as(role, database)


def bring_up_to_date() -> bool:
    """Apply as the owner the migrations that are not applied yet; false when there were none.

    Processes that start at the same time wait for the first one.
    """
    with as_owner(connection):
        if not _pending():
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])  # gone with this connection
        pending = _pending()
        if pending:
            call_command("migrate", verbosity=0, interactive=False)
    return pending


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
