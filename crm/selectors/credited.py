"""Credits of transactions: what was invoiced, delivered or paid counts for whoever is credited with its deal, on its own day.

A transaction has the shares of its deal, overlay beside the whole; without a deal it is its person's. A cancellation takes
the size of its amount away from what it cancels, on the day of the cancellation. Amounts are in the organization's
currency, at the plan rate of their day where there is one, and not rounded; one without a rate is left out and counted.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.models import Measure, TransactionType
from people.models import Person
from people.policies import visible_person_ids
from people.viewer import Viewer

TYPES = {
    Measure.INVOICES: TransactionType.INVOICE,
    Measure.DELIVERIES: TransactionType.DELIVERY,
    Measure.PAYMENTS: TransactionType.PAYMENT,
}
BEGINNING, END = date(1900, 1, 1), date(9999, 1, 1)  # days of Postgres that stand for "all time"

# (transaction, person or NULL, day, amount, is_overlay) of the transactions of a type on some days
SHARES = """
    SELECT t.id, s.person_id, t.occurred_on AS day, s.is_overlay, s.share * CASE WHEN t.type = 'cancellation'
        THEN -abs(coalesce(t.plan_amount, t.converted_amount)) ELSE coalesce(t.plan_amount, t.converted_amount) END AS amount
    FROM crm_transaction t
    LEFT JOIN crm_transaction cancelled ON cancelled.id = t.cancels_id
    LEFT JOIN crm_opportunity o ON o.id = t.opportunity_id
    CROSS JOIN LATERAL (
        SELECT c.person_id, c.share, c.role = 'overlay' AS is_overlay FROM crm_credit c
        WHERE c.opportunity_id = o.id AND c.kind = 'bookings'
        UNION ALL
        SELECT CASE WHEN o.id IS NULL THEN t.person_id ELSE o.owner_id END, 1, false WHERE o.id IS NULL OR NOT o.is_split
    ) s
    WHERE NOT t.is_deleted AND t.occurred_on >= %(first)s AND t.occurred_on < %(end)s
        AND (t.type = %(type)s OR (t.type = 'cancellation' AND cancelled.type = %(type)s))
"""

CREDITED = f"""
WITH shared AS ({SHARES}), quota AS (
    SELECT q.person_id, q.starts_on, q.ends_before, q.is_overlay, q.converted_amount
        * (least(q.ends_before, %(end)s) - greatest(q.starts_on, %(first)s)) / (q.ends_before - q.starts_on) AS amount
    FROM crm_quota q WHERE q.measure = %(measure)s AND q.person_id IS NOT NULL AND q.converted_amount IS NOT NULL
        AND q.starts_on < %(end)s AND %(first)s < q.ends_before
), credited AS (
    SELECT coalesce(s.person_id, 0) AS person_id,
           coalesce(sum(s.amount) FILTER (WHERE NOT s.is_overlay), 0) AS amount,
           coalesce(sum(s.amount) FILTER (WHERE s.is_overlay), 0) AS overlay,
           coalesce(sum(s.amount) FILTER (WHERE EXISTS (
               SELECT 1 FROM quota q WHERE q.person_id = s.person_id AND q.starts_on <= s.day AND s.day < q.ends_before
           )), 0) AS attained,
           count(DISTINCT s.id) FILTER (WHERE s.amount IS NULL) AS without_rate
    FROM shared s GROUP BY 1
), due AS (SELECT person_id, sum(amount) AS amount FROM quota GROUP BY 1)
SELECT coalesce(c.person_id, d.person_id), coalesce(c.amount, 0), coalesce(c.overlay, 0), coalesce(c.attained, 0),
       d.amount, coalesce(c.without_rate, 0)
FROM credited c FULL JOIN due d USING (person_id) ORDER BY 1
"""


@dataclass(frozen=True)
class CreditedSum:
    """What a person (None: the house) is credited with in some days, and their quotas of the measure.

    `attained`: of it what fell on days with a quota, overlay included. `quota`: cut by calendar days; None without one.
    """

    person: Person | None
    amount: Decimal
    overlay: Decimal
    attained: Decimal
    quota: Decimal | None
    without_rate: int

    @property
    def attainment(self) -> Decimal | None:
        """Exact above 1; None without a quota to divide by."""
        return self.attained / self.quota if self.quota else None


def credited_by_person(
    viewer: Viewer | None, measure: str, starts_on: date | None, ends_before: date | None
) -> list[CreditedSum]:
    """Credits of transactions and attainment per person in sight, the house last. Three queries."""
    values: dict[str, Any] = {
        "measure": measure,
        "type": TYPES[Measure(measure)],
        "first": starts_on or BEGINNING,
        "end": ends_before or END,
    }
    with connection.cursor() as cursor:
        cursor.execute(CREDITED, values)
        rows = cursor.fetchall()
    visible = visible_person_ids(viewer) if viewer else None
    people = Person.objects.in_bulk([key for key, *_rest in rows if key])
    found = [
        CreditedSum(people.get(key), *rest) for key, *rest in rows if visible is None or (key and key in set(visible))
    ]
    return sorted(found, key=lambda each: (each.person is None, each.person.name if each.person else ""))
