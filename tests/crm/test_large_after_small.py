"""A session that has seen small statements handles a large one as fast: triggers plan for the rows at hand.

A kept plan goes through the parent table once for each row: 144 million rows read where a fresh plan needs a few times
12,000. The server's own count of rows read tells the two apart, without a clock.
"""

import pytest
from django.db import connection

from crm.models import Opportunity, OpportunityChange, Pipeline, Stage
from people.wall import tenant
from tests.cast import Cast

pytestmark = pytest.mark.django_db

ROWS = 12_000
INSERT = """
    INSERT INTO crm_opportunity (source, external_id, name, owner_text, account_text, product_text, stage_id, outcome,
        currency, lead_source, is_deleted, updated_at, closed_on, lead_text)
    SELECT 'bulk', n, '', '', '', '', %s, 'won', 'USD', '', false, now(), DATE '2017-01-01' + (n %% 300)::int, ''
    FROM generate_series(%s, %s) n
"""


def seq_rows() -> int:
    """Rows of deals read one after the other in this transaction, as the server counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'crm_opportunity'")
        return cursor.fetchone()[0]


def test_a_large_statement_after_small_ones_reads_each_deal_a_few_times(cast: Cast) -> None:
    with tenant(cast.organization.pk), connection.cursor() as cursor:
        pipeline = Pipeline.objects.create(name="Sales")
        stage = Stage.objects.create(pipeline=pipeline, name="Won", name_key="won", position=1, outcome="won")
        for number in range(1, 8):
            cursor.execute(INSERT, [stage.pk, number, number])
            Opportunity.objects.filter(external_id=str(number)).update(amount=number)
        before = seq_rows()
        cursor.execute(INSERT, [stage.pk, 8, ROWS])
        Opportunity.objects.update(amount=5)
        assert seq_rows() - before < 30 * ROWS
        assert OpportunityChange.objects.count() > 2 * ROWS - 20
