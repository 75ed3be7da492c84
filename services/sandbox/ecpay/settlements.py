"""A settlement as ECPay holds it: frozen lines and amounts, and a status that moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.sandbox.ecpay.cover import money
from services.sandbox.ecpay.settling import Line, checksum, totals
from shared.messages.money import ZERO


@dataclass(slots=True)
class Settlement:
    """One settlement; ``shown_lines`` are its lines on the wire, in checksum order."""

    settlement_id: str
    number: int
    client_id: str
    created_at: str
    settled_on: date
    lines: tuple[Line, ...]
    shown_lines: list[dict[str, Any]]
    figures: dict[str, str]
    account_last4: str
    previous_balance: Decimal
    net_payout: Decimal
    carried_forward: Decimal
    payout_date: date | None
    checksum: str
    line_count: int
    statement_from: date
    status: str = "CREATED"
    version: int = 1
    corrects: str | None = None
    acknowledgement: dict[str, Any] | None = None

    def header(self) -> dict[str, Any]:
        """Return the settlement without its lines, as the contract shows it."""
        paid = self.payout_date is not None
        return {
            "settlementId": self.settlement_id,
            "settlementNumber": self.number,
            "version": self.version,
            "status": self.status,
            "createdAt": self.created_at,
            "settlementDate": self.settled_on.isoformat(),
            "payoutDate": self.payout_date.isoformat() if self.payout_date else None,
            "payoutReference": f"PO-{self.client_id}-{self.number}" if paid else None,
            "payoutAccountLast4": self.account_last4,
            "currency": "NOK",
            "periodFrom": min(line.booked for line in self.lines).isoformat(),
            "periodTo": max(line.booked for line in self.lines).isoformat(),
            "previousBalance": money(self.previous_balance),
            "netPayout": money(self.net_payout),
            "carriedForward": money(self.carried_forward),
            "totals": dict(self.figures),
            "agencyInvoice": self._invoice(),
            "correctsSettlementId": self.corrects,
            "lineCount": self.line_count,
            "checksum": self.checksum,
            "acknowledgement": self.acknowledgement,
        }

    def _invoice(self) -> dict[str, str] | None:
        base, vat = Decimal(self.figures["vatBase"]), Decimal(self.figures["vat"])
        if not base and not vat:
            return None
        return {
            "number": f"F-{self.client_id}-{self.number}",
            "date": self.settled_on.isoformat(),
            "base": money(base),
            "vat": money(vat),
            "total": money(base + vat),
        }


def settlement_of(
    lines: tuple[Line, ...],
    *,
    settlement_id: str,
    number: int,
    client_id: str,
    created_at: str,
    settled_on: date,
    payout_day: date,
    previous_balance: Decimal,
    account_last4: str,
    statement_from: date,
    corrects: str | None = None,
) -> Settlement:
    """Return the settlement over some lines; amounts below zero are carried forward (I4)."""
    sums = totals(lines)
    due = sums["netToClient"] + previous_balance
    payout = max(due, ZERO)
    shown = [line.wire() for line in lines]
    return Settlement(
        settlement_id=settlement_id,
        number=number,
        client_id=client_id,
        created_at=created_at,
        settled_on=settled_on,
        lines=lines,
        shown_lines=shown,
        figures={name: money(amount) for name, amount in sums.items()},
        account_last4=account_last4,
        previous_balance=previous_balance,
        net_payout=payout,
        carried_forward=min(due, ZERO),
        payout_date=payout_day if payout else None,
        checksum=checksum(shown),
        line_count=len(lines),
        statement_from=statement_from,
        status="CREATED" if payout and payout_day > settled_on else "PAID",
        corrects=corrects,
    )
