"""One company's books: its records, its indexes and its number sequences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from services.sandbox.tripletex.date_index import DateIndex
from services.sandbox.tripletex.entities import (
    Account,
    CloseGroup,
    Customer,
    Invoice,
    PaymentType,
    Posting,
    Reminder,
    Voucher,
    VoucherType,
)
from services.sandbox.tripletex.ids import Ids

INVOICE_SERIES = 1_000_000
"""Vouchers of invoices are numbered from 1 000 001."""

RECEIVABLES = 1500
CLEARING = 1579
BANK = 1920


@dataclass(slots=True, eq=False)
class Period:
    """An accounting period of one month."""

    id: int
    start: date
    end: date
    is_closed: bool = False
    version: int = 0


@dataclass(slots=True, eq=False)
class StatusEntry:
    """One line of the append-only log behind ``/voucherStatus``."""

    id: int
    voucher: Voucher
    status: str
    message: str
    comment: str
    external_object_url: str
    reference_number: str
    timestamp: str
    type: str = "DEBT_COLLECTION"
    version: int = 0


@dataclass(slots=True, eq=False)
class Company:
    """A company with its books.

    ``is_module_on`` is the API module; without it every call is refused with 403. Changes go
    through ``ledger`` and its neighbours, which keep the indexes and the balance right.
    """

    id: int
    name: str
    organization_number: str
    is_vat_registered: bool
    language: str
    employee_id: int
    ids: Ids
    is_module_on: bool = True
    is_debt_collection_on: bool = False
    accounts: dict[int, Account] = field(default_factory=dict)
    accounts_by_number: dict[int, Account] = field(default_factory=dict)
    payment_types: dict[int, PaymentType] = field(default_factory=dict)
    voucher_types: dict[str, VoucherType] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    vouchers: dict[int, Voucher] = field(default_factory=dict)
    postings: dict[int, Posting] = field(default_factory=dict)
    close_groups: dict[int, CloseGroup] = field(default_factory=dict)
    reminders: dict[int, Reminder] = field(default_factory=dict)
    periods: dict[int, Period] = field(default_factory=dict)
    statuses: dict[int, StatusEntry] = field(default_factory=dict)
    non_posted: dict[int, Voucher] = field(default_factory=dict)
    open_posts: dict[int, dict[int, Posting]] = field(default_factory=dict)
    invoices_by_date: DateIndex[Invoice] = field(default_factory=DateIndex)
    vouchers_by_date: DateIndex[Voucher] = field(default_factory=DateIndex)
    postings_by_account: dict[int, DateIndex[Posting]] = field(default_factory=dict)
    invoices_by_customer: dict[int, list[Invoice]] = field(default_factory=dict)
    invoices_by_number: dict[int, Invoice] = field(default_factory=dict)
    invoices_by_kid: dict[str, Invoice] = field(default_factory=dict)
    invoices_by_voucher: dict[int, Invoice] = field(default_factory=dict)
    vouchers_by_external: dict[str, list[Voucher]] = field(default_factory=dict)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    last_numbers: Counter[str] = field(default_factory=Counter)
    vat_locked_before: date = date.min
    reconciled_before: date = date.min
    match_difference: int = 0
    version: int = 0

    def next_number(self, series: str) -> int:
        """Return the next number of a series of this company."""
        self.last_numbers[series] += 1
        return self.last_numbers[series]

    def account(self, number: int) -> Account:
        """Return the account with a number."""
        return self.accounts_by_number[number]

    def is_closed(self, day: date) -> bool:
        """Whether a day lies in a closed accounting period."""
        return any(
            period.is_closed and period.start <= day < period.end
            for period in self.periods.values()
        )
