"""Leads and activities per person and day. Derived: never edited by hand."""

from django.db import models

from metrics.models.rollup import count
from people.wall import WalledFact


class LeadRollup(WalledFact):
    """One row per owner and day: the leads created that day with what became of them, and who became a customer."""

    pk = models.CompositePrimaryKey("organization", "person_id", "day")
    person_id = models.BigIntegerField()  # NOBODY: leads without an owner
    day = models.DateField()
    lead_count = count()
    lead_converted_count = count()
    lead_30_count = count()
    lead_60_count = count()
    lead_90_count = count()
    customer_count = count()

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


class ActivityRollup(WalledFact):
    """One row per person and day: how many activities of each type."""

    pk = models.CompositePrimaryKey("organization", "person_id", "day")
    person_id = models.BigIntegerField()
    day = models.DateField()
    call_count = count()
    email_count = count()
    meeting_count = count()
    demo_count = count()
    proposal_count = count()
    other_count = count()

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"
