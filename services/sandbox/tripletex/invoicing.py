"""Issuing invoices, credit notes and reminders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from services.sandbox.tripletex.amounts import Ore
from services.sandbox.tripletex.chart import NOK, OUTPUT_HIGH, VAT_BY_ID
from services.sandbox.tripletex.company import RECEIVABLES, Company
from services.sandbox.tripletex.entities import Currency, Customer, Invoice, Ref, Reminder
from services.sandbox.tripletex.kid import kid_of
from services.sandbox.tripletex.ledger import SALE_TYPE, Line, book
from services.sandbox.tripletex.matching import close, open_postings

CUSTOMER_POSTING = "OUTGOING_INVOICE_CUSTOMER_POSTING"
SALES = 3000
SALES_WITHOUT_VAT = 3200
REMINDER_FEE: Ore = 3800
REMINDER_TERM = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """What is to be invoiced; amounts include VAT."""

    customer: Customer
    invoice_date: date
    due_date: date
    amount: Ore
    amount_currency: Ore | None = None
    currency: Currency = NOK
    with_kid: bool = True
    comment: str = ""


def issue(company: Company, new: NewInvoice, *, original: Invoice | None = None) -> Invoice:
    """Issue an invoice, or a credit note of ``original``, and book it."""
    number = company.next_number("invoice")
    invoice = _blank(company, new, number)
    if original is not None:
        invoice.original, invoice.version = original, 2
        invoice.order, invoice.comment = original.order, "Kreditering"
    invoice.voucher = book(
        company, new.invoice_date, _text(invoice), _lines(company, invoice), type_name=SALE_TYPE
    )
    invoice.amount_excluding_vat = -sum(
        posting.amount for posting in invoice.voucher.postings if posting.row > 1
    )
    _index(company, invoice)
    return invoice


def draft(company: Company, new: NewInvoice) -> Invoice:
    """Keep a draft: readable by id only, without number, voucher and postings."""
    invoice = _blank(company, new, 0)
    invoice.is_approved = True
    company.invoices[invoice.id] = invoice
    return invoice


def credit(company: Company, original: Invoice, day: date, *, automatch: bool = True) -> Invoice:
    """Credit a whole invoice.

    The two are matched at once only when the original has no reminders; otherwise both stay
    open until somebody matches them.
    """
    note = issue(
        company,
        NewInvoice(
            original.customer,
            day,
            day,
            -original.amount,
            amount_currency=-original.amount_currency,
            currency=original.currency,
            with_kid=False,
        ),
        original=original,
    )
    original.is_credited = True
    if automatch and not original.reminders:
        _settle(company, original, note, day)
    return note


def remind(
    company: Company, invoice: Invoice, kind: str, day: date, *, charge: Ore, interests: Ore
) -> Reminder:
    """Send a reminder; nothing is booked."""
    reminder = Reminder(
        id=next(company.ids.reminder),
        invoice=invoice,
        type=kind,
        reminder_date=day,
        term_of_payment=day + REMINDER_TERM,
        charge=charge,
        interests=interests,
    )
    invoice.reminders.append(reminder)
    company.reminders[reminder.id] = reminder
    return reminder


def _settle(company: Company, original: Invoice, note: Invoice, day: date) -> None:
    postings = open_postings(original) + open_postings(note)
    if not sum(posting.amount for posting in postings):
        close(company, postings, day)
        return
    moved = original.outstanding  # something was paid before: the note keeps the difference
    original.offset -= moved
    note.offset += moved


def _blank(company: Company, new: NewInvoice, number: int) -> Invoice:
    ids = company.ids
    return Invoice(
        id=next(ids.invoice),
        number=number,
        invoice_date=new.invoice_date,
        due_date=new.due_date,
        customer=new.customer,
        kid=kid_of(new.customer.number, number) if new.with_kid and number else "",
        comment=new.comment,
        amount=new.amount,
        amount_excluding_vat=new.amount,
        amount_currency=new.amount if new.amount_currency is None else new.amount_currency,
        currency=new.currency,
        order=Ref(next(ids.order)),
        order_line=Ref(next(ids.order_line)),
        document_id=next(ids.document),
        is_approved=number % 3 == 0,  # as unreliable as the real one
    )


def _text(invoice: Invoice) -> str:
    kind = "Faktura" if invoice.amount >= 0 else "Kreditnota"
    return f"{kind} nummer {invoice.number} til {invoice.customer.display_name}"


def _lines(company: Company, invoice: Invoice) -> list[Line]:
    vat_type = OUTPUT_HIGH if company.is_vat_registered else VAT_BY_ID[6]
    sales = company.account(SALES if company.is_vat_registered else SALES_WITHOUT_VAT)
    return [
        Line(
            company.account(RECEIVABLES),
            invoice.amount,
            customer=invoice.customer,
            invoice=invoice,
            invoice_number=str(invoice.number),
            term_of_payment=invoice.due_date,
            type=CUSTOMER_POSTING,
        ),
        Line(sales, -invoice.amount, vat_type=vat_type),
    ]


def _index(company: Company, invoice: Invoice) -> None:
    company.invoices[invoice.id] = invoice
    company.invoices_by_date.add(invoice.invoice_date, invoice)
    company.invoices_by_customer.setdefault(invoice.customer.id, []).append(invoice)
    company.invoices_by_number[invoice.number] = invoice
    if invoice.kid:
        company.invoices_by_kid[invoice.kid] = invoice
    if invoice.voucher is not None:
        company.invoices_by_voucher[invoice.voucher.id] = invoice
