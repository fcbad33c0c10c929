"""What amounts are worth in the organization's currency; without a rate they have no worth.

A deal and a transaction are worth their amount at the dated rate of their day, and beside it at the plan rate of that
day where there is one. A quota is worth its amount at the plan rate of its first day, otherwise at the dated one. A value
of an own field is worth its amount at the dated rate of its deal's or lead's day; of an account, at today's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from crm.models.rate import ANY_RATE, DATED_RATE, PLAN_RATE


@dataclass(frozen=True)
class Worth:
    """The day whose rate counts, and column → the rate it is converted at."""

    day: str
    rates: dict[str, str]


FACT = {"converted_amount": DATED_RATE, "plan_amount": PLAN_RATE}
TABLES = {
    "crm_opportunity": Worth("coalesce(o.closed_on, o.created_on, o.engaged_on, current_date)", FACT),
    "crm_transaction": Worth("coalesce(o.occurred_on, current_date)", FACT),
    "crm_quota": Worth("o.starts_on", {"converted_amount": ANY_RATE}),
}

HERE = "(SELECT currency FROM people_organization WHERE id = current_setting('app.organization')::bigint)"
IN_OWN = {"converted_amount": "o.amount", "plan_amount": "NULL"}  # of an amount in the organization's own currency

REFRESH = """
UPDATE {table} f SET {sets} FROM (SELECT o.id, {worths} FROM {table} o WHERE {concerned}) w
WHERE f.id = w.id AND ({now}) IS DISTINCT FROM ({then})
"""

VALUES = f"""
UPDATE crm_customvalue f SET converted_number = w.worth FROM (
    SELECT v.id, CASE WHEN v.currency = {HERE} THEN v.number ELSE round(v.number * {{rate}}, 6) END AS worth
    FROM crm_customvalue v
    LEFT JOIN crm_opportunity d ON d.id = v.opportunity_id LEFT JOIN crm_lead l ON l.id = v.lead_id
    WHERE v.currency <> '' AND {{concerned}}
) w
WHERE f.id = w.id AND f.converted_number IS DISTINCT FROM w.worth
""".replace(
    "{rate}",
    DATED_RATE.format(
        currency="v.currency",
        here=HERE,
        day="coalesce(d.closed_on, d.created_on, d.engaged_on, l.created_on, current_date)",
    ),
)


def worth_of_values(batch_id: int) -> None:
    """Convert the values of own fields in other currencies that a batch wrote, or whose deal or lead it wrote."""
    concerned = f"""v.currency <> {HERE} AND (v.batch_id = %(batch)s OR coalesce(v.opportunity_id, v.lead_id) IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s
            AND "table" = CASE WHEN v.lead_id IS NULL THEN 'crm_opportunity' ELSE 'crm_lead' END))"""
    _refresh_values(concerned, {"batch": batch_id})


def worth_of_batch(table: str, batch_id: int) -> int:
    """Convert the amounts in other currencies that a batch wrote; how many changed. One query."""
    concerned = f"""o.currency <> {HERE} AND o.id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = '{table}')"""
    return _refresh(table, concerned, {"batch": batch_id})


def worth_of_currencies(currencies: Iterable[str]) -> int:
    """Convert all amounts in some currencies anew; how many changed. One query a table."""
    values: dict[str, Any] = {"currencies": sorted(set(currencies))}
    _refresh_values("v.currency = ANY(%(currencies)s)", values)
    return sum(_refresh(table, "o.currency = ANY(%(currencies)s)", values) for table in TABLES)


def worth_of_row(table: str, row_id: int) -> None:
    """Convert one amount."""
    _refresh(table, "o.id = %(id)s", {"id": row_id})


def worth_of_period(table: str, starts_on: date, ends_before: date) -> int:
    """Convert the amounts of rows that start within some days; how many changed. One query."""
    values: dict[str, Any] = {"first": starts_on, "last": ends_before}
    return _refresh(table, "o.starts_on >= %(first)s AND o.starts_on < %(last)s", values)


def _refresh_values(concerned: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(VALUES.replace("{concerned}", concerned), values)


def _refresh(table: str, concerned: str, values: dict[str, Any]) -> int:
    worth = TABLES[table]
    worths = [
        f"CASE WHEN o.currency = {HERE} THEN {IN_OWN[column]} ELSE round(o.amount * {rate}, 6) END AS {column}"
        for column, rate in worth.rates.items()
    ]
    sql = REFRESH.format(
        table=table,
        sets=", ".join(f"{column} = w.{column}" for column in worth.rates),
        worths=", ".join(worths).format(currency="o.currency", here=HERE, day=worth.day),
        concerned=concerned,
        now=", ".join(f"f.{column}" for column in worth.rates),
        then=", ".join(f"w.{column}" for column in worth.rates),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
