"""What we send to ECPay: closed models, limits as in the contract."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.providers.ecpay.notation import Money, Percent, Request, Timestamp

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class EntryStage(StrEnum):
    """Where ECPay begins with a claim."""

    REMINDER = "REMINDER"
    NOTICE = "NOTICE"
    PAYMENT_DEMAND = "PAYMENT_DEMAND"


class Address(Request):
    """Postal address of a debtor."""

    line1: str = Field(min_length=1, max_length=120)
    line2: str | None = Field(default=None, min_length=1, max_length=120)
    postal_code: str = Field(min_length=1, max_length=16)
    city: str = Field(min_length=1, max_length=80)
    country: str = Field(pattern=r"^[A-Z]{2}$")


class Debtor(Request):
    """Who owes the money; we never send a national identity number."""

    type: Literal["PERSON", "COMPANY", "PUBLIC"]
    name: str = Field(min_length=1, max_length=160)
    customer_number: str = Field(min_length=1, max_length=64)
    address: Address
    organisation_number: str | None = Field(default=None, pattern=r"^[0-9]{9}$")
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9 ]{4,32}$")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")


class PaymentBefore(Request):
    """A part payment before the hand-over, already taken off the outstanding principal."""

    payment_reference: Reference
    date: date
    amount: Money


class FeeAlreadyClaimed(Request):
    """A fee of an earlier letter, outside the principal."""

    type: Literal["REMINDER", "NOTICE"]
    amount: Money
    sent_date: date
    deadline: date


class InterestAlreadyClaimed(Request):
    """Interest claimed earlier, outside the principal; ``to`` is the day after the period."""

    amount: Money
    from_: date = Field(alias="from")
    to: date
    rate: Percent


class NoticeSent(Request):
    """A letter the creditor has sent."""

    type: Literal["SOFT_REMINDER", "REMINDER", "NOTICE_OF_DEBT_COLLECTION"]
    sent_date: date
    deadline: date | None = None
    channel: Literal["LETTER", "EMAIL", "EHF", "SMS", "OTHER"] | None = None


class ClaimCreate(Request):
    """One overdue invoice, handed over for collection."""

    claim_reference: Reference
    invoice_number: str = Field(min_length=1, max_length=40)
    invoice_date: date
    due_date: date
    delivery_date: date | None = None
    description: str = Field(min_length=1, max_length=200)
    kid: str | None = Field(default=None, pattern=r"^[0-9]{1,24}[0-9-]$")
    original_amount: Money
    outstanding_principal: Money
    currency: Currency
    payments_before: tuple[PaymentBefore, ...] | None = Field(default=None, max_length=100)
    fees_already_claimed: tuple[FeeAlreadyClaimed, ...] | None = Field(default=None, max_length=10)
    interest_already_claimed: InterestAlreadyClaimed | None = None
    notice_history: tuple[NoticeSent, ...] | None = Field(default=None, max_length=20)
    entry_stage: EntryStage
    debtor: Debtor
    metadata: dict[str, str] | None = None


class PaymentCreate(Request):
    """A payment the creditor received after the hand-over."""

    payment_reference: Reference
    claim_reference: Reference
    amount: Money
    currency: Currency
    payment_date: date
    received_by: Literal["CLIENT"] = "CLIENT"
    method: Literal["BANK", "CARD", "CASH", "SET_OFF", "OTHER"] | None = None
    note: str | None = Field(default=None, min_length=1, max_length=200)


class ReversalReason(StrEnum):
    """Why a reported payment is taken back."""

    BOUNCED = "BOUNCED"
    MOVED = "MOVED"
    MISTAKE = "MISTAKE"
    OTHER = "OTHER"


class PaymentReversalCreate(Request):
    """Takes a reported payment back, the whole of it."""

    date: date
    reason: ReversalReason
    note: str | None = Field(default=None, min_length=1, max_length=200)


class CreditCreate(Request):
    """Takes the whole claim away; ECPay knows no partial credit."""

    credit_reference: Reference
    claim_reference: Reference
    credit_note_number: str = Field(min_length=1, max_length=40)
    date: date
    amount: Money
    currency: Currency
    scope: Literal["FULL"] = "FULL"


class ActionType(StrEnum):
    """What can be told or asked about a claim."""

    PAUSE = "PAUSE"
    RESUME = "RESUME"
    WITHDRAW = "WITHDRAW"
    OBJECTION = "OBJECTION"
    OBJECTION_RESOLVED = "OBJECTION_RESOLVED"
    DUE_DATE_CHANGED = "DUE_DATE_CHANGED"
    COMMENT = "COMMENT"


class ClaimAction(Request):
    """An instruction or a fact about a claim; fields the type does not use are left out."""

    type: ActionType
    until: date | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=200)
    text: str | None = Field(default=None, min_length=1, max_length=2000)
    outcome: Literal["CLAIM_MAINTAINED", "CLAIM_DROPPED"] | None = None
    due_date: date | None = None


class AcknowledgementCreate(Request):
    """What we did with a settlement: BOOKED with reference and time, or REJECTED with reason."""

    status: Literal["BOOKED", "REJECTED"]
    external_voucher_reference: str | None = Field(default=None, min_length=1, max_length=70)
    booked_at: Timestamp | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=200)
