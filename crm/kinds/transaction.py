"""Transactions. A text that is no type refuses its rows: what a row of money means is not guessed."""

from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Field, FieldType, Shape
from crm.engine.types import transaction_type
from crm.intake.wording import value_sentence
from crm.kinds.base import Intake, reasons_write, register
from crm.kinds.facts import AMOUNT, FactKind, counts_tell, currencies_tell, reference
from crm.kinds.types import types_find
from crm.models import Transaction, TransactionType
from kernel.issue import Level

SHAPE = Shape(
    kind="transaction",
    telling=frozenset({"type", "cancels", "occurred_on", "amount"}),
    fields=(
        Field(
            "id",
            names=("transaction id", "transaction number", "invoice id", "invoice number", "invoice no", "booking id",
                   "payment id", "document id", "document number", "document no", "receipt number", "belegnummer",
                   "rechnungsnummer"),
            is_required=True,
            longest=200,
            label=_("id"),
        ),
        Field(
            "type",
            FieldType.TRANSACTION,
            ("transaction type", "document type", "entry type", "kind", "belegart", "art"),
            longest=100,
            label=_("type"),
        ),
        Field(
            "person",
            FieldType.REFERENCE,
            ("sales person", "sales person id", "sales rep", "sales agent", "owner", "owner id", "owner email", "rep",
             "account manager", "salesperson", "verkäufer"),
            label=_("person"),
        ),
        Field(
            "opportunity",
            FieldType.REFERENCE,
            ("opportunity id", "deal id", "deal", "order id", "order number", "sales order number", "auftrag"),
            label=_("deal"),
        ),
        Field(
            "account",
            FieldType.REFERENCE,
            ("account name", "account id", "customer", "customer name", "customer id", "company", "client", "bill to",
             "kunde", "firma"),
            label=_("account"),
        ),
        Field(
            "product", FieldType.REFERENCE, ("product name", "product id", "item", "sku", "produkt"), label=_("product")
        ),
        Field(
            "amount",
            FieldType.AMOUNT,
            ("transaction amount", "invoice amount", "net amount", "net", "value", "total", "total amount", "sub total",
             "payment amount", "amount paid", "betrag"),
            label=_("amount"),
        ),
        Field("currency", FieldType.CURRENCY, ("currency code", "currency iso code", "währung"), label=_("currency")),
        Field(
            "occurred_on",
            FieldType.DATE,
            ("transaction date", "invoice date", "booking date", "payment date", "posting date", "delivery date",
             "document date", "date", "paid on", "booked on", "belegdatum", "rechnungsdatum", "datum"),
            is_required=True,
            label=_("occurred on"),
        ),
        Field(
            "cancels",
            FieldType.REFERENCE,
            ("cancels id", "cancelled transaction", "cancelled transaction id", "reverses", "reversal of",
             "original transaction", "original transaction id", "original id", "credited invoice", "applies to",
             "refund of"),
            label=_("cancels"),
        ),
    ),
)  # fmt: skip


@register
class TransactionKind(FactKind):
    shape = SHAPE
    label = _("transactions")
    model = Transaction
    references = {
        "person": "owner",
        "opportunity": "opportunity",
        "account": "account",
        "product": "product",
        "cancels": "transaction",
    }
    looked_up = ("type",)
    is_referred_to_as = "transaction"
    columns = {
        "type": {"type": "r_type.outcome"},
        "person": reference("person"),
        "opportunity": reference("opportunity"),
        "account": reference("account"),
        "product": reference("product"),
        "amount": AMOUNT,
        "occurred_on": {"occurred_on": "t.f_occurred_on"},
        "cancels": reference("cancels"),
    }

    def prepare(self, intake: Intake) -> None:
        for text, first_row, rows in types_find(intake, transaction_type, TransactionType.BOOKING):
            sentence = value_sentence("unknown_type", value=text)
            lines = intake.table.rows("SELECT number FROM {t} WHERE result IS NULL AND f_type = %s", [text])
            reasons_write(intake, [(number, sentence) for (number,) in lines])
            intake.issues.add(
                Level.ERROR, "unknown_type", sentence, row=first_row, field="type", value=text, count=rows
            )

    def tell(self, intake: Intake) -> None:
        if "type" not in intake.fields:
            ((total, first),) = intake.rows(
                "SELECT count(*), min(number) FROM {t} WHERE result IS DISTINCT FROM 'refused'"
            )
            intake.warn("assumed_booking", total, first, field="type")
        checks = {"no_transaction_amount": ("amount", "t.f_amount IS NULL")}
        if "cancels" in intake.fields:
            checks["cancels_nothing"] = ("cancels", "r_type.outcome = 'cancellation' AND t.f_cancels IS NULL")
        counts_tell(self, intake, checks)
        currencies_tell(self, intake)
