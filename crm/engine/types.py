"""What the texts of a file say about the type of an activity, a transaction or a deal, and whether they mean yes or no.

A text is read by its words: the first word (or pair of words) that is known decides; a text without a known word says
nothing (None). "Phone call" and "Outbound Call" are calls, "Credit note" is a cancellation, "Rechnung" an invoice.
"""

import re
from itertools import pairwise

from crm.engine.texts import name_key

_ACTIVITIES = {
    "call": "call calls phone phonecall telephone dial dialled voicemail anruf telefonat appel llamada",
    "email": "email emails mail mails message outreach sequence inmail courriel correo",
    "meeting": "meeting meetings appointment visit onsite event lunch conference termin besprechung treffen reunion reunión",
    "demo": "demo demos demonstration presentation poc trial vorführung präsentation",
    "proposal": "proposal proposals quote quotes quotation offer tender bid angebot devis propuesta",
    "other": "other task todo note notes social linkedin sms chat gift aufgabe",
}
_TRANSACTIONS = {
    "booking": "booking bookings booked order orders sale sales contract deal purchase auftrag bestellung buchung",
    "invoice": "invoice invoices invoiced bill billing billed rechnung facture factura",
    "delivery": "delivery deliveries delivered shipment shipped ship shipping fulfilment fulfillment lieferung livraison",
    "payment": "payment payments paid receipt receipts received cash collection zahlung paiement pago",
    "cancellation": (
        "cancellation cancellations cancelled canceled cancel reversal reversed refund refunds refunded return returns "
        "returned creditnote creditmemo credit chargeback storno stornierung gutschrift avoir"
    ),
}
_DEALS = {
    "new": "new newbusiness newcustomer newlogo newlogos neukunde neugeschäft first initial acquisition",
    "expansion": "expansion upsell upsale crosssell crosssale existing existingbusiness existingcustomer upgrade addon "
    "expand growth erweiterung bestandskunde",
    "renewal": "renewal renewals renew extension prolongation verlängerung existingcustomerrenewal",
}
_YES = frozenset(["yes", "y", "true", "t", "1", "x", "on", "ja", "j", "oui", "si", "sí", "sim", "wahr", "✓"])
_NO = frozenset(["no", "n", "false", "f", "0", "off", "nein", "non", "nao", "não", "falsch"])
_WORDS = re.compile(r"[^\W\d_]+")


def _by_word(types: dict[str, str]) -> dict[str, str]:
    return {name_key(word): name for name, words in types.items() for word in words.split()}


_ACTIVITY_WORDS, _TRANSACTION_WORDS, _DEAL_WORDS = map(_by_word, (_ACTIVITIES, _TRANSACTIONS, _DEALS))


def activity_type(text: str) -> str | None:
    """`call`, `email`, `meeting`, `demo`, `proposal` or `other`; None where the text says nothing."""
    return _read(text, _ACTIVITY_WORDS)


def transaction_type(text: str) -> str | None:
    """`booking`, `invoice`, `delivery`, `payment` or `cancellation`; None where the text says nothing.

    A word for a cancellation decides wherever it stands: a "cancelled order" is no order.
    """
    words = [word for word in _words(text) if word in _TRANSACTION_WORDS]
    found = [_TRANSACTION_WORDS[word] for word in words]
    return "cancellation" if "cancellation" in found else found[0] if found else None


def deal_type(text: str) -> str | None:
    """`new`, `expansion` or `renewal`; None where the text says nothing. A renewal of an existing customer is one."""
    found = {_DEAL_WORDS[word] for word in _words(text) if word in _DEAL_WORDS}
    return next((name for name in ("renewal", "expansion", "new") if name in found), None)


def flag_of(text: str) -> bool | None:
    """Whether a text says yes; None where it says neither yes nor no."""
    key = text.strip().casefold()
    return True if key in _YES else False if key in _NO else None


def _read(text: str, known: dict[str, str]) -> str | None:
    return next((known[word] for word in _words(text) if word in known), None)


def _words(text: str) -> list[str]:
    """The whole text as one word, pairs of words, then single words, as keys."""
    words = [name_key(word) for word in _WORDS.findall(text)]
    pairs = ["".join(pair) for pair in pairwise(words)]
    return [name_key(text), *pairs, *words]
