"""What amounts are worth in the organization's currency, at the rate of their day; without a rate they have no worth."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

# table → the day whose rate counts
DAYS = {
    "crm_opportunity": "coalesce(o.closed_on, o.created_on, o.engaged_on, current_date)",
    "crm_transaction": "coalesce(o.occurred_on, current_date)",
    "crm_quota": "o.starts_on",
}

HERE = "(SELECT currency FROM people_organization WHERE id = current_setting('app.organization')::bigint)"

REFRESH = f"""
UPDATE {{table}} f SET converted_amount = w.worth FROM (
    SELECT o.id, CASE WHEN o.currency = {HERE} THEN o.amount ELSE round(o.amount * (
        SELECT x.rate FROM crm_exchangerate x
        WHERE x.from_currency = o.currency AND x.to_currency = {HERE} AND x.starts_on <= {{day}}
        ORDER BY x.starts_on DESC LIMIT 1
    ), 6) END AS worth
    FROM {{table}} o WHERE {{concerned}}
) w WHERE f.id = w.id AND f.converted_amount IS DISTINCT FROM w.worth
"""


def worth_of_batch(table: str, batch_id: int) -> int:
    """Convert the amounts in other currencies that a batch wrote; how many changed. One query."""
    concerned = f"""o.currency <> {HERE} AND o.id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = '{table}')"""
    return _refresh(table, concerned, {"batch": batch_id})


def worth_of_currencies(currencies: Iterable[str]) -> int:
    """Convert all amounts in some currencies anew; how many changed. One query a table."""
    values: dict[str, Any] = {"currencies": sorted(set(currencies))}
    return sum(_refresh(table, "o.currency = ANY(%(currencies)s)", values) for table in DAYS)


def worth_of_row(table: str, row_id: int) -> None:
    """Convert one amount."""
    _refresh(table, "o.id = %(id)s", {"id": row_id})


def worth_of_period(table: str, starts_on: date, ends_before: date) -> int:
    """Convert the amounts of rows that start within some days; how many changed. One query."""
    values: dict[str, Any] = {"first": starts_on, "last": ends_before}
    return _refresh(table, "o.starts_on >= %(first)s AND o.starts_on < %(last)s", values)


def _refresh(table: str, concerned: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(REFRESH.format(table=table, day=DAYS[table], concerned=concerned), values)
        return int(cursor.rowcount)
