"""The tests themselves stand behind the wall."""

import pytest
from django.db import connection

from people.models import Organization
from spm import schema


def current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_test_acts_as_the_application() -> None:
    assert current_user() == "spm_app"


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_acts_as_the_application() -> None:
    Organization.objects.create(slug="kept", name="Kept until the owner empties the table")
    assert current_user() == "spm_app"


@pytest.mark.django_db(transaction=True)
def test_what_the_test_before_committed_is_gone() -> None:
    assert not Organization.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_somebody_else_and_only_for_a_while() -> None:
    with schema.as_owner(connection):
        assert current_user() != "spm_app"
    assert current_user() == "spm_app"
