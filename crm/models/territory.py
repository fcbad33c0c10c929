"""Territories and named accounts: which seat looks after which accounts, for ranges of days.

They belong to seats, not to people: who sits there has them, and they stay when somebody moves on. A line of a file that
names an account, a territory or a person that nobody knows yet waits; triggers take it up when what it names arrives.
"""

from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from people.models.dated import Dated, DaysOf, no_overlap, ordered_days
from people.wall import Walled


def words_field(label: Any) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=200), verbose_name=label, default=list, blank=True)


class Territory(Walled):
    """A part of the market. Its rule names regions and industries of accounts; without one it has no accounts by itself."""

    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    regions = words_field(_("regions"))
    industries = words_field(_("industries"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="territory_name",
                violation_error_message=_("Another territory has this name."),
            ),
            models.CheckConstraint(
                name="territory_not_itself",
                condition=~Q(parent=F("id")),
                violation_error_message=_("A territory cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(context_field=pghistory.ContextJSONField())
class TerritoryAssignment(Walled, Dated):
    """The seat that has a territory; one at a time."""

    territory = models.ForeignKey("crm.Territory", on_delete=models.CASCADE, related_name="assignments")
    seat = models.ForeignKey("people.Seat", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [ordered_days("territoryassignment_days"), no_overlap("territoryassignment_once", "territory")]
        indexes = [models.Index(fields=["organization", "seat"], name="territoryassignment_seat")]

    def __str__(self) -> str:
        return f"{self.territory_id} @ {self.seat_id}"


@pghistory.track(context_field=pghistory.ContextJSONField())
class NamedAccount(Walled, Dated):
    """An account that a seat looks after by name, before any territory. An exclusive one has one seat at a time."""

    account = models.ForeignKey("crm.Account", on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    seat = models.ForeignKey("people.Seat", on_delete=models.CASCADE, related_name="+", verbose_name=_("seat"))
    is_exclusive = models.BooleanField(_("exclusive"), default=True)

    class Meta:
        constraints = [
            ordered_days("namedaccount_days"),
            no_overlap("namedaccount_seat_once", "account", "seat"),
            ExclusionConstraint(
                name="namedaccount_exclusive",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    (DaysOf("starts_on", "ends_before"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_exclusive=True),
                violation_error_message=_("Another seat has this account for itself on these days."),
            ),
            ExclusionConstraint(
                name="namedaccount_not_beside",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    (Cast("is_exclusive", models.IntegerField()), RangeOperators.NOT_EQUAL),
                    (DaysOf("starts_on", "ends_before"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Seats share this account on these days, or one has it for itself."),
            ),
        ]
        indexes = [models.Index(fields=["organization", "seat"], name="namedaccount_seat")]

    def __str__(self) -> str:
        return f"{self.account_id} @ {self.seat_id}"


class WaitingAssignment(Walled, Dated):
    """A line of a file that gives an account or a territory to a seat, and waits for what it names."""

    class What(models.TextChoices):
        ACCOUNT = "account", _("account")
        TERRITORY = "territory", _("territory")

    what = models.CharField(max_length=9, choices=What)
    what_text = models.CharField(max_length=300)
    person_text = models.CharField(max_length=300, blank=True, default="")
    seat_text = models.CharField(max_length=300, blank=True, default="")
    is_exclusive = models.BooleanField(default=True)
    source = models.CharField(max_length=100)
    batch = models.ForeignKey("crm.ImportBatch", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [ordered_days("waitingassignment_days")]
        indexes = [models.Index(fields=["organization", "what", "what_text"], name="waitingassignment_what")]

    def __str__(self) -> str:
        return f"{self.what_text} @ {self.person_text or self.seat_text}"


# which account or territory, and which seat of a day, the texts of a file mean; NULL where that is not known
MEANT = """
CREATE FUNCTION crm_held_meant(what text, words text, of_source text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN what = 'territory' THEN (SELECT min(t.id) FROM crm_territory t WHERE lower(t.name) = lower(words)
        HAVING count(*) = 1) ELSE coalesce(
            (SELECT k.account_id FROM crm_accountkey k WHERE k.source = of_source AND k.external_id = words),
            (SELECT min(a.id) FROM crm_account a WHERE a.name = words HAVING count(*) = 1)
        ) END
$$;
CREATE FUNCTION crm_seat_meant(person text, seat text, of_source text, on_day date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN seat <> '' THEN (
        SELECT min(s.id) FROM people_seat s WHERE (s.id::text = seat OR lower(s.title) = lower(seat))
            AND s.starts_on <= on_day AND on_day < s.ends_before HAVING count(*) = 1
    ) ELSE (
        SELECT h.seat_id FROM people_seatholding h WHERE h.starts_on <= on_day AND on_day < h.ends_before
            AND h.person_id = coalesce(
                (SELECT k.person_id FROM people_personkey k WHERE k.source = of_source AND k.external_id = person),
                (SELECT min(p.id) FROM people_person p WHERE p.email <> '' AND lower(p.email) = lower(person)),
                (SELECT min(p.id) FROM people_person p WHERE lower(p.name) = lower(person) HAVING count(*) = 1)
            )
    ) END
$$;
"""

# what overlaps something else goes on waiting
RESOLVE = """
CREATE FUNCTION crm_assignments_resolve() RETURNS void LANGUAGE plpgsql AS $$
DECLARE line record; place record; held bigint; made bigint;
BEGIN
    FOR line IN SELECT * FROM crm_waitingassignment ORDER BY id LOOP
        held := crm_held_meant(line.what, line.what_text, line.source);
        SELECT s.id, least(s.ends_before, line.ends_before) AS ends_before INTO place FROM people_seat s
        WHERE s.id = crm_seat_meant(line.person_text, line.seat_text, line.source, line.starts_on);
        CONTINUE WHEN held IS NULL OR place.id IS NULL;
        BEGIN
            IF line.what = 'account' THEN
                INSERT INTO crm_namedaccount (account_id, seat_id, starts_on, ends_before, is_exclusive)
                VALUES (held, place.id, line.starts_on, place.ends_before, line.is_exclusive) RETURNING id INTO made;
            ELSE
                INSERT INTO crm_territoryassignment (territory_id, seat_id, starts_on, ends_before)
                VALUES (held, place.id, line.starts_on, place.ends_before) RETURNING id INTO made;
            END IF;
            INSERT INTO crm_importchange (batch_id, "table", object_id) VALUES (line.batch_id,
                CASE line.what WHEN 'account' THEN 'crm_namedaccount' ELSE 'crm_territoryassignment' END, made);
            DELETE FROM crm_waitingassignment WHERE id = line.id;
        EXCEPTION WHEN exclusion_violation OR check_violation THEN NULL;
        END;
    END LOOP;
END $$;
CREATE FUNCTION assignments_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM crm_waitingassignment) THEN PERFORM crm_assignments_resolve(); END IF;
    RETURN NULL;
END $$;
"""
AWAITED = (
    "people_person", "people_personkey", "people_seat", "people_seatholding", "crm_account", "crm_accountkey", "crm_territory",
)  # fmt: skip
WAKE = "".join(
    f"CREATE TRIGGER assignments_wake AFTER INSERT OR UPDATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION assignments_wake();\n"
    for table in AWAITED
)
WAITING = MEANT + RESOLVE + WAKE
DROP_WAITING = (
    "DROP FUNCTION assignments_wake, crm_assignments_resolve, crm_seat_meant(text, text, text, date),"
    " crm_held_meant(text, text, text) CASCADE;"
)
