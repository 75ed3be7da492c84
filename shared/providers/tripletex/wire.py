"""What Tripletex sends and takes, in its own words (API 2.75).

Only fields we use are named; the rest is dropped. Tripletex sends null, an empty string or 0 for
"nothing", sometimes leaves a field out when rights are missing, and never promises which
(recorded March 2026), so every field but the id has a default. Amounts are JSON numbers of
uneven scale and are rounded to two places here. Enumerations stay text: a new value must not
break reading. Reprs carry no personal data.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.messages.money import ZERO, to_ore


def _number(value: Any) -> Any:
    return ZERO if value is None else value


def _text(value: Any) -> Any:
    return "" if value is None else value


def _many(value: Any) -> Any:
    return () if value is None else value


def _flag(value: Any) -> Any:
    return False if value is None else value


def _whole(value: Any) -> Any:
    return 0 if value is None else value


Day: TypeAlias = date
"""A civil date; a name of its own because fields are called ``date``."""

Kroner = Annotated[Decimal, BeforeValidator(_number), AfterValidator(to_ore)]
Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(_whole)]


class Wire(BaseModel):
    """The base of what Tripletex sends: frozen, and open to fields we do not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    id: int

    def __repr__(self) -> str:
        """Return kind and id only."""
        return f"{type(self).__name__}(id={self.id})"

    __str__ = __repr__


class Reference(Wire):
    """An object named by its id only, as Tripletex sends it unless it is expanded."""


class Currency(Wire):
    """A currency; id 1 is NOK everywhere."""

    code: Text = ""


class Country(Wire):
    """A country; id 161 is Norway everywhere."""

    iso_alpha2_code: Text = Field(default="", alias="isoAlpha2Code")


class Address(Wire):
    """A postal or physical address of a customer."""

    address_line1: Text = Field(default="", alias="addressLine1")
    address_line2: Text = Field(default="", alias="addressLine2")
    postal_code: Text = ""
    city: Text = ""
    country: Country | None = None


class Customer(Wire):
    """A customer. There is no national id and no birth date in Tripletex."""

    name: Text = ""
    customer_number: Whole = 0
    organization_number: Text = ""
    is_private_individual: Flag = False
    is_factoring: Flag = False
    is_inactive: Flag = False
    email: Text = ""
    invoice_email: Text = ""
    overdue_notice_email: Text = ""
    phone_number: Text = ""
    phone_number_mobile: Text = ""
    language: Text = ""
    postal_address: Address | None = None
    physical_address: Address | None = None
    is_automatic_notice_of_debt_collection_enabled: Flag = False


class VatType(Wire):
    """A VAT type; ids are the same in every company, and are not the VAT codes."""

    number: Text = ""
    percentage: Kroner = ZERO


class Account(Wire):
    """A ledger account; its id belongs to one company."""

    number: Whole = 0
    name: Text = ""
    ledger_type: Text = ""
    vat_type: VatType | None = None
    vat_locked: Flag = False
    legal_vat_types: Annotated[tuple[VatType, ...], BeforeValidator(_many)] = ()
    is_closeable: Flag = False
    is_inactive: Flag = False
    is_bank_account: Flag = False
    require_reconciliation: Flag = False
    requires_department: Flag = False
    requires_project: Flag = False


class PaymentType(Wire):
    """A way of paying an outgoing invoice; made by the customer in Tripletex only."""

    description: Text = ""
    debit_account: Account | None = None
    credit_account: Account | None = None
    currency_code: Text = ""


class VoucherType(Wire):
    """A kind of voucher; its id belongs to one company, its name is Norwegian."""

    name: Text = ""


class Posting(Wire):
    """One row of the ledger.

    Its description is never read: Tripletex writes the customer's name into it. ``type`` is null
    for payments registered through the API. Answers to writes name postings by id only: nothing
    else is known of those, not even a date.
    """

    date: Day | None = None
    amount: Kroner = ZERO
    amount_currency: Kroner = ZERO
    amount_gross: Kroner = ZERO
    amount_gross_currency: Kroner = ZERO
    type: Text = ""
    row: Whole = 0
    invoice_number: Text = ""
    term_of_payment: Day | None = None
    system_generated: Flag = False
    matched: Flag = False
    account: Account | None = None
    vat_type: VatType | None = None
    customer: Reference | None = None
    close_group: Reference | None = None
    currency: Currency | None = None
    voucher: Voucher | None = None


class Voucher(Wire):
    """A voucher; ``number`` is unique within a year and 0 while it is not booked."""

    date: Day | None = None
    number: Whole = 0
    temp_number: Whole = 0
    year: Whole = 0
    version: Whole = 0
    external_voucher_number: Text = ""
    voucher_type: VoucherType | None = None
    reverse_voucher: Reference | None = None
    attachment: Reference | None = None
    postings: Annotated[tuple[Posting, ...], BeforeValidator(_many)] = ()


class OpenPost(Wire):
    """An open posting on a receivable account: the ledger's view of what is unpaid."""

    date: Day
    amount: Kroner = ZERO
    amount_currency: Kroner = ZERO
    invoice_number: Text = ""
    term_of_payment: Day | None = None
    customer: Reference | None = None
    voucher: Reference | None = None


class Reminder(Wire):
    """A letter Tripletex sent about an invoice; its fee and interest are not booked."""

    reminder_date: Day | None = None
    type: Text = ""
    term_of_payment: Day | None = None
    charge: Kroner = ZERO
    charge_currency: Kroner = ZERO
    interests: Kroner = ZERO


class Invoice(Wire):
    """An outgoing invoice or credit note.

    ``version`` is not read: it does not move when a payment is registered. ``credited_invoice``
    is 0, not null, unless this is a credit note. ``amount_outstanding_total`` includes fees and
    interest of the last reminder and is never principal, so it is not read either.
    """

    invoice_number: Whole = 0
    invoice_date: Day | None = None
    invoice_due_date: Day | None = None
    delivery_date: Day | None = None
    kid: Text = ""
    amount: Kroner = ZERO
    amount_currency: Kroner = ZERO
    amount_outstanding: Kroner = ZERO
    amount_currency_outstanding: Kroner = ZERO
    currency: Currency | None = None
    is_credit_note: Flag = False
    credited_invoice: Whole = 0
    is_credited: Flag = False
    is_charged: Flag = False
    document_id: Whole = 0
    customer: Customer | None = None
    voucher: Reference | None = None
    reminders: Annotated[tuple[Reminder, ...], BeforeValidator(_many)] = ()
    postings: Annotated[tuple[Posting, ...], BeforeValidator(_many)] = ()


class AccountingPeriod(Wire):
    """A month of the books; ``end`` is the first day after it."""

    start: Day
    end: Day
    is_closed: Flag = False


class VatSettings(Wire):
    """Whether the company is registered for VAT: ``VAT_REGISTERED`` or something else."""

    vat_registration_status: Text = ""


class WhoAmI(BaseModel):
    """Whose token a session is."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True
    )

    company_id: Whole = 0
    employee_id: Whole = 0
    actual_employee_id: Whole = 0
    language: Text = ""


class CompanyLogin(Wire):
    """A company that an accounting office's token can work in."""

    name: Text = ""
    organization_number: Text = ""
    customer_company_id: Whole = 0


class Sent(BaseModel):
    """The base of what we send: closed, and nulls are left out."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Id(Sent):
    """Names an object by id; Tripletex refuses to find accounts by number."""

    id: int


class NewPosting(Sent):
    """One row of a new voucher.

    Rows count from 1 without gaps, one posting per row. Both gross amounts must be equal and the
    VAT type explicit, or Tripletex guesses.
    """

    row: int = Field(ge=1)
    date: Day
    account: Id
    amount_gross: Decimal
    amount_gross_currency: Decimal
    vat_type: Id
    description: str
    customer: Id | None = None
    invoice_number: str | None = None


class NewVoucher(Sent):
    """A voucher to post; Tripletex adds VAT postings on row 0 by itself.

    Attributes:
        external_voucher_number: Our key, the only one Tripletex can be asked for.
    """

    date: Day
    description: str
    external_voucher_number: str = Field(max_length=70)
    postings: tuple[NewPosting, ...] = Field(min_length=1)


Posting.model_rebuild()
