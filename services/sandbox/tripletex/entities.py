"""What a Tripletex company keeps: plain records with slots, linked to one another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from services.sandbox.tripletex.amounts import Ore, share


@dataclass(frozen=True, slots=True)
class Ref:
    """Something outside the stand-in that only has an id (an order, a project)."""

    id: int
    version: int = 0


@dataclass(frozen=True, slots=True)
class Country:
    """A country; Norway has id 161."""

    id: int
    name: str
    alpha2: str
    alpha3: str
    numeric: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency; NOK has id 1."""

    id: int
    code: str
    description: str
    factor: int = 1
    version: int = 0


@dataclass(frozen=True, slots=True)
class VatType:
    """A VAT type; its id is the same in every company and is not its code."""

    id: int
    number: str
    name: str
    percentage: float
    parent_id: int = 0
    version: int = 0

    @property
    def display_name(self) -> str:
        """The name as Tripletex shows it."""
        rate = f"{abs(self.percentage):g}".replace(".", ",")
        return f"{self.number}: ({rate}%) {self.name}"


@dataclass(slots=True, eq=False)
class Account:
    """An account of one company's chart."""

    id: int
    number: int
    name: str
    type: str
    ledger_type: str
    vat_type: VatType
    vat_locked: bool
    legal_vat_types: tuple[VatType, ...]
    is_closeable: bool
    is_bank_account: bool
    is_invoice_account: bool
    require_reconciliation: bool
    is_inactive: bool
    requires_department: bool = False
    requires_project: bool = False
    has_postings: bool = False
    balance: Ore = 0
    version: int = 0


@dataclass(slots=True, eq=False)
class PaymentType:
    """A way an invoice is paid; decides the account that is debited."""

    id: int
    description: str
    debit_account: Account
    sequence: int
    currency: Currency
    version: int = 0


@dataclass(frozen=True, slots=True)
class VoucherType:
    """A kind of voucher; its id belongs to one company."""

    id: int
    name: str
    version: int = 0


@dataclass(slots=True, eq=False)
class Address:
    """A postal or physical address."""

    id: int
    line1: str
    line2: str
    postal_code: str
    city: str
    country: Country | None
    version: int = 0


@dataclass(slots=True, eq=False)
class Customer:
    """A customer of one company."""

    id: int
    number: int
    name: str
    organization_number: str
    is_private_individual: bool
    email: str
    invoice_email: str
    overdue_notice_email: str
    phone: str
    mobile: str
    language: str
    postal_address: Address
    physical_address: Address
    ledger_account: Account
    currency: Currency
    is_factoring: bool = False
    is_inactive: bool = False
    send_method: str = "EMAIL"
    changed_on: dt.date = dt.date.min
    version: int = 1

    @property
    def display_name(self) -> str:
        """The name with the customer number."""
        return f"{self.name} ({self.number})"


@dataclass(slots=True, eq=False)
class Document:
    """A file attached to a voucher; later uploads append pages."""

    id: int
    file_name: str
    mime_type: str
    pages: list[bytes] = field(default_factory=list)
    version: int = 0

    @property
    def size(self) -> int:
        """The size of all pages in bytes."""
        return sum(len(page) for page in self.pages)


@dataclass(slots=True, eq=False)
class Voucher:
    """A voucher; ``number`` is 0 until it is in the ledger."""

    id: int
    date: dt.date
    number: int
    temp_number: int
    description: str
    voucher_type: VoucherType | None
    external_number: str
    postings: list[Posting]
    reverse_of: Voucher | None = None
    attachment: Document | None = None
    vendor_invoice_number: str | None = None
    version: int = 5

    @property
    def number_as_string(self) -> str:
        """The number with its year, as Tripletex prints it."""
        if self.number:
            return f"{self.number}-{self.date.year}"
        return f"<Ikke bokført {self.temp_number}>"


@dataclass(slots=True, eq=False)
class Posting:
    """One posting of a voucher; ``invoice`` is the invoice whose thread it belongs to."""

    id: int
    voucher: Voucher
    row: int
    date: dt.date
    description: str
    account: Account
    amount: Ore
    gross: Ore
    vat_type: VatType
    customer: Customer | None = None
    invoice: Invoice | None = None
    invoice_number: str = ""
    term_of_payment: dt.date | None = None
    type: str | None = None
    close_group: CloseGroup | None = None
    supplier_id: int | None = None
    employee_id: int | None = None
    gross_as_sent: float | None = None
    system_generated: bool = False
    version: int = 1


@dataclass(slots=True, eq=False)
class CloseGroup:
    """Postings matched against one another; ``moved`` is undone when it is dissolved."""

    id: int
    date: dt.date
    postings: list[Posting]
    moved: list[tuple[Invoice, Ore]]
    version: int = 0


@dataclass(slots=True, eq=False)
class Reminder:
    """A reminder sent from Tripletex; fee and interest are never booked."""

    id: int
    invoice: Invoice
    type: str
    reminder_date: dt.date
    term_of_payment: dt.date
    charge: Ore
    interests: Ore
    version: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on an invoice that postpones Tripletex's own reminders."""

    id: int
    description: str
    postpone_to: dt.date
    version: int = 0


@dataclass(slots=True, eq=False)
class Invoice:
    """An invoice or a credit note, with the customer postings of its thread.

    ``offset`` is what was matched against postings outside the thread (a credit note, a
    write-off); it moves the outstanding amount without a posting.
    """

    id: int
    number: int
    invoice_date: dt.date
    due_date: dt.date
    customer: Customer
    kid: str
    comment: str
    amount: Ore
    amount_excluding_vat: Ore
    amount_currency: Ore
    currency: Currency
    order: Ref
    order_line: Ref
    document_id: int
    voucher: Voucher | None = None
    postings: list[Posting] = field(default_factory=list)
    offset: Ore = 0
    original: Invoice | None = None
    is_credited: bool = False
    is_approved: bool = False
    reminders: list[Reminder] = field(default_factory=list)
    remark: Remark | None = None
    version: int = 3

    @property
    def is_charged(self) -> bool:
        """Whether this is a real invoice and not a draft."""
        return self.number > 0

    @property
    def outstanding(self) -> Ore:
        """The open principal in the company's currency."""
        return sum(posting.amount for posting in self.postings) + self.offset

    @property
    def outstanding_total(self) -> Ore:
        """The open principal with fee and interest of the last reminder, unless settled."""
        if not self.reminders:
            return self.outstanding
        last = self.reminders[-1]
        return self.outstanding + last.charge + last.interests

    def in_currency(self, ore: Ore) -> Ore:
        """Return an amount of this invoice in the invoice's currency."""
        if self.amount == self.amount_currency or not self.amount:
            return ore
        return share(ore, self.amount_currency, self.amount)
