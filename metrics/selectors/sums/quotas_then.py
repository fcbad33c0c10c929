"""Quotas as they stood at the end of a past day, in place of their table, from the history that triggers write.

A quota that was written down by then stood as it was written last; one that was taken away by then is out. A quota that was
written down only later counts as it is today if it had begun by then, unless another of the same holder and measure is known
for some of its days: so that the days before somebody began to keep quotas here can be looked at too. What it was worth
follows the exchange rates that were known then.
"""

from dataclasses import dataclass
from datetime import date

COLUMNS = (
    "id, person_id, team_id, measure, starts_on, ends_before, amount, currency, converted_amount, is_overlay, source,"
    " reason"
)

THEN = f"""WITH written AS (
    SELECT DISTINCT ON (e.id) e.* FROM crm_quotaevent e
    WHERE e.pgh_created_at < (DATE '{{day}}' + 1)::timestamp AT TIME ZONE (
        SELECT time_zone FROM people_organization WHERE id = current_setting('app.organization')::bigint
    )
    ORDER BY e.id, e.pgh_created_at DESC, e.pgh_id DESC
), known AS (
    SELECT w.* FROM written w WHERE w.pgh_label <> 'delete' AND (
        EXISTS (SELECT 1 FROM crm_quota q WHERE q.id = w.id)
        OR EXISTS (SELECT 1 FROM crm_quotaevent gone WHERE gone.id = w.id AND gone.pgh_label = 'delete')
    )
), quotas_then AS MATERIALIZED (
    SELECT {COLUMNS} FROM known
    UNION ALL
    SELECT {COLUMNS} FROM crm_quota q
    WHERE q.starts_on <= DATE '{{day}}' AND NOT EXISTS (SELECT 1 FROM written w WHERE w.id = q.id)
        AND NOT EXISTS (
            SELECT 1 FROM known k WHERE k.measure = q.measure AND (k.person_id = q.person_id OR k.team_id = q.team_id)
                AND k.starts_on < q.ends_before AND q.starts_on < k.ends_before
        )
)"""


@dataclass(frozen=True)
class Quotas:
    """The relation of quotas, and what stands before the SELECT that reads it."""

    table: str = "crm_quota"
    before: str = ""


def quotas_of(as_of: date | None) -> Quotas:
    """Quotas as they are, or as they stood at the end of a day."""
    return Quotas() if as_of is None else Quotas("quotas_then", THEN.format(day=as_of.isoformat()))
