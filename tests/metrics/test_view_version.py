import pytest
from django.core.cache import cache
from django.urls import reverse

from metrics.selectors.version import data_version, version_key
from metrics.services import rollups_recompute
from people.wall import tenant
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    cache.clear()
    made = make_cast()
    rollups_recompute(organization_id=made.organization.pk)
    return made


def test_the_first_question_gets_the_version(cast: Cast) -> None:
    answer = cast.client("alice").get(reverse("metrics:version"))
    with tenant(cast.organization.pk):
        assert answer.json() == {"version": str(data_version(cast.organization.pk))}


def test_an_unchanged_version_is_an_empty_answer(cast: Cast) -> None:
    client = cast.client("alice")
    version = client.get(reverse("metrics:version")).json()["version"]
    assert client.get(reverse("metrics:version"), {"since": version}).status_code == 204


def test_a_recomputation_changes_the_version_of_its_organization_only(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    alice, mallory = cast.client("alice"), cast.client("mallory")
    mine, theirs = (client.get(reverse("metrics:version")).json()["version"] for client in (alice, mallory))
    with django_capture_on_commit_callbacks(execute=True):
        rollups_recompute(organization_id=cast.organization.pk, is_full=True)
    assert alice.get(reverse("metrics:version"), {"since": mine}).status_code == 200
    assert mallory.get(reverse("metrics:version"), {"since": theirs}).status_code == 204


def test_the_version_comes_from_the_database_when_the_cache_forgot(cast: Cast) -> None:
    cache.delete(version_key(cast.organization.pk))
    with tenant(cast.organization.pk):
        assert data_version(cast.organization.pk) > 0
        assert cache.get(version_key(cast.organization.pk)) == data_version(cast.organization.pk)


def test_the_catalogue_shows_every_metric_in_words(cast: Cast) -> None:
    page = cast.client("alice").get(reverse("metrics:catalogue")).content.decode()
    for words in ("Win rate by value", "win_rate_by_value", "Half of your won deals took fewer days than this"):
        assert words in page
