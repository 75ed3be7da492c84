"""Payments on invoices: as ``:payment`` makes them, and as bank files and people do."""

from __future__ import annotations

from datetime import date

from services.sandbox.tripletex.amounts import Ore, share
from services.sandbox.tripletex.company import RECEIVABLES, Company
from services.sandbox.tripletex.entities import Account, Invoice, Posting, Voucher
from services.sandbox.tripletex.ledger import Line, book
from services.sandbox.tripletex.matching import rethread

FX_GAIN = 8060
FX_LOSS = 8160
PAYMENT = "Betaling"
OCR = "Betaling med KID-nummer"


def register_payment(
    company: Company,
    invoice: Invoice,
    day: date,
    amount: Ore,
    *,
    debit: Account,
    amount_currency: Ore | None = None,
    type_name: str = PAYMENT,
) -> Voucher:
    """Book a payment: partial, too much, negative, back-dated or repeated, all are taken.

    Args:
        company: The company.
        invoice: The invoice that is paid.
        day: The date of the payment.
        amount: What arrived on the debited account; negative for money going back.
        debit: The account that is debited.
        amount_currency: The same in the invoice's currency when that is a foreign one.
        type_name: The voucher type; an OCR payment has its own, and typed postings.
    """
    credited = amount
    if amount_currency is not None and invoice.amount_currency != invoice.amount:
        credited = share(amount_currency, invoice.amount, invoice.amount_currency)
    customer = invoice.customer
    text = f"Betaling: Faktura nummer {invoice.number} til {customer.display_name}"
    is_ocr = type_name == OCR
    lines = [
        Line(debit, amount, type="INCOMING_PAYMENT_OPPOSITE" if is_ocr else None),
        Line(
            company.account(RECEIVABLES),
            -credited,
            customer=customer,
            invoice=invoice,
            invoice_number=str(invoice.number),
            type="INCOMING_PAYMENT" if is_ocr else None,
        ),
    ]
    if amount != credited:
        account = company.account(FX_GAIN if amount > credited else FX_LOSS)
        lines.append(Line(account, credited - amount))
    voucher = book(company, day, text, lines, type_name=type_name)
    rethread(company, invoice, _customer_posting(voucher))
    return voucher


def reverse(company: Company, original: Voucher, day: date) -> Voucher:
    """Book the opposite of a voucher; a reversed payment reopens its invoice."""
    text = f"Reversering av bilag {original.number_as_string}. {original.description}"
    lines = [
        Line(
            posting.account,
            -posting.gross,
            vat_type=posting.vat_type,
            customer=posting.customer,
            invoice=posting.invoice,
            invoice_number=posting.invoice_number,
            supplier_id=posting.supplier_id,
            employee_id=posting.employee_id,
            description=text,
        )
        for posting in original.postings
        if not posting.system_generated
    ]
    voucher = book(company, day, text, lines, version=0)
    voucher.voucher_type = original.voucher_type
    voucher.reverse_of = original
    for posting in voucher.postings:
        if posting.invoice is not None:
            rethread(company, posting.invoice, posting)
    return voucher


def _customer_posting(voucher: Voucher) -> Posting:
    return next(posting for posting in voucher.postings if posting.invoice is not None)
