"""Shares of decided deals that nobody typed: of deals that changed owner, and of owners who left their seat.

The one place that works them out, in the database, so that no way of changing a deal, a hand-over or a seat can miss it.

* Shares that somebody gave (by hand or by a file) stand; nothing is worked out beside them.
* The hand-overs up to the day the deal was decided are gone through in order. "Owner at close": the new owner gets all.
  "Previous owner": until `days` after the hand-over whoever would have had the credit without it keeps it. "Shared":
  they keep their share of it, the new owner gets the rest; until `days` after it where days are given.
* The owner's part of somebody who holds no seat on the day belongs to the seat they left, while that exists: to who
  holds it then, to the house while it is vacant.
* What comes to "the owner gets all of it" is no row. Shares have six digits; the owner's takes the rest.

Triggers named `shares_…` run after those of the metrics, which must see the former shares first.
"""

# For which days somebody who holds no seat is stood for by the seat they left.
SEATS_LEFT = """
CREATE VIEW crm_seatleft WITH (security_invoker = true) AS
SELECT * FROM (
    SELECT h.organization_id, h.person_id, h.seat_id, h.ends_before AS starts_on, least(
        s.ends_before,
        coalesce((SELECT min(n.starts_on) FROM people_seatholding n
                  WHERE n.person_id = h.person_id AND n.starts_on >= h.ends_before), s.ends_before)
    ) AS ends_before
    FROM people_seatholding h JOIN people_seat s ON s.id = h.seat_id AND h.ends_before < s.ends_before
) w WHERE w.starts_on < w.ends_before
"""

# (person or NULL, share, role, origin, hand-over) of a deal that is decided on a day; no row: its owner gets all of it.
DUE = """
CREATE FUNCTION crm_shares_due(deal_id bigint, day date)
RETURNS TABLE (person_id bigint, share numeric, role text, origin text, hand_over_id bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
    deal record; step record; seat bigint; heir bigint;
    people bigint[] := '{}';     -- 0: whoever owned the deal at that point, last the owner
    parts numeric[] := '{}';
    because bigint;
    kept numeric; n int; is_seat boolean := false;
BEGIN
    SELECT o.owner_id INTO deal FROM crm_opportunity o
    WHERE o.id = deal_id AND NOT o.is_deleted AND o.owner_id IS NOT NULL;
    IF NOT FOUND OR day IS NULL OR EXISTS (
        SELECT 1 FROM crm_credit c WHERE c.opportunity_id = deal_id AND c.origin = 'given' AND c.kind = 'bookings'
            AND c.role <> 'overlay'
    ) THEN RETURN; END IF;
    FOR step IN
        SELECT h.id, h.from_person_id AS giver, h.handed_on, coalesce(nullif(h.rule, ''), d.rule, 'owner_at_close') AS rule,
               CASE WHEN h.rule = '' THEN d.days ELSE h.days END AS days,
               CASE WHEN h.rule = '' THEN d.previous_share ELSE h.previous_share END AS previous_share
        FROM crm_handover h LEFT JOIN crm_handoverdefault d ON d.starts_on <= h.handed_on AND h.handed_on < d.ends_before
        WHERE h.opportunity_id = deal_id AND h.handed_on <= day ORDER BY h.handed_on, h.id
    LOOP
        IF people = '{}' THEN
            people := ARRAY[step.giver]; parts := ARRAY[1::numeric];
        ELSE
            people := array_replace(people, 0, step.giver);
        END IF;
        kept := CASE
            WHEN step.rule = 'owner_at_close' OR day > step.handed_on + step.days THEN 0
            WHEN step.rule = 'shared' THEN step.previous_share ELSE 1 END;
        IF kept = 0 THEN
            people := ARRAY[0::bigint]; parts := ARRAY[1::numeric]; because := NULL;
        ELSE
            because := step.id;
            IF kept < 1 THEN
                FOR n IN 1..cardinality(parts) LOOP parts[n] := round(parts[n] * kept, 6); END LOOP;
                people := people || 0::bigint;
                parts := parts || (1 - (SELECT sum(p) FROM unnest(parts) p));
            END IF;
        END IF;
    END LOOP;
    people := CASE WHEN people = '{}' THEN ARRAY[deal.owner_id] ELSE array_replace(people, 0, deal.owner_id) END;
    IF parts = '{}' THEN parts := ARRAY[1::numeric]; END IF;
    heir := deal.owner_id;
    IF deal.owner_id = ANY (people) THEN
        SELECT l.seat_id INTO seat FROM crm_seatleft l
        WHERE l.person_id = deal.owner_id AND l.starts_on <= day AND day < l.ends_before
        ORDER BY l.starts_on DESC LIMIT 1;
        IF FOUND THEN
            is_seat := true;
            SELECT h.person_id INTO heir FROM people_seatholding h
            WHERE h.seat_id = seat AND h.starts_on <= day AND day < h.ends_before;
        END IF;
    END IF;
    IF people <@ ARRAY[deal.owner_id] AND NOT is_seat THEN RETURN; END IF;
    RETURN QUERY
        SELECT s.who, sum(s.part), CASE WHEN bool_or(s.is_owner) THEN 'owner' ELSE 'split' END,
               CASE WHEN bool_or(s.is_owner) AND is_seat THEN 'seat' ELSE 'hand_over' END, because
        FROM (
            SELECT CASE WHEN p.who = deal.owner_id THEN heir ELSE p.who END AS who, p.part, p.who = deal.owner_id AS is_owner
            FROM unnest(people, parts) AS p (who, part)
        ) s GROUP BY s.who HAVING sum(s.part) > 0 ORDER BY 2 DESC, 1;
END $$;
"""

# Where no history is written (an import is undone, a text finds its person) the shares stand since the deal was told as it is.
DERIVE = """
CREATE OR REPLACE FUNCTION crm_shares_derive(deal_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    deal record; due text; there text; since timestamptz := now();
BEGIN
    FOR deal IN
        SELECT o.id, o.organization_id,
               CASE WHEN o.outcome <> 'open' AND NOT o.is_deleted THEN o.closed_on END AS decided_on
        FROM crm_opportunity o WHERE o.id = ANY (deal_ids) ORDER BY o.id
    LOOP
        SELECT string_agg(concat_ws(' ', coalesce(d.person_id, 0), d.share, d.role, d.origin, coalesce(d.hand_over_id, 0)),
            ',' ORDER BY d.person_id, d.role) INTO due FROM crm_shares_due(deal.id, deal.decided_on) d;
        SELECT string_agg(concat_ws(' ', coalesce(c.person_id, 0), c.share, c.role, c.origin, coalesce(c.hand_over_id, 0)),
            ',' ORDER BY c.person_id, c.role::text) INTO there
        FROM crm_credit c WHERE c.opportunity_id = deal.id AND c.origin <> 'given';
        IF due IS DISTINCT FROM there THEN
            DELETE FROM crm_credit WHERE opportunity_id = deal.id AND origin <> 'given';
            IF current_setting('app.history', true) = 'off' THEN
                SELECT max(c.recorded_at) INTO since FROM crm_opportunitychange c WHERE c.opportunity_id = deal.id;
                DELETE FROM crm_formercredit WHERE opportunity_id = deal.id AND origin <> 'given'
                    AND (since IS NULL OR replaced_at >= since);
            END IF;
            INSERT INTO crm_credit (opportunity_id, opportunity_text, person_id, person_text, kind, role, share, source,
                origin, hand_over_id, recorded_at)
            SELECT deal.id, '', d.person_id, '', 'bookings', d.role, d.share, '', d.origin, d.hand_over_id, since
            FROM crm_shares_due(deal.id, deal.decided_on) d;
        END IF;
    END LOOP;
END $$;
"""

# The deals of some people that were decided, or are credited, while a seat that they left stands for them.
OF_PEOPLE = """
    SELECT o.id FROM crm_seatleft l JOIN crm_opportunity o ON o.owner_id = l.person_id
        AND l.starts_on <= o.closed_on AND o.closed_on < l.ends_before
    WHERE l.person_id = ANY (concerned) AND o.outcome IN ('won', 'lost') AND NOT o.is_deleted
    UNION
    SELECT o.id FROM crm_opportunity o JOIN crm_credit c ON c.opportunity_id = o.id AND c.origin = 'seat'
    WHERE o.has_credits AND o.owner_id = ANY (concerned)
"""


def _trigger(name: str, table: str, operation: str, referencing: str, body: str, declare: str = "") -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[]; {declare}
BEGIN
    {body}
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {operation} ON {table}
    REFERENCING {referencing} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


RUN = "IF ids IS NOT NULL THEN PERFORM crm_shares_derive(ids); END IF;"

DEALS_INSERTED = _trigger(
    "shares_deals_inserted",
    "crm_opportunity",
    "INSERT",
    "NEW TABLE AS changed",
    f"""
    IF NOT EXISTS (SELECT 1 FROM crm_seatleft) THEN RETURN NULL; END IF;
    EXECUTE $plan_anew$ SELECT array_agg(DISTINCT n.id) FROM changed n JOIN crm_seatleft l ON l.person_id = n.owner_id
        AND l.starts_on <= n.closed_on AND n.closed_on < l.ends_before
    WHERE n.outcome <> 'open' AND NOT n.is_deleted $plan_anew$ INTO ids;
    {RUN}""",
)

DEALS_UPDATED = _trigger(
    "shares_deals_updated",
    "crm_opportunity",
    "UPDATE",
    "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    f"""
    IF coalesce(current_setting('app.history', true), '') <> 'off'
        AND coalesce(current_setting('app.hand_over', true), '') <> 'said' THEN
        EXECUTE $plan_anew$ INSERT INTO crm_handover
            (organization_id, opportunity_id, from_person_id, to_person_id, handed_on, rule, batch_id)
        SELECT n.organization_id, n.id, o.owner_id, n.owner_id,
            CASE WHEN n.outcome = 'open' THEN current_date ELSE least(current_date, n.closed_on) END, '',
            CASE WHEN n.batch_id IS DISTINCT FROM o.batch_id THEN n.batch_id END
        FROM new_rows n JOIN old_rows o USING (id)
        WHERE o.outcome = 'open' AND o.owner_id <> n.owner_id AND NOT o.is_deleted AND NOT n.is_deleted $plan_anew$;
    END IF;
    EXECUTE $plan_anew$ WITH changed AS (
        SELECT n.id, n.owner_id, n.closed_on, n.has_credits FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.owner_id, n.outcome, n.closed_on, n.is_deleted)
            IS DISTINCT FROM (o.owner_id, o.outcome, o.closed_on, o.is_deleted)
    ), due AS (
        SELECT id FROM changed WHERE has_credits
        UNION SELECT c.id FROM changed c JOIN crm_handover h ON h.opportunity_id = c.id
        UNION SELECT c.id FROM changed c JOIN crm_seatleft l ON l.person_id = c.owner_id
            AND l.starts_on <= c.closed_on AND c.closed_on < l.ends_before
    ) SELECT array_agg(id) FROM due $plan_anew$ INTO ids;
    {RUN}""",
)


def _hand_overs(operation: str, tables: str, rows: str) -> str:
    select = f"SELECT array_agg(DISTINCT c.opportunity_id) INTO ids FROM {rows} c;"
    return _trigger(f"shares_hand_overs_{operation.lower()}", "crm_handover", operation, tables, f"{select} {RUN}")


def _defaults(operation: str, tables: str) -> str:
    select = "SELECT array_agg(DISTINCT h.opportunity_id) INTO ids FROM crm_handover h WHERE h.rule = '';"
    return _trigger(f"shares_defaults_{operation.lower()}", "crm_handoverdefault", operation, tables, f"{select} {RUN}")


def _structure(table: str, operation: str, tables: str, sides: tuple[str, ...]) -> str:
    seat = "c.seat_id" if table == "people_seatholding" else "c.id"
    people = " UNION ".join(
        [f"SELECT h.person_id FROM {side} c JOIN people_seatholding h ON h.seat_id = {seat}" for side in sides]
        + ([f"SELECT c.person_id FROM {side} c" for side in sides] if table == "people_seatholding" else [])
    )
    body = f"""
    EXECUTE $plan_anew$ SELECT array_agg(person_id) FROM ({people}) p $plan_anew$ INTO concerned;
    IF concerned IS NULL THEN RETURN NULL; END IF;
    SELECT array_agg(id) INTO ids FROM ({OF_PEOPLE}) d;
    {RUN}"""
    name = f"shares_{table.removeprefix('people_')}s_{operation.lower()}"
    return _trigger(name, table, operation, tables, body, "concerned bigint[];")


NEW, OLD, BOTH = "NEW TABLE AS changed", "OLD TABLE AS changed", "OLD TABLE AS old_rows NEW TABLE AS new_rows"
SIDES = {"INSERT": (NEW, ("changed",)), "DELETE": (OLD, ("changed",)), "UPDATE": (BOTH, ("old_rows", "new_rows"))}

HAND_OVERS = (
    _hand_overs("INSERT", NEW, "changed")
    + _hand_overs("DELETE", OLD, "changed")
    + _hand_overs("UPDATE", "NEW TABLE AS changed", "changed")
)
DEFAULTS = "".join(_defaults(operation, tables) for operation, (tables, _sides) in SIDES.items())
STRUCTURE = "".join(
    _structure(table, operation, tables, sides)
    for table in ("people_seatholding", "people_seat")
    for operation, (tables, sides) in SIDES.items()
)

ALL = (SEATS_LEFT, DUE, DERIVE, DEALS_INSERTED, DEALS_UPDATED, HAND_OVERS, DEFAULTS, STRUCTURE)
NAMES = (
    "shares_deals_inserted", "shares_deals_updated",
    *(f"shares_{table}_{operation}" for table in ("hand_overs", "defaults", "seatholdings", "seats")
      for operation in ("insert", "update", "delete")),
    "crm_shares_derive", "crm_shares_due",
)  # fmt: skip
DROP = f"DROP FUNCTION {', '.join(NAMES)} CASCADE; DROP VIEW crm_seatleft;"
