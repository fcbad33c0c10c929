"""Quotas of seats: who sits there has them, for the days they sit there.

Triggers cut a seat's quota into quotas in force (`crm.Quota.seat_quota`), one for each stretch of days of a holder, by
running totals, so that all stretches, vacant ones included, make the whole. What a vacant seat was to reach is nobody's.
A holder who has a quota of their own on some of these days keeps it, and the seat's gives way for that stretch.
"""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.quota import Measure
from crm.models.rate import ANY_RATE
from people.models.dated import Dated, no_overlap, ordered_days
from people.wall import Walled


class Proration(models.TextChoices):
    """Which days count when a quota is cut."""

    CALENDAR = "calendar", _("calendar days")
    WORKING = "working", _("working days, Monday to Friday without holidays")


@pghistory.track(context_field=pghistory.ContextJSONField())
class SeatQuota(Walled, Dated):
    """What whoever holds a seat is to reach."""

    seat = models.ForeignKey("people.Seat", on_delete=models.CASCADE, related_name="+", verbose_name=_("seat"))
    measure = models.CharField(_("measure"), max_length=20, choices=Measure, default=Measure.BOOKINGS)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3)
    proration = models.CharField(_("cut by"), max_length=8, choices=Proration, default=Proration.CALENDAR)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    changed_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            ordered_days("seatquota_days"),
            no_overlap("seatquota_once", "seat", "measure"),
            models.CheckConstraint(
                name="seatquota_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message=_("A quota cannot be negative."),
            ),
            models.CheckConstraint(
                name="seatquota_ends",
                condition=Q(ends_before__lt="9999-12-31") & Q(starts_on__gt="0001-01-01"),
                violation_error_message=_("A quota needs a first day and an end."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.amount} {self.currency} {self.starts_on}"


DAYS = """
CREATE FUNCTION crm_quota_days(first day_of, "end" day_of, basis text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF basis <> 'working' THEN RETURN "end" - first; END IF;
    RETURN (
        SELECT count(*)::integer FROM generate_series(first::timestamp, "end"::timestamp - interval '1 day', '1 day') d
        WHERE extract(isodow FROM d) < 6 AND NOT EXISTS (SELECT 1 FROM people_holiday h WHERE h.day = d::date)
    );
END $$;
""".replace("day_of", "date")

# what of a seat's quota is reached for by the end of the day before `day`, counted from its first day
RUNNING = """round(q.amount * crm_quota_days(q.starts_on, {day}, q.basis) / q.all_days, 2)"""

# A seat's quota cut to the stretches of its holders.
PIECES = f"""
CREATE FUNCTION crm_seat_quota_pieces(seat_ids bigint[])
RETURNS TABLE (seat_quota_id bigint, person_id bigint, starts_on date, ends_before date, amount numeric, measure text,
    currency text) LANGUAGE sql STABLE AS $$
    SELECT q.id, h.person_id, greatest(h.starts_on, q.starts_on), least(h.ends_before, q.ends_before),
           CASE WHEN h.ends_before >= q.ends_before THEN q.amount ELSE {RUNNING.format(day="h.ends_before")} END
               - {RUNNING.format(day="greatest(h.starts_on, q.starts_on)")},
           q.measure::text, q.currency::text
    FROM (
        SELECT s.*, CASE WHEN d.days > 0 THEN s.proration ELSE 'calendar' END AS basis,
               CASE WHEN d.days > 0 THEN d.days ELSE s.ends_before - s.starts_on END AS all_days
        FROM crm_seatquota s
        CROSS JOIN LATERAL (SELECT crm_quota_days(s.starts_on, s.ends_before, s.proration) AS days) d
        WHERE s.seat_id = ANY (seat_ids)
    ) q JOIN people_seatholding h ON h.seat_id = q.seat_id AND h.starts_on < q.ends_before AND q.starts_on < h.ends_before
$$;
"""

RATE = ANY_RATE.format(currency="p.currency", here="here", day="p.starts_on")

DERIVE = f"""
CREATE FUNCTION crm_seat_quotas_derive(seat_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE here text := (SELECT currency FROM people_organization WHERE id = current_setting('app.organization')::bigint);
BEGIN
    IF NOT EXISTS (SELECT 1 FROM crm_seatquota WHERE seat_id = ANY (seat_ids)) THEN RETURN; END IF;
    DELETE FROM crm_quota o USING crm_seatquota s WHERE s.id = o.seat_quota_id AND s.seat_id = ANY (seat_ids)
        AND NOT EXISTS (
            SELECT 1 FROM crm_seat_quota_pieces(seat_ids) p WHERE (p.seat_quota_id, p.person_id, p.starts_on, p.ends_before,
                p.amount, p.measure, p.currency) = (o.seat_quota_id, o.person_id, o.starts_on, o.ends_before, o.amount,
                o.measure::text, o.currency::text)
        );
    INSERT INTO crm_quota (person_id, person_text, team_text, measure, starts_on, ends_before, amount, currency,
        converted_amount, is_overlay, source, reason, seat_quota_id)
    SELECT p.person_id, '', '', p.measure, p.starts_on, p.ends_before, p.amount, p.currency,
           CASE WHEN p.currency = here THEN p.amount ELSE round(p.amount * {RATE}, 6) END,
           false, '', '', p.seat_quota_id
    FROM crm_seat_quota_pieces(seat_ids) p WHERE NOT EXISTS (
        SELECT 1 FROM crm_quota o WHERE o.person_id = p.person_id AND o.measure = p.measure
            AND o.starts_on < p.ends_before AND p.starts_on < o.ends_before
    );
END $$;
"""


def _trigger(name: str, table: str, operation: str, tables: str, seats: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[];
BEGIN
    SELECT array_agg(DISTINCT seat_id) INTO ids FROM ({seats}) s;
    IF ids IS NOT NULL THEN PERFORM crm_seat_quotas_derive(ids); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {operation} ON {table}
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


NEW, OLD, BOTH = "NEW TABLE AS changed", "OLD TABLE AS changed", "OLD TABLE AS old_rows NEW TABLE AS new_rows"
ONE, TWO = "SELECT seat_id FROM changed", "SELECT seat_id FROM old_rows UNION SELECT seat_id FROM new_rows"
# a quota of the holder's own that goes makes room for the seat's
OWN = """SELECT h.seat_id FROM changed c JOIN people_seatholding h ON h.person_id = c.person_id
    AND h.starts_on < c.ends_before AND c.starts_on < h.ends_before WHERE c.seat_quota_id IS NULL"""

TRIGGERS = (
    *(
        _trigger(f"seat_quotas_{kind}_{operation.lower()}", table, operation, tables, seats)
        for kind, table in (("holdings", "people_seatholding"), ("own", "crm_seatquota"))
        for operation, tables, seats in (("INSERT", NEW, ONE), ("DELETE", OLD, ONE), ("UPDATE", BOTH, TWO))
    ),
    _trigger("seat_quotas_quotas_delete", "crm_quota", "DELETE", OLD, OWN),
)
BY_WORKING_DAYS = "SELECT seat_id FROM crm_seatquota WHERE proration = 'working'"
HOLIDAYS = tuple(
    _trigger(f"seat_quotas_holidays_{operation.lower()}", "people_holiday", operation, tables, BY_WORKING_DAYS)
    for operation, tables in (("INSERT", NEW), ("DELETE", OLD), ("UPDATE", BOTH))
)
DROP_HOLIDAYS = "DROP FUNCTION {} CASCADE;".format(
    ", ".join(f"seat_quotas_holidays_{operation}" for operation in ("insert", "delete", "update"))
)
ALL = (DAYS, PIECES, DERIVE, *TRIGGERS)
NAMES = (
    *(f"seat_quotas_{kind}_{operation}" for kind in ("holdings", "own") for operation in ("insert", "delete", "update")),
    "seat_quotas_quotas_delete", "crm_seat_quotas_derive", "crm_seat_quota_pieces", "crm_quota_days",
)  # fmt: skip
DROP = f"DROP FUNCTION {', '.join(NAMES)} CASCADE;"
