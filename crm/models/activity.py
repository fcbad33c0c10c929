from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.reference import loose, unresolved
from people.wall import WalledFact

BY_HAND = ""  # the source of what people enter themselves


class ActivityType(models.TextChoices):
    CALL = "call", _("call")
    EMAIL = "email", _("e-mail")
    MEETING = "meeting", _("meeting")
    DEMO = "demo", _("demo")
    PROPOSAL = "proposal", _("proposal")
    OTHER = "other", _("other")


class Activity(WalledFact):
    """Something a person did for a deal, an account, or neither. `occurred_on` is the organization's day of the moment.

    What somebody enters by hand has no source, and an id that its form made.
    """

    source = models.CharField(_("source"), max_length=100)
    external_id = models.CharField(_("id"), max_length=200)
    type = models.CharField(_("type"), max_length=10, choices=ActivityType)
    type_text = models.CharField(max_length=100, blank=True, default="")  # as the source wrote it
    subject = models.CharField(_("subject"), max_length=300, blank=True, default="")
    person = loose("people.Person", "activities", verbose_name=_("person"))
    person_text = models.CharField(max_length=300, blank=True, default="")
    occurred_at = models.DateTimeField(_("occurred at"))
    occurred_on = models.DateField(_("occurred on"))
    opportunity = loose("crm.Opportunity", "activities", verbose_name=_("deal"))
    opportunity_text = models.CharField(max_length=300, blank=True, default="")
    account = loose("crm.Account", "activities", verbose_name=_("account"))
    account_text = models.CharField(max_length=300, blank=True, default="")
    is_deleted = models.BooleanField(default=False)  # gone from the source; out of every figure
    batch = loose("crm.ImportBatch", verbose_name=_("import"))
    row_number = models.PositiveIntegerField(null=True)  # line in the batch's file
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="activity_source")
        ]
        indexes = [
            models.Index(fields=["organization", "id"], name="activity_order"),  # parts of a list, by cursor
            models.Index(
                fields=["organization", "person", "occurred_on"],
                name="activity_person",
                condition=Q(is_deleted=False),
                include=["type", "opportunity"],
            ),
            models.Index(
                fields=["organization", "occurred_on"],
                name="activity_day",
                condition=Q(is_deleted=False),
                include=["type", "person"],
            ),
            models.Index(
                F("organization"),
                F("occurred_at").desc(),
                F("id").desc(),
                name="activity_recent",
                include=["person", "type", "is_deleted"],
            ),
            models.Index(
                fields=["organization", "opportunity", "occurred_on"],
                name="activity_deal",
                condition=Q(is_deleted=False),
                include=["type"],
            ),
            models.Index(fields=["organization", "account"], name="activity_account"),
            models.Index(fields=["organization", "batch"], name="activity_batch"),
            unresolved("activity", "person"),
            unresolved("activity", "opportunity"),
            unresolved("activity", "account"),
        ]

    def __str__(self) -> str:
        return self.subject or self.external_id
