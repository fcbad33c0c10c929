"""Fields that an organization adds to deals, accounts and leads, and their typed values.

A money field of deals is a named amount (ARR, services, margin, list). A person field of deals is a role: its values are
rows of `DealRole`. Every other value is a row of `CustomValue`: `text` is how it is told apart and shown, `number` and
`day` are for ranges, `converted_number` is in the organization's currency.

A field that is switched off keeps its values and their history, and is offered and shown nowhere until it is switched on.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.detail import VALUE_CHANGES, VALUES_ADDED, VALUES_GONE, detail_trigger
from crm.models.reference import loose
from people.wall import Walled, WalledFact


class CustomField(Walled):
    class Entity(models.TextChoices):
        OPPORTUNITY = "opportunity", _("deals")
        ACCOUNT = "account", _("accounts")
        LEAD = "lead", _("leads")

    class Type(models.TextChoices):
        TEXT = "text", _("text")
        CHOICE = "choice", _("choice")
        NUMBER = "number", _("number")
        MONEY = "money", _("amount of money")
        DATE = "date", _("date")
        FLAG = "flag", _("yes or no")
        PERSON = "person", _("person in a role")

    entity = models.CharField(_("belongs to"), max_length=12, choices=Entity)
    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(max_length=40, editable=False)  # what mapping files and commands call it
    type = models.CharField(_("type"), max_length=8, choices=Type)
    choices = models.JSONField(default=list, blank=True)  # texts that a choice can be, in their order
    is_off = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "entity", "key"], name="customfield_key"),
            models.UniqueConstraint(
                fields=["organization", "entity", "name"],
                name="customfield_name",
                violation_error_message=_("Another field has this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


def one_value(entity: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["organization", entity, "field"],
        name=f"customvalue_{entity}",
        condition=Q(**{f"{entity}__isnull": False}),
    )


class CustomValue(WalledFact):
    field = models.ForeignKey(
        "crm.CustomField", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="values"
    )
    opportunity = loose("crm.Opportunity", "custom_values")
    account = loose("crm.Account", "custom_values")
    lead = loose("crm.Lead", "custom_values")
    text = models.CharField(max_length=300)
    number = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    converted_number = models.DecimalField(max_digits=26, decimal_places=6, null=True)
    day = models.DateField(null=True)
    batch = loose("crm.ImportBatch")

    class Meta:
        constraints = [one_value("opportunity"), one_value("account"), one_value("lead")]
        indexes = [
            models.Index(
                fields=["organization", "field", "text"],
                name="customvalue_text",
                include=["opportunity", "account", "lead"],
            ),
            models.Index(fields=["organization", "batch"], name="customvalue_batch"),
        ]
        triggers = [
            detail_trigger(VALUE_CHANGES),
            detail_trigger(VALUES_ADDED, pgtrigger.Insert),
            detail_trigger(VALUES_GONE, pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.text
