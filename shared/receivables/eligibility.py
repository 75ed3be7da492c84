"""Whether an invoice may be handed over for collection, and every reason why not.

Pure: an invoice as Tripletex sent it, the client's terms, what we know of it, and a day. All
reasons are found at once, so that a person sees everything that must be put right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from shared.providers.tripletex.wire import Address, Customer, Invoice
from shared.receivables.organisation_numbers import (
    digits_of,
    is_organisation_number,
    looks_like_national_id,
)

NOK = 1
NORWAY = 161


class Why(StrEnum):
    """One reason why an invoice is not handed over."""

    NOT_DUE_LONG_ENOUGH = "NOT_DUE_LONG_ENOUGH"
    BEFORE_START_DATE = "BEFORE_START_DATE"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    PAID = "PAID"
    NOTHING_OUTSTANDING = "NOTHING_OUTSTANDING"
    CREDITED = "CREDITED"
    CREDIT_NOTE = "CREDIT_NOTE"
    DRAFT = "DRAFT"
    CURRENCY = "CURRENCY"
    FACTORING = "FACTORING"
    FOREIGN_DEBTOR = "FOREIGN_DEBTOR"
    MISSING_CUSTOMER = "MISSING_CUSTOMER"
    MISSING_ADDRESS = "MISSING_ADDRESS"
    NATIONAL_ID_AS_ORGANISATION_NUMBER = "NATIONAL_ID_AS_ORGANISATION_NUMBER"
    MISSING_ORGANISATION_NUMBER = "MISSING_ORGANISATION_NUMBER"
    INVALID_ORGANISATION_NUMBER = "INVALID_ORGANISATION_NUMBER"
    NOTICE_RUNNING = "NOTICE_RUNNING"
    OTHER_COLLECTOR = "OTHER_COLLECTOR"
    HELD = "HELD"
    EXCLUDED = "EXCLUDED"
    HANDED_OVER = "HANDED_OVER"


TEXTS: dict[Why, str] = {
    Why.NOT_DUE_LONG_ENOUGH: "not overdue long enough; it will be on {until}",
    Why.BEFORE_START_DATE: "fell due before the start date of the agreement",
    Why.BELOW_MINIMUM: "less is outstanding than the minimum amount",
    Why.PAID: "paid in full",
    Why.NOTHING_OUTSTANDING: "nothing is outstanding",
    Why.CREDITED: "credited",
    Why.CREDIT_NOTE: "is a credit note, or its amount is not above zero",
    Why.DRAFT: "is a draft that has not been sent",
    Why.CURRENCY: "is not in Norwegian kroner",
    Why.FACTORING: "the customer's invoices are sold to a factoring company",
    Why.FOREIGN_DEBTOR: "the customer's address is not in Norway",
    Why.MISSING_CUSTOMER: "Tripletex tells no customer or no name; check the token's rights",
    Why.MISSING_ADDRESS: "the customer has no complete postal address in Tripletex",
    Why.NATIONAL_ID_AS_ORGANISATION_NUMBER: (
        "the customer's organisation number has eleven digits; a national identity number must "
        "not stand there"
    ),
    Why.MISSING_ORGANISATION_NUMBER: (
        "the customer has no organisation number and is not marked as a private individual"
    ),
    Why.INVALID_ORGANISATION_NUMBER: "the customer's organisation number is not a valid one",
    Why.NOTICE_RUNNING: "a reminder or notice sent from Tripletex runs until {until}",
    Why.OTHER_COLLECTOR: "Tripletex shows it as sent to debt collection already",
    Why.HELD: "held by a person",
    Why.EXCLUDED: "excluded by a person",
    Why.HANDED_OVER: "has been handed over before, which happens once only",
}
"""Each reason in plain words."""

_FIXABLE = frozenset(
    {
        Why.DRAFT,
        Why.FACTORING,
        Why.FOREIGN_DEBTOR,
        Why.MISSING_CUSTOMER,
        Why.MISSING_ADDRESS,
        Why.NATIONAL_ID_AS_ORGANISATION_NUMBER,
        Why.MISSING_ORGANISATION_NUMBER,
        Why.INVALID_ORGANISATION_NUMBER,
        Why.BELOW_MINIMUM,
        Why.BEFORE_START_DATE,
        Why.OTHER_COLLECTOR,
    }
)
"""Reasons that may go away without a posting: such an invoice is read again the next day."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason, with the first day on which it no longer holds if that is known."""

    why: Why
    until: date | None = None

    @property
    def text(self) -> str:
        """Return it in plain words."""
        told = TEXTS[self.why].format(until=self.until.isoformat() if self.until else "")
        return f"{told} until {self.until}" if self.why is Why.HELD and self.until else told

    def document(self) -> dict[str, str | None]:
        """Return it as it is kept in the database."""
        return {"why": self.why.value, "until": self.until.isoformat() if self.until else None}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the client has agreed: from when on, how long overdue, how much at least."""

    start_date: date
    days_overdue: int
    minimum_amount: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """What we know of an invoice that Tripletex does not."""

    handed_over: bool = False
    held: bool = False
    held_until: date | None = None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Eligible when there is no reason against it."""

    reasons: tuple[Reason, ...]

    @property
    def eligible(self) -> bool:
        """Return whether it may be handed over."""
        return not self.reasons

    def look_again_on(self, today: date) -> date | None:
        """Return the day on which the answer may change although the ledger does not move."""
        known = [reason.until for reason in self.reasons if reason.until]
        if any(reason.why in _FIXABLE for reason in self.reasons):
            known.append(today + timedelta(days=1))
        return min(known, default=None)


def judge(invoice: Invoice, terms: Terms, standing: Standing, today: date) -> Judgement:
    """Find every reason why an invoice is not handed over on a day."""
    customer = invoice.customer
    reasons = [
        *_kind(invoice),
        *_money(invoice, terms),
        *_dates(invoice, terms, today),
        *(_debtor(customer) if customer and customer.name else [Reason(Why.MISSING_CUSTOMER)]),
        *_letters(invoice, today),
        *_persons_word(standing, today),
    ]
    return Judgement(tuple(reasons))


def outstanding_of(invoice: Invoice) -> Decimal:
    """Return the open principal in kroner; never the total, which includes fees."""
    return invoice.amount_outstanding


def address_of(customer: Customer) -> Address | None:
    """Return where letters reach a customer: the postal address, else the physical one."""
    known = (customer.postal_address, customer.physical_address)
    return next((one for one in known if one and _complete(one)), None)


def is_person(customer: Customer) -> bool:
    """Tell whether a customer is marked as a person.

    A person with an organisation number is a sole trader: economically a person, and the gentler
    fee table is the lawful one when in doubt.
    """
    return customer.is_private_individual


def country_of(address: Address) -> str:
    """Return the ISO code of an address; Tripletex leaves it out for domestic ones."""
    country = address.country
    if country is None or country.id == NORWAY:
        return "NO"
    return country.iso_alpha2_code.upper()


def _kind(invoice: Invoice) -> list[Reason]:
    found = []
    if invoice.is_credit_note or max(invoice.amount, invoice.amount_currency) <= 0:
        found.append(Reason(Why.CREDIT_NOTE))
    if not invoice.is_charged or not invoice.invoice_number or not invoice.invoice_date:
        found.append(Reason(Why.DRAFT))
    if invoice.currency and invoice.currency.id != NOK and invoice.currency.code != "NOK":
        found.append(Reason(Why.CURRENCY))
    return found


def _money(invoice: Invoice, terms: Terms) -> list[Reason]:
    outstanding = outstanding_of(invoice)
    found = [Reason(Why.CREDITED)] if invoice.is_credited else []
    if outstanding > 0:
        small = outstanding < terms.minimum_amount
        return [*found, Reason(Why.BELOW_MINIMUM)] if small else found
    if not found:
        paid = invoice.amount > 0 and not invoice.is_credit_note
        found.append(Reason(Why.PAID if paid else Why.NOTHING_OUTSTANDING))
    return found


def _dates(invoice: Invoice, terms: Terms, today: date) -> list[Reason]:
    due = invoice.invoice_due_date
    if due is None:
        return [] if not invoice.is_charged else [Reason(Why.DRAFT)]
    found = []
    if (today - due).days <= terms.days_overdue:
        until = due + timedelta(days=terms.days_overdue + 1)
        found.append(Reason(Why.NOT_DUE_LONG_ENOUGH, until))
    if due < terms.start_date:
        found.append(Reason(Why.BEFORE_START_DATE))
    return found


def _debtor(customer: Customer) -> list[Reason]:
    found = [Reason(Why.FACTORING)] if customer.is_factoring else []
    address = address_of(customer)
    if address is None:
        found.append(Reason(Why.MISSING_ADDRESS))
    elif country_of(address) != "NO":
        found.append(Reason(Why.FOREIGN_DEBTOR))
    return found + _identity(customer)


def _identity(customer: Customer) -> list[Reason]:
    digits = digits_of(customer.organization_number)
    if looks_like_national_id(digits):
        return [Reason(Why.NATIONAL_ID_AS_ORGANISATION_NUMBER)]
    if is_person(customer):
        return []
    if not digits:
        return [Reason(Why.MISSING_ORGANISATION_NUMBER)]
    if not is_organisation_number(digits):
        return [Reason(Why.INVALID_ORGANISATION_NUMBER)]
    return []


def _letters(invoice: Invoice, today: date) -> list[Reason]:
    found = []
    if any(letter.type == "DEBT_COLLECTION" for letter in invoice.reminders):
        found.append(Reason(Why.OTHER_COLLECTOR))
    running = [
        letter.term_of_payment
        for letter in invoice.reminders
        if letter.type in {"REMINDER", "NOTICE_OF_DEBT_COLLECTION"}
        and letter.term_of_payment is not None
        and letter.term_of_payment >= today
    ]
    if running:
        # Who pays on the last day pays in time.
        found.append(Reason(Why.NOTICE_RUNNING, max(running) + timedelta(days=1)))
    return found


def _persons_word(standing: Standing, today: date) -> list[Reason]:
    found = []
    if standing.held and (standing.held_until is None or standing.held_until > today):
        found.append(Reason(Why.HELD, standing.held_until))
    if standing.excluded:
        found.append(Reason(Why.EXCLUDED))
    if standing.handed_over:
        found.append(Reason(Why.HANDED_OVER))
    return found


def _complete(address: Address) -> bool:
    return bool(
        address.address_line1.strip() and address.postal_code.strip() and address.city.strip()
    )
