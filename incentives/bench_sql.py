"""DuckDB's window SQL of the bench's three plans: the same arithmetic, written for each of them by hand.

Exact integers of a hundredth or a thousandth of a cent, running totals rounded half up (no amount here is negative).
Tables: ``deals`` (one row per person and deal: id, person, day, month, quarter, amount in cents, share in thousandths),
``quotas`` (person, quarter, quota) and ``people`` (person, manager; null for managers).
"""

FLAT = """
WITH x AS (
       SELECT person, quarter, month, day, id, sum(amount * 75) OVER (PARTITION BY person, month ORDER BY day, id) AS exact
       FROM deals),
     r AS (SELECT *, (exact + 500) // 1000 AS rounded FROM x),
     p AS (
       SELECT person, quarter, rounded - lag(rounded, 1, 0) OVER (PARTITION BY person, month ORDER BY day, id) AS pay FROM r)
SELECT person, quarter, sum(pay)::bigint AS pay FROM p GROUP BY ALL ORDER BY ALL
"""

TIERED = """
WITH x AS (
       SELECT d.person, d.quarter, d.day, d.id, q.quota,
              sum(amount) OVER (PARTITION BY d.person, d.quarter ORDER BY d.day, d.id) AS reached
       FROM deals d JOIN quotas q ON d.person = q.person AND d.quarter = q.quarter),
     r AS (
       SELECT *, (reached * 5 + greatest(reached - quota, 0) * 3 + greatest(reached - (quota * 3 + 1) // 2, 0) * 4 + 50) // 100
              AS rounded FROM x),
     p AS (
       SELECT person, quarter, rounded - lag(rounded, 1, 0) OVER (PARTITION BY person, quarter ORDER BY day, id) AS pay FROM r)
SELECT person, quarter, sum(pay)::bigint AS pay FROM p GROUP BY ALL ORDER BY ALL
"""

# Splits: shares cut to the cent, the remainder to the largest share. Then, one after the other: two tiers of a month; the
# same tiers over the quarter, for the true-up; the gate on the quarter so far, paid back in the first later month that is
# open; the cap of a month; one per cent of what the people below sold, each deal counted once.
RICH = """
WITH s AS (SELECT *, amount * share // 1000 AS cut FROM deals WHERE share < 1000),
     credits AS (
       SELECT person, quarter, month, day, id, amount, amount AS base FROM deals WHERE share = 1000
       UNION ALL
       SELECT person, quarter, month, day, id, amount,
              cut + CASE WHEN row_number() OVER (PARTITION BY id ORDER BY share DESC, person) = 1
                         THEN amount - sum(cut) OVER (PARTITION BY id) ELSE 0 END
       FROM s),
     mine AS (SELECT c.*, manager FROM credits c JOIN people p ON c.person = p.person WHERE manager IS NOT NULL),
     x AS (
       SELECT person, quarter, month, day, id, base,
              sum(base) OVER (PARTITION BY person, month ORDER BY day, id) AS in_month,
              sum(base) OVER (PARTITION BY person, quarter ORDER BY day, id) AS in_quarter FROM mine),
     r AS (
       SELECT *, (in_month * 5 + greatest(in_month - 1000000, 0) * 3 + 50) // 100 AS rounded_month,
              (in_quarter * 5 + greatest(in_quarter - 1000000, 0) * 3 + 50) // 100 AS rounded_quarter FROM x),
     l AS (
       SELECT person, quarter, month, base,
              rounded_month - lag(rounded_month, 1, 0) OVER (PARTITION BY person, month ORDER BY day, id) AS pay,
              rounded_quarter - lag(rounded_quarter, 1, 0) OVER (PARTITION BY person, quarter ORDER BY day, id) AS again FROM r),
     m AS (
       SELECT person, month // 3 AS quarter, month, sum(pay) AS pay, sum(again) AS again, sum(base) AS sold
       FROM (SELECT person, month, pay, again, base FROM l
             UNION ALL SELECT person, month, 0, 0, 0 FROM people, range(12) AS months(month)) GROUP BY ALL),
     g AS (SELECT *, sum(sold) OVER (PARTITION BY person, quarter ORDER BY month) >= 2600000 AS is_open FROM m),
     o AS (
       SELECT *, min(CASE WHEN is_open THEN month END)
                 OVER (PARTITION BY person ORDER BY month ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS opened FROM g),
     paid AS (
       SELECT person, opened AS month, least(sum(pay), 150000) AS pay FROM o WHERE opened IS NOT NULL GROUP BY ALL),
     up AS (SELECT person, quarter, greatest(sum(again) - sum(pay), 0) AS pay FROM m GROUP BY ALL),
     below AS (
       SELECT manager AS person, quarter, month, day, id, least(sum(base), any_value(amount)) AS base FROM mine GROUP BY ALL),
     ox AS (SELECT *, sum(base) OVER (PARTITION BY person, month ORDER BY day, id) AS in_month FROM below),
     ol AS (
       SELECT person, quarter, (in_month + 50) // 100
              - lag((in_month + 50) // 100, 1, 0) OVER (PARTITION BY person, month ORDER BY day, id) AS pay FROM ox),
     everything AS (
       SELECT person, month // 3 AS quarter, pay FROM paid
       UNION ALL SELECT person, quarter, pay FROM up
       UNION ALL SELECT person, quarter, pay FROM ol)
SELECT person, quarter, sum(pay)::bigint AS pay FROM everything GROUP BY ALL ORDER BY ALL
"""

QUERIES = {"flat": FLAT, "tiered": TIERED, "rich": RICH}
