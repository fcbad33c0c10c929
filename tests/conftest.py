"""The database of the tests, and the browser. The people and organizations are in tests/cast.py."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase

from spm import schema


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Made by the owner, used as spm_app: tests see the wall as the application does, the live server included."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        schema.act_as(schema.APP_ROLE, connection)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        schema.act_as("", connection)


_empty_the_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def _empty_the_tables_as_owner(self: TransactionTestCase) -> None:
    """Only the owner may empty tables after a test that really commits."""
    with schema.as_owner(connection):
        _empty_the_tables(self)


TransactionTestCase._fixture_teardown = _empty_the_tables_as_owner  # type: ignore[attr-defined]
