"""Say for which organization the following code speaks. Without it every walled table answers with an error."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SETTING = "app.organization"


@contextmanager
def tenant(organization_id: int) -> Iterator[None]:
    """Open a transaction that sees one organization; the former one is put back at the end.

    A `SET LOCAL` inside a savepoint outlives the savepoint's release, hence the explicit way back; that of the outermost
    transaction ends with it. After a failure the rollback of the transaction or savepoint has already put it back.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        former = _setting_change(str(int(organization_id)))
        yield
        if not is_outermost:
            _setting_change(former)


def current_organization_id() -> int | None:
    """The organization of the current transaction, or None outside of `tenant()`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [SETTING])
        value = cursor.fetchone()[0]
    return int(value) if value else None


def _setting_change(value: str) -> str:
    """Set it for the transaction; what it was. One statement: a common table expression that is read first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH former AS MATERIALIZED (SELECT current_setting(%s, true) AS value)"
            " SELECT former.value, set_config(%s, %s, true) FROM former",
            [SETTING, SETTING, value],
        )
        return cursor.fetchone()[0] or ""
