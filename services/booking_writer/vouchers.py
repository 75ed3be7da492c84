"""What a settlement looks like in the books.

Pure. The presentation is gross: what the debtor paid in fees and interest is income, what the
collector kept of it is a cost with input VAT, so that VAT arises from a VAT code and the voucher
shows all of the collector's statement. Per line of the settlement:

    principal                 Dr clearing      Cr 1500, by registering a payment on the invoice
    interest                                   Cr interest income
    letter fee and salær                       Cr fee income
    compensation                               Cr compensation
    legal costs                                Cr legal costs
    overpayment (client part)                  Cr overpayment, a liability until a person decides
    the collector's part      Dr collection services, gross with VAT when VAT is deducted
    commission                Dr collection services, gross with VAT
    outlays and legal costs   Dr legal costs, without VAT

One VAT-coded row per line and kind: Tripletex counts VAT from the gross of each row, and counted
on a sum it could drift an øre from ECPay's. The difference is one row on the clearing account,
so that payments and voucher together move it by exactly the sum of ``netToClient``: the payout,
plus what is carried forward, less what was carried over.

A creditor who is not registered for VAT pays the fee with VAT and deducts nothing: the same row
without VAT code. When VAT is not set off in the payout but invoiced apart, the row has no VAT
code either and the VAT is booked from ECPay's invoice.

The booking date is the settlement date: it is never missing, it is the date of ECPay's VAT
document, and it does not depend on the day the booking happens to run, so a repeated attempt
finds what an earlier one booked. The payout date is when the bank moves, which empties the
clearing account. A locked period is for a person to decide on; nothing is redated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.messages.ids import InvoiceId
from shared.messages.money import ZERO
from shared.messages.settlements import (
    LineType,
    Parts,
    ReconciledSettlement,
    Settlement,
    SettlementLine,
)

RECEIVED_BY_CLIENT = "CLIENT"


class Ledger(StrEnum):
    """What a row is about; each client has an account number for it."""

    RECEIVABLE = "receivable"
    CLEARING = "clearing"
    COLLECTION_SERVICES = "collection_services"
    FEE_INCOME = "fee_income"
    INTEREST_INCOME = "interest_income"
    OVERPAYMENT = "overpayment"
    LEGAL_COSTS = "legal_costs"
    COMPENSATION = "compensation"


class Vat(StrEnum):
    """How a row is treated for VAT."""

    NONE = "none"
    DEDUCTED = "deducted"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the voucher; ``gross`` is debit when positive.

    ``invoice_id`` stands on receivable rows only, which name a customer in Tripletex.
    """

    ledger: Ledger
    gross: Decimal
    description: str
    vat: Vat = Vat.NONE
    line_id: str | None = None
    invoice_id: InvoiceId | None = None
    invoice_number: str | None = None


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """A payment to register on an invoice; negative takes an earlier one back."""

    line_id: str
    invoice_id: InvoiceId
    amount: Decimal
    invoice_number: str
    reverses_line_id: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be booked of a settlement, on one date.

    Attributes:
        payments: One per line with principal, in the order of the lines; empty for a draft,
            where the principal stands as receivable rows of the voucher instead.
        rows: The voucher, balanced, the clearing account last; empty when the payments say it
            all.
        is_draft: The voucher waits in Tripletex until a person approves it.
        overpaid: Lines with money beyond the claim, which a person pays back or keeps on account.
        vat_apart: VAT that ECPay invoices apart instead of deducting it from the payout.
    """

    external_number: str
    booking_date: date
    description: str
    payments: tuple[InvoicePayment, ...]
    rows: tuple[Row, ...]
    is_draft: bool = False
    overpaid: tuple[SettlementLine, ...] = ()
    vat_apart: Decimal = ZERO

    def clearing_movement(self) -> Decimal:
        """Return what payments and voucher together move the clearing account by."""
        registered = sum((payment.amount for payment in self.payments), ZERO)
        posted = sum((row.gross for row in self.rows if row.ledger is Ledger.CLEARING), ZERO)
        return registered + posted


def external_number(settlement_number: int) -> str:
    """Return the key a voucher is found by in Tripletex."""
    return f"ECPAY-{settlement_number}"


def plan(
    reconciled: ReconciledSettlement, *, vat_registered: bool, as_draft: bool = False
) -> Plan:
    """Return what is to be booked of a settlement.

    Args:
        reconciled: The settlement, with the invoice of every line.
        vat_registered: Whether the creditor deducts VAT on the collector's remuneration.
        as_draft: Put the principal into the voucher, because a payment on an invoice is always
            final and a draft must change nothing.
    """
    settlement = reconciled.settlement
    invoices = {match.line_id: match.invoice_id for match in reconciled.matches}
    payments = tuple(_payments(settlement.lines, invoices))
    rows = [
        row for line in settlement.lines for row in _line_rows(line, vat_registered=vat_registered)
    ]
    if as_draft:
        rows = [*(_receivable(payment, settlement) for payment in payments), *rows]
        payments = ()
    return Plan(
        external_number=external_number(settlement.settlement_number),
        booking_date=settlement.settlement_date,
        description=_description(settlement),
        payments=payments,
        rows=(*rows, *_clearing(rows, settlement)),
        is_draft=as_draft,
        overpaid=tuple(line for line in settlement.lines if _forwarded_overpayment(line)),
        vat_apart=_vat_apart(settlement.lines) if vat_registered else ZERO,
    )


def _payments(
    lines: Iterable[SettlementLine], invoices: dict[str, InvoiceId]
) -> Iterator[InvoicePayment]:
    for line in lines:
        principal = _spent(line).principal
        if principal != 0:
            yield InvoicePayment(
                line_id=line.line_id,
                invoice_id=invoices[line.line_id],
                amount=principal,
                invoice_number=line.invoice_number,
                reverses_line_id=line.reverses_line_id,
            )


def _receivable(payment: InvoicePayment, settlement: Settlement) -> Row:
    return Row(
        ledger=Ledger.RECEIVABLE,
        gross=-payment.amount,
        description=f"{_name(settlement)}: hovedstol faktura {payment.invoice_number}",
        line_id=payment.line_id,
        invoice_id=payment.invoice_id,
        invoice_number=payment.invoice_number,
    )


def _line_rows(line: SettlementLine, *, vat_registered: bool) -> Iterator[Row]:
    for ledger, gross, what, vat in (
        *_income(line),
        *_costs(line, vat_registered=vat_registered),
    ):
        if gross != 0:
            yield Row(
                ledger=ledger,
                gross=gross,
                description=f"{what}, sak {line.case_number}, faktura {line.invoice_number}",
                vat=vat,
                line_id=line.line_id,
            )


_Entry = tuple[Ledger, Decimal, str, Vat]


def _income(line: SettlementLine) -> tuple[_Entry, ...]:
    spent = _spent(line)
    fees = spent.reminder_fee + spent.collection_fee
    return (
        (Ledger.INTEREST_INCOME, -spent.interest, "Forsinkelsesrente", Vat.NONE),
        (Ledger.FEE_INCOME, -fees, "Gebyr og salær betalt av skyldner", Vat.NONE),
        (Ledger.COMPENSATION, -spent.compensation, "Standardkompensasjon", Vat.NONE),
        (Ledger.LEGAL_COSTS, -spent.legal_costs, "Inndrevne rettslige kostnader", Vat.NONE),
        (Ledger.OVERPAYMENT, -_forwarded_overpayment(line), "Overbetaling", Vat.NONE),
    )


def _costs(line: SettlementLine, *, vat_registered: bool) -> Iterator[_Entry]:
    kept = _kept(line)
    outlay = line.charge - line.vat.base if line.type == LineType.OUTLAY else ZERO
    fee = kept.total() - kept.legal_costs - kept.overpayment + line.charge - outlay
    coded = line.vat.base if _is_deducted(line, vat_registered=vat_registered) else ZERO
    if coded:
        gross = coded + line.vat.amount
        yield Ledger.COLLECTION_SERVICES, gross, "Inkassotjenester", Vat.DEDUCTED
        yield Ledger.COLLECTION_SERVICES, fee - coded, "Inkassotjenester uten mva", Vat.NONE
    else:
        gross = fee + line.vat.set_off
        yield Ledger.COLLECTION_SERVICES, gross, "Inkassotjenester", Vat.NONE
    commission = line.commission.amount + line.commission.vat
    with_vat = Vat.DEDUCTED if vat_registered and line.commission.vat else Vat.NONE
    yield Ledger.COLLECTION_SERVICES, commission, "Provisjon inkasso", with_vat
    yield Ledger.LEGAL_COSTS, kept.legal_costs + outlay, "Utlegg inkasso", Vat.NONE


def _is_deducted(line: SettlementLine, *, vat_registered: bool) -> bool:
    set_off_in_full = line.vat.set_off == line.vat.amount
    return vat_registered and line.vat.amount != 0 and set_off_in_full


def _clearing(rows: Iterable[Row], settlement: Settlement) -> Iterator[Row]:
    difference = -sum((row.gross for row in rows), ZERO)
    if difference != 0:
        yield Row(
            ledger=Ledger.CLEARING,
            gross=difference,
            description=f"{_name(settlement)}: mot utbetaling",
        )


def _spent(line: SettlementLine) -> Parts:
    return Parts() if line.received_by == RECEIVED_BY_CLIENT else line.allocation


def _kept(line: SettlementLine) -> Parts:
    return Parts() if line.received_by == RECEIVED_BY_CLIENT else line.agency


def _forwarded_overpayment(line: SettlementLine) -> Decimal:
    """Return the creditor's money beyond the claim; what the collector refunds is left out."""
    return ZERO if line.received_by == RECEIVED_BY_CLIENT else line.client.overpayment


def _vat_apart(lines: Iterable[SettlementLine]) -> Decimal:
    return sum((line.vat.amount - line.vat.set_off for line in lines), ZERO)


def _name(settlement: Settlement) -> str:
    return f"ECPay-oppgjør {settlement.settlement_number}"


def _description(settlement: Settlement) -> str:
    paid_out = settlement.payout_date
    when = f", utbetalt {paid_out.isoformat()}" if paid_out else ", ingen utbetaling"
    return f"{_name(settlement)}{when}"
