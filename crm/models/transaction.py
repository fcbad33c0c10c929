from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.reference import loose, unresolved
from people.wall import WalledFact


class TransactionType(models.TextChoices):
    BOOKING = "booking", _("booking")
    INVOICE = "invoice", _("invoice")
    DELIVERY = "delivery", _("delivery")
    PAYMENT = "payment", _("payment")
    CANCELLATION = "cancellation", _("cancellation")


class Transaction(WalledFact):
    """What was booked, invoiced, delivered, paid or cancelled. Amounts stand as the source gave them.

    A cancellation takes the size of its amount away, whichever sign the source gave it; `cancels` is what it takes back.
    """

    source = models.CharField(_("source"), max_length=100)
    external_id = models.CharField(_("id"), max_length=200)
    type = models.CharField(_("type"), max_length=12, choices=TransactionType)
    person = loose("people.Person", "transactions", verbose_name=_("person"))
    person_text = models.CharField(max_length=300, blank=True, default="")
    opportunity = loose("crm.Opportunity", "transactions", verbose_name=_("deal"))
    opportunity_text = models.CharField(max_length=300, blank=True, default="")
    account = loose("crm.Account", "transactions", verbose_name=_("account"))
    account_text = models.CharField(max_length=300, blank=True, default="")
    product = loose("crm.Product", "transactions", verbose_name=_("product"))
    product_text = models.CharField(max_length=300, blank=True, default="")
    cancels = loose("crm.Transaction", "cancellations", verbose_name=_("cancels"))
    cancels_text = models.CharField(max_length=300, blank=True, default="")
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    converted_amount = models.DecimalField(max_digits=26, decimal_places=6, null=True)  # organization's currency
    plan_amount = models.DecimalField(
        max_digits=26, decimal_places=6, null=True
    )  # at the plan rate, where there is one
    occurred_on = models.DateField(_("occurred on"))
    is_deleted = models.BooleanField(default=False)  # gone from the source; out of every figure
    batch = loose("crm.ImportBatch", verbose_name=_("import"))
    row_number = models.PositiveIntegerField(null=True)  # line in the batch's file
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="transaction_source")
        ]
        indexes = [
            models.Index(fields=["organization", "id"], name="transaction_order"),  # parts of a list, by cursor
            models.Index(
                fields=["organization", "person", "type", "occurred_on"],
                name="transaction_person",
                condition=Q(is_deleted=False),
                include=["converted_amount", "opportunity", "product"],
            ),
            models.Index(
                fields=["organization", "type", "occurred_on"],
                name="transaction_type",
                condition=Q(is_deleted=False),
                include=["converted_amount", "person"],
            ),
            models.Index(
                F("organization"),
                F("occurred_on").desc(),
                F("id").desc(),
                name="transaction_recent",
                include=["person", "type", "converted_amount", "is_deleted"],
            ),
            models.Index(
                F("organization"),
                F("converted_amount").desc(nulls_last=True),
                F("id").desc(),
                name="transaction_amount",
            ),
            models.Index(
                fields=["organization", "opportunity", "occurred_on"],
                name="transaction_deal",
                condition=Q(is_deleted=False),
            ),
            models.Index(fields=["organization", "account"], name="transaction_account"),
            models.Index(fields=["organization", "product"], name="transaction_product"),
            models.Index(fields=["organization", "cancels"], name="transaction_cancels"),
            models.Index(fields=["organization", "batch"], name="transaction_batch"),
            unresolved("transaction", "person"),
            unresolved("transaction", "opportunity"),
            unresolved("transaction", "account"),
            unresolved("transaction", "product"),
            unresolved("transaction", "cancels"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.external_id}"
