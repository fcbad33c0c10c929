"""The navigation leads only to pages that exist."""

import pytest
from django.urls import reverse

from people.frame import Place
from spm.navigation import NAVIGATION

PLACES = [place for room in NAVIGATION.rooms for place in room.places] + list(NAVIGATION.personal)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_place_leads_to_a_page(place: Place) -> None:
    assert place.href == reverse(place.name)


@pytest.mark.parametrize("name", [NAVIGATION.home, NAVIGATION.version, NAVIGATION.search])
def test_the_pages_of_the_frame_exist(name: str) -> None:
    assert reverse(name)


def test_no_place_is_offered_twice() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)
