"""The general ledger: the only place that makes vouchers and postings.

A voucher that does not balance is a fault of the stand-in and is never made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.sandbox.tripletex.amounts import Ore
from services.sandbox.tripletex.chart import NO_VAT
from services.sandbox.tripletex.company import INVOICE_SERIES, Company
from services.sandbox.tripletex.date_index import DateIndex
from services.sandbox.tripletex.entities import (
    Account,
    Customer,
    Invoice,
    Posting,
    VatType,
    Voucher,
)
from services.sandbox.tripletex.vat import vat_of

SALE_TYPE = "Utgående faktura"


class Unbalanced(Exception):
    """The lines of a voucher do not sum to zero."""


@dataclass(frozen=True, slots=True)
class Line:
    """One posting to be; the gross amount is the one that counts."""

    account: Account
    gross: Ore
    vat_type: VatType = NO_VAT
    customer: Customer | None = None
    invoice: Invoice | None = None
    invoice_number: str = ""
    term_of_payment: date | None = None
    type: str | None = None
    description: str = ""
    date: date | None = None
    row: int = 0
    supplier_id: int | None = None
    employee_id: int | None = None
    gross_as_sent: float | None = None


def book(
    company: Company,
    day: date,
    description: str,
    lines: Sequence[Line],
    *,
    type_name: str | None = None,
    external_number: str = "",
    to_ledger: bool = True,
    version: int = 5,
) -> Voucher:
    """Make a voucher with its postings, VAT split off into rows 0.

    Args:
        company: The company whose ledger it is.
        day: The date of the voucher, and of lines without one.
        description: The text of the voucher, and of lines without one.
        lines: What to post; a row that is 0 becomes the line's place.
        type_name: The voucher type; ``Utgående faktura`` has a number series of its own.
        external_number: The caller's own number, not unique.
        to_ledger: Whether it is booked now; if not it has no number and counts nowhere.
        version: The version the voucher starts with.

    Raises:
        Unbalanced: The lines do not sum to zero.
    """
    if sum(line.gross for line in lines):
        raise Unbalanced(description)
    voucher = Voucher(
        id=next(company.ids.voucher),
        date=day,
        number=0,
        temp_number=0,
        description=description,
        voucher_type=company.voucher_types[type_name] if type_name else None,
        external_number=external_number,
        postings=[],
        version=version,
    )
    for place, line in enumerate(lines, start=1):
        _add_posting(company, voucher, line, place)
    company.vouchers[voucher.id] = voucher
    if external_number:
        company.vouchers_by_external.setdefault(external_number, []).append(voucher)
    if to_ledger:
        enter(company, voucher)
    else:
        voucher.temp_number = company.next_number("temporary")
        company.non_posted[voucher.id] = voucher
    return voucher


def enter(company: Company, voucher: Voucher) -> None:
    """Put a voucher into the ledger: number, indexes, balances, open posts."""
    company.non_posted.pop(voucher.id, None)
    is_sale = voucher.voucher_type is not None and voucher.voucher_type.name == SALE_TYPE
    series = f"{'sale' if is_sale else 'voucher'}-{voucher.date.year}"
    voucher.number = company.next_number(series) + (INVOICE_SERIES if is_sale else 0)
    voucher.temp_number = 0
    company.vouchers_by_date.add(voucher.date, voucher)
    for posting in voucher.postings:
        _enter_posting(company, posting)


def discard(company: Company, voucher: Voucher) -> None:
    """Delete a voucher that is not in the ledger."""
    company.non_posted.pop(voucher.id, None)
    del company.vouchers[voucher.id]
    if voucher.external_number:
        company.vouchers_by_external[voucher.external_number].remove(voucher)


def _add_posting(company: Company, voucher: Voucher, line: Line, place: int) -> None:
    split = vat_of(company, line.account, line.vat_type, line.gross)
    posting = Posting(
        id=next(company.ids.posting),
        voucher=voucher,
        row=line.row or place,
        date=line.date or voucher.date,
        description=line.description or voucher.description,
        account=line.account,
        amount=line.gross - split.amount,
        gross=line.gross,
        vat_type=line.vat_type,
        customer=line.customer,
        invoice=line.invoice,
        invoice_number=line.invoice_number,
        term_of_payment=line.term_of_payment,
        type=line.type,
        supplier_id=line.supplier_id,
        employee_id=line.employee_id,
        gross_as_sent=line.gross_as_sent,
    )
    voucher.postings.append(posting)
    if split.account is not None:
        voucher.postings.append(_vat_posting(company, posting, split.account, split.amount))


def _vat_posting(company: Company, of: Posting, account: Account, amount: Ore) -> Posting:
    return Posting(
        id=next(company.ids.posting),
        voucher=of.voucher,
        row=0,
        date=of.date,
        description=of.description,
        account=account,
        amount=amount,
        gross=amount,
        vat_type=NO_VAT,
        system_generated=True,
        version=0,
    )


def _enter_posting(company: Company, posting: Posting) -> None:
    account = posting.account
    account.has_postings = True
    account.balance += posting.amount
    company.postings[posting.id] = posting
    index = company.postings_by_account.get(account.id)
    if index is None:
        index = company.postings_by_account[account.id] = DateIndex()
    index.add(posting.date, posting)
    if account.is_closeable:
        company.open_posts.setdefault(account.id, {})[posting.id] = posting
    if posting.invoice is not None:
        posting.invoice.postings.append(posting)
