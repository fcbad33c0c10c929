"""Say for which organization the following code speaks. Without it every walled table answers with an error."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SETTING = "app.organization"


@contextmanager
def tenant(organization_id: int) -> Iterator[None]:
    """Open a transaction that sees one organization; the former one is put back at the end.

    A `SET LOCAL` inside a savepoint outlives the savepoint's release, hence the explicit way back. After a failure the
    rollback of the transaction or savepoint has already put it back.
    """
    with transaction.atomic():
        former = _setting_read()
        _setting_write(str(int(organization_id)))
        yield
        _setting_write(former)


def current_organization_id() -> int | None:
    """The organization of the current transaction, or None outside of `tenant()`."""
    value = _setting_read()
    return int(value) if value else None


def _setting_read() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [SETTING])
        return cursor.fetchone()[0] or ""


def _setting_write(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, value])
