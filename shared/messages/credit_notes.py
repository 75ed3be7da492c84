"""CreditNote: a claim taken back by the creditor."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from pydantic import Field

from shared.messages.envelope import Body, Instant
from shared.messages.ids import ClaimReference, InvoiceId
from shared.messages.money import Amount, Currency

PAUSED_FOR = timedelta(days=90)
"""How long the claim of a credit that is not FULL stands still, unless a person resumes it."""


class CreditScope(StrEnum):
    """How much of the invoice the credit note covers; only FULL is sent to the collector."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"
    UNLINKED = "UNLINKED"


class CreditNote(Body):
    """A credit note on a handed-over invoice; ``amount`` is positive.

    For a full credit ``amount`` is what the collector can take: the invoice's amount, or its
    remaining principal when part of it was paid before.
    """

    claim_reference: ClaimReference
    invoice_id: InvoiceId
    credit_note_id: InvoiceId
    credit_reference: ClaimReference
    number: str = Field(min_length=1, max_length=40)
    credit_date: date
    amount: Amount
    currency: Currency
    scope: CreditScope
    remaining_after: Amount
    observed_at: Instant
