"""Payment: money on an invoice, wherever it was received."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from shared.messages.envelope import Body, Instant
from shared.messages.ids import ClaimReference, InvoiceId, PaymentReference
from shared.messages.money import Amount, Currency


class ReceivedBy(StrEnum):
    """Who received the money: the creditor, or the collector on the creditor's behalf."""

    CREDITOR = "CREDITOR"
    AGENCY = "AGENCY"


class PaymentOrigin(StrEnum):
    """Where the payment was first seen."""

    TRIPLETEX = "TRIPLETEX"
    ECPAY = "ECPAY"
    EXTERNAL = "EXTERNAL"


class Payment(Body):
    """A payment on a handed-over invoice, or the reversal of one.

    ``amount`` is positive in both; a reversal names the payment it takes back in ``reverses``.
    """

    claim_reference: ClaimReference
    invoice_id: InvoiceId
    payment_reference: PaymentReference
    amount: Amount
    currency: Currency
    payment_date: date
    received_by: ReceivedBy
    origin: PaymentOrigin
    reverses: PaymentReference | None = None
    observed_at: Instant
