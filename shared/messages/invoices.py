"""Invoice: what the debtor owes the creditor, and what became of the hand-over."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.messages.envelope import Body, Instant
from shared.messages.ids import ClaimReference, InvoiceId, PaymentReference
from shared.messages.money import Amount, Currency

_CLOSED = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DebtorType(StrEnum):
    """Kind of debtor; it decides which fee table the collector may use."""

    PERSON = "PERSON"
    COMPANY = "COMPANY"
    PUBLIC = "PUBLIC"


class Address(BaseModel):
    """A postal address; ``country`` is ISO 3166-1 alpha-2."""

    model_config = _CLOSED

    line1: str = Field(min_length=1, max_length=100)
    line2: str | None = Field(default=None, max_length=100)
    postal_code: str = Field(min_length=1, max_length=16)
    city: str = Field(min_length=1, max_length=60)
    country: str = Field(pattern=r"^[A-Z]{2}$")


class Debtor(BaseModel):
    """Who owes; personal data, never logged."""

    model_config = _CLOSED

    type: DebtorType
    name: str = Field(min_length=1, max_length=200)
    customer_number: str = Field(min_length=1, max_length=40)
    organisation_number: str | None = Field(default=None, pattern=r"^[0-9]{9}$")
    address: Address
    email: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    language: str | None = Field(default=None, max_length=5)

    def __repr__(self) -> str:
        """Return nothing that identifies a person."""
        return f"Debtor(type={self.type.value})"

    __str__ = __repr__


class NoticeType(StrEnum):
    """Kind of letter the creditor has already sent (Tripletex ``Reminder.type``)."""

    SOFT_REMINDER = "SOFT_REMINDER"
    REMINDER = "REMINDER"
    NOTICE_OF_DEBT_COLLECTION = "NOTICE_OF_DEBT_COLLECTION"


class Notice(BaseModel):
    """A letter already sent, with what was claimed in it outside the principal."""

    model_config = _CLOSED

    type: NoticeType
    sent_date: date
    deadline: date | None = None
    fee: Amount
    interest: Amount


class EarlierPayment(BaseModel):
    """A part payment made before the hand-over."""

    model_config = _CLOSED

    payment_reference: PaymentReference
    payment_date: date
    amount: Amount


class Invoice(Body):
    """An overdue invoice that is handed over for collection.

    ``outstanding`` is the open principal; fees and interest of earlier letters stand in
    ``notices`` and are never part of it (Finanstilsynet, 2020). Amounts are in ``currency``.
    """

    invoice_id: InvoiceId
    claim_reference: ClaimReference
    invoice_number: str = Field(min_length=1, max_length=40)
    invoice_date: date
    due_date: date
    delivery_date: date | None = None
    kid: str | None = Field(default=None, max_length=25)
    currency: Currency
    original_amount: Amount
    outstanding: Amount
    debtor: Debtor
    notices: tuple[Notice, ...] = ()
    payments_before: tuple[EarlierPayment, ...] = ()
    description: str = Field(min_length=1, max_length=200)
    observed_at: Instant
    document_reference: str | None = None


class ClaimRegistered(Body):
    """The collector has taken the invoice; it now has a case number there."""

    invoice_id: InvoiceId
    claim_reference: ClaimReference
    claim_id: str
    case_number: str
    registered_at: Instant


class ClaimRejected(Body):
    """The collector refused the invoice; a task says what a person can do."""

    invoice_id: InvoiceId
    claim_reference: ClaimReference
    code: str
    reason: str


class ClaimClosed(Body):
    """The collector has closed the case."""

    claim_reference: ClaimReference
    close_code: str
    closed_at: Instant
