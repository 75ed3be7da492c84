"""What ECPay answers: open models that tolerate new fields and new values of closed sets.

Names are the contract's, in snake case. Values under ``x-extensible-enum`` are plain text here,
because ECPay may add to them; the known ones stand in the contract. Personal data that ECPay
echoes (the debtor) is not read. Settlements stand in ``settlements``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from shared.providers.ecpay.notation import Answer, Money, Percent, Timestamp

I_co = TypeVar("I_co", bound=Answer, covariant=True)


class Page(Answer, Generic[I_co]):
    """A page of a feed; ``next_cursor`` is to be stored even when ``has_more`` is false."""

    items: tuple[I_co, ...]
    next_cursor: str
    has_more: bool


class FieldError(Answer):
    """One field at fault, by JSON Pointer."""

    field: str = ""
    code: str = ""
    message: str = ""


class Problem(Answer):
    """An error answer (RFC 9457) with ECPay's stable code."""

    title: str = ""
    status: int = 0
    code: str
    detail: str = ""
    errors: tuple[FieldError, ...] = ()
    request_id: str = ""
    allowed_actions: tuple[str, ...] = ()


class Creditor(Answer):
    """The creditor of an agreement."""

    name: str
    organisation_number: str


class Shares(Answer):
    """Share of each component that belongs to the client."""

    interest_client_percent: Percent
    reminder_fee_client_percent: Percent
    collection_fee_client_percent: Percent
    compensation_client_percent: Percent
    legal_costs_client_percent: Percent


class Capabilities(Answer):
    """What an agreement allows."""

    partial_credit: bool = False
    accept_disputed: bool = False
    foreign_debtors: bool = False
    currencies: tuple[str, ...]
    entry_stages: tuple[str, ...]


class Agreement(Answer):
    """The terms between creditor and ECPay; ``status`` is ACTIVE or INACTIVE."""

    client_id: str
    agreement_number: str
    status: str
    version: int
    valid_from: date
    creditor: Creditor
    settlement_currency: str
    minimum_amount: Money
    minimum_days_overdue: int
    shares: Shares
    vat_registered: bool
    vat_set_off: bool
    vat_rate_percent: Percent
    on_direct_payment: str
    overpayment_policy: str
    list_direct_payments: bool
    payout_account_masked: str
    capabilities: Capabilities
    updated_at: Timestamp


class BalancePart(Answer):
    """One component: original is paid plus credited plus remaining."""

    original: Money
    paid: Money
    credited: Money
    remaining: Money


class Balance(Answer):
    """What a claim consists of today; for display, never for booking."""

    currency: str
    as_of: date
    principal: BalancePart
    interest: BalancePart
    client_fees: BalancePart
    agency_fees: BalancePart
    legal_costs: BalancePart
    total: BalancePart


class NextStep(Answer):
    """What ECPay plans next."""

    type: str
    earliest_date: date


class Claim(Answer):
    """A claim at ECPay: the hand-over without the debtor, and the state of the case."""

    claim_id: str
    case_number: str
    claim_reference: str
    invoice_number: str
    invoice_date: date
    due_date: date
    original_amount: Money
    outstanding_principal: Money
    currency: str
    entry_stage: str
    stage: str
    status: str
    status_reason: str | None = None
    next_step: NextStep | None = None
    balance: Balance
    allowed_actions: tuple[str, ...] = ()
    version: int
    received_at: Timestamp
    updated_at: Timestamp
    closed_at: Timestamp | None = None
    close_code: str | None = None


class ClaimActionReceipt(Answer):
    """Receipt of an action."""

    action_id: str
    type: str
    accepted_at: Timestamp
    claim_id: str
    claim_reference: str
    claim_stage: str
    claim_status: str
    allowed_actions: tuple[str, ...] = ()
    version: int


class Payment(Answer):
    """A reported payment, and what it did to the claim."""

    payment_reference: str
    claim_reference: str
    claim_id: str
    amount: Money
    currency: str
    payment_date: date
    received_by: str
    applied_to_principal: Money
    unapplied: Money
    remaining_principal: Money
    claim_status: str
    claim_stage: str
    status: str
    registered_at: Timestamp


class PaymentReversal(Answer):
    """A payment taken back."""

    payment_reference: str
    claim_reference: str
    claim_id: str
    amount: Money
    currency: str
    date: date
    reason: str
    restored_principal: Money
    remaining_principal: Money
    claim_status: str
    claim_stage: str
    registered_at: Timestamp


class Credit(Answer):
    """A registered full credit."""

    credit_reference: str
    claim_reference: str
    claim_id: str
    credit_note_number: str
    date: date
    amount: Money
    currency: str
    scope: str
    credited_principal: Money
    voided_interest: Money
    voided_fees: Money
    charged_to_client: Money
    claim_status: str
    claim_stage: str
    registered_at: Timestamp


def _none_if_unreadable(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


ClaimIfReadable = Annotated[Claim | None, WrapValidator(_none_if_unreadable)]
PaymentIfReadable = Annotated[Payment | None, WrapValidator(_none_if_unreadable)]
ProblemIfReadable = Annotated[Problem | None, WrapValidator(_none_if_unreadable)]


class ClaimResult(Answer):
    """Outcome of one item of a claim batch: 201 and 200 carry the claim, others the problem.

    An item that cannot be read carries neither and spoils no other; one that ECPay left out has
    status 0. Either way the claim is to be looked up.
    """

    index: int
    claim_reference: str | None = None
    status: int = 0
    claim: ClaimIfReadable = None
    problem: ProblemIfReadable = None


class PaymentResult(Answer):
    """Outcome of one item of a payment batch, read as tolerantly as ``ClaimResult``."""

    index: int
    payment_reference: str | None = None
    claim_reference: str | None = None
    status: int = 0
    payment: PaymentIfReadable = None
    problem: ProblemIfReadable = None


class ClaimBatchAnswer(Answer):
    """One result per claim, in the order sent."""

    results: tuple[ClaimResult, ...]


class PaymentBatchAnswer(Answer):
    """One result per payment, in the order sent."""

    results: tuple[PaymentResult, ...]


class EventData(Answer):
    """Fields of an event that depend on its type, for display only."""

    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    letter_date: date | None = None
    deadline: date | None = None
    reason: str | None = None
    close_code: str | None = None
    amount: Money | None = None
    currency: str | None = None
    payment_date: date | None = None
    payment_reference: str | None = None
    merged_case_number: str | None = None
    into_case_number: str | None = None
    settlement_id: str | None = None
    settlement_number: int | None = None
    corrects_settlement_id: str | None = None
    agreement_version: int | None = None


def _empty_if_unreadable(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return EventData()


class Event(Answer):
    """One entry of the event feed; a type we do not know is stored and skipped.

    Data that cannot be read is left out: it is for display, and must not hold the feed up.
    """

    event_id: str
    sequence: int
    type: str
    occurred_at: Timestamp
    claim_id: str | None = None
    claim_reference: str | None = None
    case_number: str | None = None
    data: Annotated[EventData, WrapValidator(_empty_if_unreadable)] = EventData()
