from collections.abc import Iterator

import pytest

from people.models import Organization
from people.wall import tenant
from tests.metrics import build


@pytest.fixture
def acme(db: None) -> Iterator[Organization]:
    """An empty organization, and the test behind its wall."""
    made = build.organization()
    with tenant(made.pk):
        yield made
