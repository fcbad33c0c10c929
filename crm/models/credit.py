"""Credits: who gets which share of a deal. Only what differs from "the owner gets all of it" is a row.

The database holds the total: shares that are not overlay make exactly one per deal and kind, checked after every
statement, so a deal's credits are written together. Two columns of the deal follow by themselves: `has_credits`, and
`is_split` where its owner does not simply get all of it. Shares that nobody gave (`crm.models.sharing`) make room for
those that somebody gives, and come back when they are taken away.

What a row said before it was changed or taken away is kept (`FormerCredit`). A transaction is one moment (`now()`): what is
made and replaced within one leaves nothing, and one set of shares ends as the next begins. A row that only came has no
history; it says itself since when it is what it is.
"""

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.quota import Measure
from crm.models.reference import loose
from people.wall import WalledFact

MAKE_ROOM = """
    DELETE FROM crm_credit WHERE origin <> 'given' AND opportunity_id IN (
        SELECT opportunity_id FROM changed WHERE origin = 'given' AND kind = 'bookings' AND role <> 'overlay'
    );
"""

TOTAL = """
    IF EXISTS (
        SELECT 1 FROM crm_credit c
        WHERE c.opportunity_id IN (SELECT opportunity_id FROM changed) AND c.role <> 'overlay'
        GROUP BY c.opportunity_id, c.kind HAVING sum(c.share) <> 1
    ) THEN
        RAISE check_violation USING MESSAGE = 'the shares of a deal do not make 100 %', CONSTRAINT = 'credit_total';
    END IF;
"""

FOLLOW = """
    UPDATE crm_opportunity o SET has_credits = now.has_credits, is_split = now.is_split FROM (
        SELECT d.id,
               EXISTS (SELECT 1 FROM crm_credit c WHERE c.opportunity_id = d.id) AS has_credits,
               EXISTS (
                   SELECT 1 FROM crm_credit c
                   WHERE c.opportunity_id = d.id AND c.role <> 'overlay' AND c.kind = 'bookings'
               ) AS is_split
        FROM crm_opportunity d WHERE d.id IN (SELECT opportunity_id FROM changed)
    ) now WHERE o.id = now.id AND (o.has_credits, o.is_split) IS DISTINCT FROM (now.has_credits, now.is_split);
"""

COME_BACK = """
    IF EXISTS (SELECT 1 FROM changed WHERE origin = 'given' AND opportunity_id IS NOT NULL) THEN
        PERFORM crm_shares_derive((
            SELECT array_agg(DISTINCT opportunity_id) FROM changed WHERE origin = 'given' AND opportunity_id IS NOT NULL
        ));
    END IF;
"""
END = "    RETURN NULL;\n"

# where it is off: whom a text means was true from the beginning, it was only not known
HISTORY_IS_OFF = "current_setting('app.history', true) = 'off'"
SAID = ("opportunity_id", "person_id", "kind", "role", "share")
CHANGED = f"({', '.join(f'{{new}}.{name}' for name in SAID)}) IS DISTINCT FROM ({', '.join(f'{{old}}.{name}' for name in SAID)})"
KEPT = ("organization_id", *SAID, "person_text", "source", "origin", "recorded_at")
KEEP = f"""
    IF {HISTORY_IS_OFF} THEN RETURN NULL; END IF;
    EXECUTE $plan_anew$ INSERT INTO crm_formercredit ({", ".join(KEPT)}, replaced_at)
    SELECT {", ".join(f"o.{name}" for name in KEPT)}, now()
    FROM {{rows}} WHERE o.opportunity_id IS NOT NULL AND (o.recorded_at IS NULL OR o.recorded_at < now()) $plan_anew$;
"""

# whose key stands for the person may be learned or merged later, and the name of an erased person is taken out
NEVER_CHANGES = """(
    (NEW.opportunity_id, NEW.kind, NEW.role, NEW.share, NEW.origin, NEW.recorded_at, NEW.replaced_at)
    IS DISTINCT FROM
    (OLD.opportunity_id, OLD.kind, OLD.role, OLD.share, OLD.origin, OLD.recorded_at, OLD.replaced_at)
    OR (NEW.person_text, NEW.source) IS DISTINCT FROM (OLD.person_text, OLD.source)
        AND coalesce(current_setting('app.erasure', true), '') <> 'on'
)"""


def _after(name: str, operation: pgtrigger.Operation, func: str, **rows: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),  # type: ignore[no-untyped-call]
        func=func,
    )


class Credit(WalledFact):
    """A share of a deal. Without a person it goes to the house."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        SPLIT = "split", _("split")
        OVERLAY = "overlay", _("overlay")

    class Origin(models.TextChoices):
        GIVEN = "given", _("given by hand or by a file")
        HAND_OVER = "hand_over", _("a hand-over of the deal")
        SEAT = "seat", _("the seat that its owner left")

    opportunity = loose("crm.Opportunity", "credits", verbose_name=_("deal"))
    opportunity_text = models.CharField(max_length=300, blank=True, default="")
    person = loose("people.Person", "credits", verbose_name=_("person"))
    person_text = models.CharField(max_length=300, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=20, choices=Measure, default=Measure.BOOKINGS)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.SPLIT)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=6)
    source = models.CharField(max_length=100, blank=True, default="")  # empty: entered by hand
    batch = loose("crm.ImportBatch", verbose_name=_("import"))
    origin = models.CharField(
        max_length=9, choices=Origin, default=Origin.GIVEN, db_default=Origin.GIVEN, editable=False
    )
    hand_over = loose("crm.HandOver")
    # since when it is what it is; unknown: from the beginning
    recorded_at = models.DateTimeField(null=True, db_default=TransactionNow(), editable=False)

    FOLLOWS = ~Q(origin="given")  # rows that go by themselves with what they were made from

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="credit_share",
                condition=Q(share__gt=0) & Q(share__lte=1),
                violation_error_message=_("A share is more than 0 and at most 100 %."),
            )
        ]
        indexes = [
            models.Index(fields=["organization", "opportunity"], name="credit_deal"),
            models.Index(fields=["organization", "person"], name="credit_person"),
            BrinIndex(fields=["recorded_at"], name="credit_recorded"),  # costs a large import nothing
        ]
        triggers = [
            _after("total_insert", pgtrigger.Insert, MAKE_ROOM + TOTAL + FOLLOW + END, new="changed"),
            _after("total_update", pgtrigger.Update, MAKE_ROOM + TOTAL + FOLLOW + END, new="changed"),
            _after("total_delete", pgtrigger.Delete, TOTAL + FOLLOW + COME_BACK + END, old="changed"),
            pgtrigger.Trigger(
                name="recorded",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"({CHANGED.format(new='NEW', old='OLD')} AND ({HISTORY_IS_OFF}) IS NOT TRUE)"
                ),
                func="NEW.recorded_at := now(); RETURN NEW;",
            ),
            _after(
                "former_update",
                pgtrigger.Update,
                KEEP.format(rows=f"old_rows o JOIN new_rows n ON n.id = o.id AND {CHANGED.format(new='n', old='o')}")
                + END,
                old="old_rows",
                new="new_rows",
            ),
            _after("former_delete", pgtrigger.Delete, KEEP.format(rows="old_rows o") + END, old="old_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.share} {self.person_id or 'house'}"


class FormerCredit(WalledFact):
    """A share that a deal had from `recorded_at` (unknown: from the beginning) until `replaced_at`. Written by triggers."""

    opportunity = models.ForeignKey(
        "crm.Opportunity", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="former_credits"
    )
    person = loose("people.Person")
    person_text = models.CharField(max_length=300, blank=True, default="")
    kind = models.CharField(max_length=20, choices=Measure)
    role = models.CharField(max_length=10, choices=Credit.Role)
    share = models.DecimalField(max_digits=9, decimal_places=6)
    source = models.CharField(max_length=100, blank=True, default="")
    origin = models.CharField(max_length=9, choices=Credit.Origin)
    recorded_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "opportunity"], name="formercredit_deal"),
            models.Index(fields=["organization", "replaced_at"], name="formercredit_replaced"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update, condition=pgtrigger.Condition(NEVER_CHANGES)
            )
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.share} {self.person_id or 'house'} until {self.replaced_at:%Y-%m-%d}"
