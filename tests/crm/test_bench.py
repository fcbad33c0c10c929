"""`manage.py bench import` at a small size: it measures, and leaves nothing behind."""

import pytest

from crm.bench import bench_import
from crm.models import ImportBatch, Opportunity
from people.models import Organization
from spm.management.commands.bench import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_measures_rows_a_second_and_memory_and_leaves_nothing_behind() -> None:
    found = bench_import(deals=300, people=5, as_owner=as_owner)
    assert found["size"] == {"deals": 300, "people": 5}
    assert found["figures"]["rows_per_second"] > 0 and found["figures"]["rows_workbook"] == 300
    assert found["ratios"]["memory_large_vs_small"] >= 1
    assert not Organization.objects.filter(slug="bench-import").exists()
    with as_owner():
        assert not Opportunity.objects.exists() and not ImportBatch.objects.exists()
