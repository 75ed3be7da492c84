"""From events of money to lines, and from lines to a settlement that adds up. Pure.

Every line is derived from its allocation and the terms, and every total from the lines, so the
invariants I1 to I6 of the contract hold by construction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.claims import Claim
from services.sandbox.ecpay.cover import Parts, money, share
from services.sandbox.ecpay.terms import Terms
from shared.messages.money import ZERO, to_ore


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT on the agency's remuneration in a line."""

    base: Decimal = ZERO
    amount: Decimal = ZERO
    set_off: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Commission:
    """No-cure-no-pay commission in a line; its VAT is always deducted."""

    base: Decimal = ZERO
    rate: Decimal = ZERO
    amount: Decimal = ZERO
    vat: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Line:
    """One money event of a settlement."""

    line_id: str
    kind: str
    claim_id: str | None
    case_number: str
    claim_reference: str
    invoice_number: str
    customer_number: str
    booked: date
    vat_rate: Decimal
    remaining_principal: Decimal
    received_by: str = "AGENCY"
    paid_on: date | None = None
    payment_reference: str | None = None
    allocation: Parts = field(default_factory=Parts)
    client: Parts = field(default_factory=Parts)
    vat: Vat = field(default_factory=Vat)
    commission: Commission = field(default_factory=Commission)
    charge: Decimal = ZERO
    reason: str | None = None
    reverses: str | None = None

    @property
    def agency(self) -> Parts:
        """What the agency keeps of each component (I2)."""
        return self.allocation - self.client

    @property
    def net_to_client(self) -> Decimal:
        """The effect on the payout (I3)."""
        held = ZERO if self.received_by == "CLIENT" else self.client.total
        deducted = self.commission.amount + self.commission.vat + self.vat.set_off + self.charge
        return held - deducted

    def wire(self) -> dict[str, Any]:
        """Return the line as the contract writes it."""
        return {
            "lineId": self.line_id,
            "type": self.kind,
            "claimId": self.claim_id,
            "caseNumber": self.case_number,
            "claimReference": self.claim_reference,
            "invoiceNumber": self.invoice_number,
            "customerNumber": self.customer_number,
            "receivedBy": self.received_by,
            "debtorPaymentDate": self.paid_on.isoformat() if self.paid_on else None,
            "bookingDate": self.booked.isoformat(),
            "paymentReference": self.payment_reference,
            "currency": "NOK",
            "exchangeRate": "1.000000",
            "paidByDebtor": money(self.allocation.total),
            "allocation": self.allocation.wire(),
            "client": self.client.wire(),
            "agency": self.agency.wire(),
            "vat": {
                "base": money(self.vat.base),
                "rate": money(self.vat_rate),
                "amount": money(self.vat.amount),
                "setOff": money(self.vat.set_off),
            },
            "commission": {
                "base": money(self.commission.base),
                "rate": money(self.commission.rate),
                "amount": money(self.commission.amount),
                "vat": money(self.commission.vat),
            },
            "charge": money(self.charge),
            "reason": self.reason,
            "netToClient": money(self.net_to_client),
            "remainingPrincipal": money(self.remaining_principal),
            "reversesLineId": self.reverses,
        }


def line_on(claim: Claim, terms: Terms, *, line_id: str, kind: str, booked: date) -> Line:
    """Return a line about a claim as it stands, without any money yet."""
    return Line(
        line_id=line_id,
        kind=kind,
        claim_id=claim.claim_id,
        case_number=claim.case_number,
        claim_reference=claim.claim_reference,
        invoice_number=claim.invoice_number,
        customer_number=claim.customer_number,
        booked=booked,
        vat_rate=terms.vat_rate_percent,
        remaining_principal=claim.principal.remaining,
    )


def collected(
    line: Line,
    allocation: Parts,
    terms: Terms,
    *,
    client_letters: Decimal,
    stage: str,
    paid_on: date,
    reference: str,
) -> Line:
    """Return a line with money the agency received: shared, with VAT and commission."""
    client = share(allocation, terms.client_percents, raised_by_client=client_letters)
    kept = allocation - client
    remuneration = kept.total - kept.legal_costs
    commission = Commission()
    if terms.commission_percent and stage in terms.commission_stages:
        commission = _commission(allocation.principal, terms)
    return replace(
        line,
        paid_on=paid_on,
        payment_reference=reference,
        allocation=allocation,
        client=client,
        vat=vat_on(remuneration, terms, includes_vat=not terms.vat_registered),
        commission=commission,
    )


def vat_on(remuneration: Decimal, terms: Terms, *, includes_vat: bool = False) -> Vat:
    """Return the VAT on a remuneration; a creditor without VAT right paid it with the fee."""
    base = remuneration
    if includes_vat:
        base = to_ore(remuneration / (1 + terms.vat_rate_percent / 100))
    amount = to_ore(base * terms.vat_rate_percent / 100)
    return Vat(base, amount, amount if terms.vat_set_off and not includes_vat else ZERO)


def charged(line: Line, amount: Decimal, terms: Terms, *, reason: str, with_vat: bool) -> Line:
    """Return a line that charges the client, or pays it when the amount is negative."""
    vat = vat_on(amount, terms) if with_vat else Vat()
    return replace(line, charge=amount, vat=vat, reason=reason)


def direct(line: Line, applied: Decimal, *, reference: str, paid_on: date) -> Line:
    """Return a line for information on money that the client itself received."""
    parts = Parts(principal=applied)
    return replace(
        line,
        received_by="CLIENT",
        allocation=parts,
        client=parts,
        payment_reference=reference,
        paid_on=paid_on,
    )


def reversal(original: Line, *, line_id: str, booked: date, reason: str, left: Decimal) -> Line:
    """Return the line that takes another one back in full.

    Args:
        original: The line to take back.
        line_id: Identifier of the new line.
        booked: Day on which it is booked.
        reason: Reason code.
        left: Remaining principal afterwards.
    """
    vat, commission = original.vat, original.commission
    return replace(
        original,
        line_id=line_id,
        kind="REVERSAL",
        booked=booked,
        reason=reason,
        remaining_principal=left,
        allocation=-original.allocation,
        client=-original.client,
        vat=Vat(-vat.base, -vat.amount, -vat.set_off),
        commission=replace(
            commission,
            base=-commission.base,
            amount=-commission.amount,
            vat=-commission.vat,
        ),
        charge=-original.charge,
        reverses=original.line_id,
    )


def totals(lines: Sequence[Line]) -> dict[str, Decimal]:
    """Return the sums of a settlement under the names of the contract."""
    ours = [line for line in lines if line.received_by == "AGENCY"]
    theirs = [line for line in lines if line.received_by == "CLIENT"]
    parts = [line.allocation for line in ours]
    commission = sum((line.commission.amount for line in lines), ZERO)
    commission_vat = sum((line.commission.vat for line in lines), ZERO)
    return {
        "collected": sum((part.total for part in parts), ZERO),
        "principal": sum((part.principal for part in parts), ZERO),
        "interest": sum((part.interest for part in parts), ZERO),
        "fees": sum(
            (part.reminder_fee + part.collection_fee + part.compensation for part in parts), ZERO
        ),
        "legalCosts": sum((part.legal_costs for part in parts), ZERO),
        "overpayment": sum((part.overpayment for part in parts), ZERO),
        "agencyRetained": sum((line.agency.total for line in lines), ZERO),
        "vatBase": sum((line.vat.base for line in lines), ZERO) + commission,
        "vat": sum((line.vat.amount for line in lines), ZERO) + commission_vat,
        "vatSetOff": sum((line.vat.set_off for line in lines), ZERO) + commission_vat,
        "commission": commission,
        "charges": sum((line.charge for line in lines), ZERO),
        "directPayments": sum((line.allocation.total for line in theirs), ZERO),
        "netToClient": sum((line.net_to_client for line in lines), ZERO),
    }


def canonical(value: object) -> bytes:
    """Return canonical JSON (RFC 8785) of a value without floating-point numbers."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    ).encode()


def checksum(lines: Sequence[dict[str, Any]]) -> str:
    """Return the checksum that a settlement carries over its lines."""
    return hashlib.sha256(canonical(list(lines))).hexdigest()


def _commission(principal: Decimal, terms: Terms) -> Commission:
    amount = to_ore(principal * terms.commission_percent / 100)
    vat = to_ore(amount * terms.vat_rate_percent / 100)
    return Commission(principal, terms.commission_percent, amount, vat)
