"""What others do in a company: debtors, banks, accountants and their mouse clicks."""

from __future__ import annotations

from datetime import date

from services.sandbox.admin import AdminRefused
from services.sandbox.tripletex.amounts import Ore
from services.sandbox.tripletex.company import BANK, CLEARING, RECEIVABLES, Company
from services.sandbox.tripletex.entities import (
    Account,
    Customer,
    Invoice,
    Remark,
    Reminder,
    Voucher,
)
from services.sandbox.tripletex.invoicing import NewInvoice, issue, remind
from services.sandbox.tripletex.ledger import Line, book
from services.sandbox.tripletex.matching import close, open_postings
from services.sandbox.tripletex.orders import CustomerOrder, new_address
from services.sandbox.tripletex.payments import OCR, PAYMENT, register_payment, reverse

LOSSES = 7830
BANK_MATCH = "Bankavstemming"
CHANNELS = {"kid": OCR, "manual": PAYMENT, "bank": BANK_MATCH}


def invoice_of(company: Company, invoice_id: int) -> Invoice:
    """Return an invoice of a company."""
    invoice = company.invoices.get(invoice_id)
    if invoice is None:
        raise AdminRefused(f"company {company.id} has no invoice {invoice_id}")
    return invoice


def account_of(company: Company, number: int) -> Account:
    """Return an account of a company."""
    account = company.accounts_by_number.get(number)
    if account is None:
        raise AdminRefused(f"company {company.id} has no account {number}")
    return account


def remove_account(company: Company, number: int) -> None:
    """Take an account that has no postings out of the chart."""
    account = account_of(company, number)
    if account.has_postings:
        raise AdminRefused(f"account {number} has postings")
    del company.accounts[account.id], company.accounts_by_number[number]


def pay(company: Company, invoice: Invoice, amount: Ore, day: date, *, channel: str) -> Voucher:
    """Let a debtor pay into the creditor's bank account."""
    if channel not in CHANNELS:
        raise AdminRefused(f"channel {channel} is not among {sorted(CHANNELS)}")
    foreign = None if invoice.currency.id == 1 else invoice.in_currency(amount)
    return register_payment(
        company,
        invoice,
        day,
        amount,
        debit=company.account(BANK),
        amount_currency=foreign,
        type_name=CHANNELS[channel],
    )


def refund(company: Company, invoice: Invoice, amount: Ore, day: date) -> Voucher:
    """Pay money back from the bank account."""
    return register_payment(company, invoice, day, -amount, debit=company.account(BANK))


def reverse_voucher(company: Company, voucher_id: int, day: date) -> Voucher:
    """Reverse a voucher that is not an invoice's own."""
    voucher = company.vouchers.get(voucher_id)
    if voucher is None or voucher_id in company.invoices_by_voucher:
        raise AdminRefused(f"voucher {voucher_id} cannot be reversed")
    return reverse(company, voucher, day)


def partial_credit(
    company: Company, invoice: Invoice, amount: Ore, day: date, *, match: bool
) -> Invoice:
    """Issue a negative invoice by hand; matching needs that nothing of both stays open."""
    rest = sum(posting.amount for posting in open_postings(invoice))
    if match and rest != amount:
        raise AdminRefused("postings can be matched only when they net to zero")
    note = issue(
        company,
        NewInvoice(invoice.customer, day, day, -amount, comment=f"Faktura {invoice.number}"),
    )
    if match:
        close(company, open_postings(invoice) + open_postings(note), day)
    return note


def write_off(company: Company, invoice: Invoice, day: date) -> Voucher:
    """Write the open rest of an invoice off, and match it."""
    rest = invoice.outstanding
    if rest <= 0:
        raise AdminRefused("nothing is open on this invoice")
    receivable = Line(
        company.account(RECEIVABLES),
        -rest,
        customer=invoice.customer,
        invoice_number=str(invoice.number),
    )
    text = f"Konstatert tap faktura {invoice.number}"
    voucher = book(company, day, text, [Line(company.account(LOSSES), rest), receivable])
    written = [posting for posting in voucher.postings if posting.account.is_closeable]
    close(company, open_postings(invoice) + written, day)
    return voucher


def remind_by_hand(
    company: Company, invoice: Invoice, kind: str, day: date, *, charge: Ore
) -> Reminder:
    """Send a reminder from the pages of Tripletex."""
    return remind(company, invoice, kind, day, charge=charge, interests=0)


def postpone(company: Company, invoice: Invoice, until: date) -> None:
    """Put a remark on an invoice."""
    invoice.remark = Remark(next(company.ids.remark), "Til inkasso", until)


def payout(company: Company, amount: Ore, day: date, *, text: str) -> Voucher:
    """Book the collector's payout from the bank statement."""
    lines = [Line(company.account(BANK), amount), Line(company.account(CLEARING), -amount)]
    return book(company, day, text or "Utbetaling inkasso", lines, type_name=BANK_MATCH)


def edit_customer(
    company: Company, customer_id: int, order: CustomerOrder, *, today: date
) -> Customer:
    """Replace what is known of a customer."""
    customer = company.customers.get(customer_id)
    if customer is None:
        raise AdminRefused(f"company {company.id} has no customer {customer_id}")
    customer.name = order.name
    customer.organization_number = order.organization_number
    customer.is_private_individual = order.is_private_individual
    customer.email, customer.invoice_email = order.email, order.invoice_email
    customer.overdue_notice_email = order.overdue_notice_email
    customer.phone, customer.mobile = order.phone, order.mobile
    customer.language = order.language
    customer.is_factoring, customer.is_inactive = order.is_factoring, order.is_inactive
    customer.postal_address = new_address(company, order)
    customer.physical_address = new_address(company, order)
    customer.changed_on = today
    customer.version += 1
    return customer
