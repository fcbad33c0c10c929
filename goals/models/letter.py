"""Quota letters: what a person is to reach in a period, issued as a document and acknowledged by the person."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.quota import Measure
from people.models.dated import ordered_days
from people.wall import Walled

# Once issued, only what becomes of a letter changes, never what it says. Erasing a person takes the document away.
SAID = (
    "id, organization_id, person_id, measure, starts_on, ends_before, due_on, content, issued_by_id, issued_at, digest"
)
REWRITTEN = f"""(
    OLD.state <> 'draft'
    AND ({", ".join(f"NEW.{name.strip()}" for name in SAID.split(","))})
        IS DISTINCT FROM ({", ".join(f"OLD.{name.strip()}" for name in SAID.split(","))})
    AND coalesce(current_setting('app.erasure', true), '') <> 'on'
)"""

# Erasing a person takes their name out of what they wrote; nothing else ever changes.
SIGNED = """(
    coalesce(current_setting('app.erasure', true), '') <> 'on'
    OR (NEW.id, NEW.organization_id, NEW.letter_id, NEW.person_id, NEW.at, NEW.digest)
        IS DISTINCT FROM (OLD.id, OLD.organization_id, OLD.letter_id, OLD.person_id, OLD.at, OLD.digest)
)"""


class LetterTerms(Walled):
    """What the organization writes below every letter. The latest holds; each letter keeps the words it was issued with."""

    text = models.TextField(_("terms"), max_length=8000, blank=True, default="")
    created_by = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "-id"], name="letterterms_latest")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.text[:40]}"


class QuotaLetter(Walled):
    """What one person is to reach in a period.

    `content` is what the letter says, frozen when it is issued: {"currency", "months": [[first day, amount]], "total",
    "adjustments": [[kind, first day, end, for a ramp the share]], "approvals": [[who, in whose place or null, as what, day]],
    "unapproved": [where amounts that nobody approved came from], "terms"}; amounts and shares are decimal texts, days ISO texts,
    people keys. Letters of before have "approver": who changed the quota last. `digest` is the SHA-256 of the document, which
    the person acknowledges with it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        SUPERSEDED = "superseded", _("superseded")

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="quota_letters")
    measure = models.CharField(_("measure"), max_length=20, choices=Measure, default=Measure.BOOKINGS)
    starts_on = models.DateField(_("from"))
    ends_before = models.DateField(_("until (not included)"))
    due_on = models.DateField(_("to be acknowledged by"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    content = models.JSONField(default=dict)
    document = models.ForeignKey("people.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    issued_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey("goals.QuotaLetter", on_delete=models.SET_NULL, null=True, related_name="replaces")
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ordered_days("quotaletter_days"),
            models.UniqueConstraint(
                fields=["organization", "person", "measure", "starts_on", "ends_before"],
                condition=Q(state__in=["issued", "acknowledged"]),
                name="quotaletter_one",
            ),
            models.UniqueConstraint(
                fields=["organization", "person", "measure", "starts_on", "ends_before"],
                condition=Q(state="draft"),
                name="quotaletter_one_draft",
            ),
            models.CheckConstraint(
                name="quotaletter_issued", condition=Q(state="draft") | (Q(issued_at__isnull=False) & ~Q(digest=""))
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "starts_on", "ends_before", "state"], name="quotaletter_period"),
            models.Index(fields=["organization", "state", "due_on"], name="quotaletter_due"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Delete, condition=pgtrigger.Condition("OLD.state <> 'draft'")
            ),
            pgtrigger.Protect(name="said", operation=pgtrigger.Update, condition=pgtrigger.Condition(REWRITTEN)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.starts_on} – {self.ends_before}"


class LetterAcknowledgement(Walled):
    """The person has read the letter: the name they wrote, the moment, and the digest of the document. Kept for good."""

    letter = models.OneToOneField("goals.QuotaLetter", on_delete=models.PROTECT, related_name="acknowledgement")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="unchanged", operation=pgtrigger.Update, condition=pgtrigger.Condition(SIGNED)),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id}: {self.at}"
