"""Deals that several people get credit for: split between the owner and a colleague, or with an overlay for a specialist.

Only of the sampled deals, so that a large demo has no more than a large company would look at. Who shares is chosen by
name, so the same seed and day give the same shares.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from spm.demo import story
from spm.demo.beside import SAMPLED, chance
from spm.demo.story import Days

OWNERS, MATES, OVERLAY = "0.6", "0.4", "0.25"
SPLIT, HELPED = "0.02", "0.15"  # of the deals, of those with a sales engineer
LATELY = 90  # days within which Maya shared her deal

# Her largest deal of the last weeks that a sales engineer helped with: split and overlaid.
HERS = f"""
SELECT o.id FROM crm_opportunity o JOIN people_person p ON p.id = o.owner_id AND p.name = %(maya)s
JOIN crm_product product ON product.id = o.product_id AND product.name <> %(slipping)s
WHERE o.outcome = 'won' AND o.amount > 0 AND o.closed_on < %(today)s AND o.closed_on >= %(today)s::date - {LATELY}
    AND EXISTS (SELECT 1 FROM crm_dealrole r WHERE r.opportunity_id = o.id)
ORDER BY o.converted_amount DESC, o.external_id LIMIT 1
"""
HELD = """
SELECT h.person_id, s.team_id, h.starts_on, h.ends_before
FROM people_seatholding h JOIN people_seat s ON s.id = h.seat_id WHERE s.role = 'rep'
"""
KNOWN = "(SELECT min(c.recorded_at) FROM crm_opportunitychange c WHERE c.opportunity_id = {deal})"  # with the deal
DAY = "least(coalesce(o.closed_on, %(today)s), %(today)s)"
SPLITS = f"""
INSERT INTO crm_credit (opportunity_id, opportunity_text, person_id, person_text, kind, role, share, source, recorded_at)
SELECT chosen.id, '', part.person_id, '', 'bookings', part.role, part.share, %(source)s, {KNOWN.format(deal="chosen.id")}
FROM (
    SELECT DISTINCT ON (o.id) o.id, o.owner_id, mate.person_id AS mate_id
    FROM crm_opportunity o
    JOIN ({HELD}) owner ON owner.person_id = o.owner_id AND owner.starts_on <= {DAY} AND {DAY} < owner.ends_before
    JOIN ({HELD}) mate ON mate.team_id = owner.team_id AND mate.person_id <> owner.person_id
        AND mate.starts_on <= o.created_on AND {DAY} < mate.ends_before
    JOIN people_person p ON p.id = mate.person_id
    WHERE {SAMPLED} AND o.amount > 0 AND (o.id IN ({HERS}) OR o.outcome <> 'lost' AND {chance(61)} < {SPLIT}
        AND NOT EXISTS (SELECT 1 FROM people_person m WHERE m.id = o.owner_id AND m.name = %(maya)s AND o.outcome = 'open'))
        AND NOT EXISTS (SELECT 1 FROM crm_dealrole r WHERE r.opportunity_id = o.id AND r.person_id = mate.person_id)
    ORDER BY o.id, hashtext(p.name || o.external_id)
) chosen
CROSS JOIN LATERAL (VALUES (owner_id, 'owner', {OWNERS}), (mate_id, 'split', {MATES})) part (person_id, role, share)
"""
OVERLAYS = f"""
INSERT INTO crm_credit (opportunity_id, opportunity_text, person_id, person_text, kind, role, share, source, recorded_at)
SELECT o.id, '', r.person_id, '', 'bookings', 'overlay', {OVERLAY}, %(source)s, {KNOWN.format(deal="o.id")}
FROM crm_dealrole r JOIN crm_opportunity o ON o.id = r.opportunity_id
WHERE {SAMPLED} AND o.amount > 0 AND o.outcome <> 'lost' AND (o.id IN ({HERS}) OR {chance(62)} < {HELPED})
"""


def shares_create(parameters: dict[str, Any], days: Days) -> None:
    """Credits of some deals. Two statements, since the shares of a deal are written together."""
    values = {
        **parameters,
        "source": story.SOURCE,
        "maya": story.REP.name,
        "slipping": story.SLIPPING,
        "today": days.today,
    }
    with connection.cursor() as cursor:
        for statement in (SPLITS, OVERLAYS):
            cursor.execute(statement, values)
