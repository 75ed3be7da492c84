"""Settlement: the collector's bookable statement of money, and what became of it.

Terms and invariants I1-I7 are those of the ECPay contract (``GET /settlements/{id}``).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.messages.envelope import Body, Instant
from shared.messages.ids import ClaimReference, InvoiceId
from shared.messages.money import ZERO, Amount, Currency

_CLOSED = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Parts(BaseModel):
    """An amount split into the seven money components."""

    model_config = _CLOSED

    principal: Amount = ZERO
    interest: Amount = ZERO
    reminder_fee: Amount = ZERO
    collection_fee: Amount = ZERO
    compensation: Amount = ZERO
    legal_costs: Amount = ZERO
    overpayment: Amount = ZERO

    def total(self) -> Decimal:
        """Return the sum of the components."""
        return sum((getattr(self, name) for name in type(self).model_fields), ZERO)


class LineVat(BaseModel):
    """VAT on the collector's remuneration in a line; ``set_off`` is deducted from the payout."""

    model_config = _CLOSED

    base: Amount = ZERO
    rate: Decimal = ZERO
    amount: Amount = ZERO
    set_off: Amount = ZERO


class Commission(BaseModel):
    """Commission of the collector on a line."""

    model_config = _CLOSED

    base: Amount = ZERO
    rate: Decimal = ZERO
    amount: Amount = ZERO
    vat: Amount = ZERO


class LineType(StrEnum):
    """Kind of line; carries the direction of the money."""

    COLLECTED = "COLLECTED"
    DIRECT_PAYMENT = "DIRECT_PAYMENT"
    REVERSAL = "REVERSAL"
    OVERPAYMENT = "OVERPAYMENT"
    OUTLAY = "OUTLAY"
    AGENCY_CHARGE = "AGENCY_CHARGE"
    COMMISSION = "COMMISSION"
    ADJUSTMENT = "ADJUSTMENT"
    CREDIT_LOSS = "CREDIT_LOSS"


class SettlementLine(BaseModel):
    """One money event of a settlement; ``line_id`` is unique forever.

    ``type`` and ``received_by`` are text, because the contract allows values that are added
    later; the checks hold a settlement with one we do not know.
    """

    model_config = _CLOSED

    line_id: str
    type: str
    claim_id: str | None = None
    case_number: str
    claim_reference: str
    invoice_number: str
    customer_number: str
    received_by: str
    debtor_payment_date: date | None = None
    booking_date: date
    payment_reference: str | None = None
    currency: Currency
    exchange_rate: Decimal
    paid_by_debtor: Amount
    allocation: Parts
    client: Parts
    agency: Parts
    vat: LineVat
    commission: Commission
    charge: Amount
    reason: str | None = None
    net_to_client: Amount
    remaining_principal: Amount
    reverses_line_id: str | None = None


class SettlementTotals(BaseModel):
    """Sums over all lines, as the collector states them."""

    model_config = _CLOSED

    collected: Amount
    principal: Amount
    interest: Amount
    fees: Amount
    legal_costs: Amount
    overpayment: Amount
    agency_retained: Amount
    vat_base: Amount
    vat: Amount
    vat_set_off: Amount
    commission: Amount
    charges: Amount
    direct_payments: Amount
    net_to_client: Amount


class AgencyInvoice(BaseModel):
    """The collector's invoice to the creditor for its remuneration: the VAT document."""

    model_config = _CLOSED

    number: str
    date: date
    base: Amount
    vat: Amount
    total: Amount


class Settlement(Body):
    """A settlement with all its lines, as the collector issued it.

    ``checksum_holds`` tells whether the lines matched the collector's checksum when read.
    """

    settlement_id: str
    settlement_number: int = Field(ge=1)
    version: int
    status: str
    created_at: Instant
    settlement_date: date
    payout_date: date | None = None
    payout_reference: str | None = None
    currency: Currency
    period_from: date
    period_to: date
    previous_balance: Amount
    net_payout: Amount
    carried_forward: Amount
    totals: SettlementTotals
    agency_invoice: AgencyInvoice | None = None
    corrects_settlement_id: str | None = None
    line_count: int
    checksum: str
    checksum_holds: bool
    lines: tuple[SettlementLine, ...]
    observed_at: Instant


class BrokenRule(BaseModel):
    """A check that failed, with the figures that show it."""

    model_config = _CLOSED

    rule: str
    line_id: str | None = None
    expected: str
    found: str


class MatchedLine(BaseModel):
    """The Tripletex invoice that a line belongs to."""

    model_config = _CLOSED

    line_id: str
    claim_reference: ClaimReference
    invoice_id: InvoiceId


class ReconciledSettlement(Body):
    """A settlement that passed every check, with the invoices its lines belong to."""

    settlement: Settlement
    matches: tuple[MatchedLine, ...]


class QuarantinedSettlement(Body):
    """A settlement that failed a check; nothing of it is booked."""

    settlement_id: str
    settlement_number: int
    broken_rules: tuple[BrokenRule, ...]


class BookedSettlement(Body):
    """A settlement that stands in the ledger and was acknowledged."""

    settlement_id: str
    settlement_number: int
    voucher_reference: str
    voucher_ids: tuple[int, ...]
    booked_at: Instant
