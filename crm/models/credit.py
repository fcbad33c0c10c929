"""Credits: who gets which share of a deal. Only what differs from "the owner gets all of it" is a row.

The database holds the total: shares that are not overlay make exactly one per deal and kind, checked after every
statement, so a deal's credits are written together. Two columns of the deal follow by themselves: `has_credits`, and
`is_split` where its owner does not simply get all of it. Shares that nobody gave (`crm.models.sharing`) make room for
those that somebody gives, and come back when they are taken away.
"""

import pgtrigger
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


def _after(name: str, operation: pgtrigger.Operation, rows: str, func: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**{rows: "changed"}),  # type: ignore[no-untyped-call]
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
        ]
        triggers = [
            _after("total_insert", pgtrigger.Insert, "new", MAKE_ROOM + TOTAL + FOLLOW + END),
            _after("total_update", pgtrigger.Update, "new", MAKE_ROOM + TOTAL + FOLLOW + END),
            _after("total_delete", pgtrigger.Delete, "old", TOTAL + FOLLOW + COME_BACK + END),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.share} {self.person_id or 'house'}"
