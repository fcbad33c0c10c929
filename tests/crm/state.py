"""Everything that an import may change, as plain rows, to compare before and after."""

from typing import Any

from django.db import connection

TABLES = (
    "crm_opportunity", "crm_opportunitychange", "crm_stage", "crm_pipeline", "crm_product", "crm_productkey",
    "crm_account", "crm_accountkey", "people_person", "people_personkey", "people_team", "people_teamplacement",
    "people_seat", "people_seatholding", "crm_importchange", "crm_lead", "crm_activity", "crm_transaction",
)  # fmt: skip


def state() -> dict[str, list[Any]]:
    """Rows of every table as JSON, in the order of their ids. Behind the wall."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY id")
            found[table] = [row[0] for row in cursor.fetchall()]
    return found
