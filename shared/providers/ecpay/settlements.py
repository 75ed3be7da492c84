"""Settlements as ECPay issues them: the only bookable statement of money.

Amounts that the contract calls not negative are read signed where one of the invariants I1-I7
speaks of them, so that a broken settlement can be read, checked and held.
"""

from __future__ import annotations

from datetime import date

from shared.providers.ecpay.notation import (
    Answer,
    ExchangeRate,
    Percent,
    SignedMoney,
    Timestamp,
)


class Acknowledgement(Answer):
    """The acknowledgement ECPay holds."""

    settlement_id: str
    status: str
    external_voucher_reference: str | None = None
    booked_at: Timestamp | None = None
    reason: str | None = None
    acknowledged_at: Timestamp


class Parts(Answer):
    """An amount split into the seven money components."""

    principal: SignedMoney
    interest: SignedMoney
    reminder_fee: SignedMoney
    collection_fee: SignedMoney
    compensation: SignedMoney
    legal_costs: SignedMoney
    overpayment: SignedMoney


class LineVat(Answer):
    """VAT on ECPay's remuneration in a line."""

    base: SignedMoney
    rate: Percent
    amount: SignedMoney
    set_off: SignedMoney


class LineCommission(Answer):
    """Commission in a line."""

    base: SignedMoney
    rate: Percent
    amount: SignedMoney
    vat: SignedMoney


class SettlementLine(Answer):
    """One money event; ``line_id`` is unique forever."""

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
    currency: str
    exchange_rate: ExchangeRate
    paid_by_debtor: SignedMoney
    allocation: Parts
    client: Parts
    agency: Parts
    vat: LineVat
    commission: LineCommission
    charge: SignedMoney
    reason: str | None = None
    net_to_client: SignedMoney
    remaining_principal: SignedMoney
    reverses_line_id: str | None = None


class SettlementTotals(Answer):
    """Sums over all lines, as ECPay states them."""

    collected: SignedMoney
    principal: SignedMoney
    interest: SignedMoney
    fees: SignedMoney
    legal_costs: SignedMoney
    overpayment: SignedMoney
    agency_retained: SignedMoney
    vat_base: SignedMoney
    vat: SignedMoney
    vat_set_off: SignedMoney
    commission: SignedMoney
    charges: SignedMoney
    direct_payments: SignedMoney
    net_to_client: SignedMoney


class AgencyInvoice(Answer):
    """ECPay's invoice to the creditor; a credit note when negative."""

    number: str
    date: date
    base: SignedMoney
    vat: SignedMoney
    total: SignedMoney


class SettlementHeader(Answer):
    """A settlement without its lines; ``status`` is CREATED, PAID or CORRECTED."""

    settlement_id: str
    settlement_number: int
    version: int
    status: str
    created_at: Timestamp
    settlement_date: date
    payout_date: date | None = None
    payout_reference: str | None = None
    payout_account_last4: str
    currency: str
    period_from: date
    period_to: date
    previous_balance: SignedMoney
    net_payout: SignedMoney
    carried_forward: SignedMoney
    totals: SettlementTotals
    agency_invoice: AgencyInvoice | None = None
    corrects_settlement_id: str | None = None
    line_count: int
    checksum: str
    acknowledgement: Acknowledgement | None = None


class Settlement(SettlementHeader):
    """A settlement with every line; ``checksum_holds`` tells whether they hash to its checksum."""

    lines: tuple[SettlementLine, ...]
    checksum_holds: bool
