"""What the admin side may ask for: customers and invoices in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.sandbox.admin import AdminRefused
from services.sandbox.tripletex.amounts import to_ore
from services.sandbox.tripletex.chart import COUNTRIES, CURRENCIES, NOK
from services.sandbox.tripletex.company import RECEIVABLES, Company
from services.sandbox.tripletex.entities import Address, Country, Customer
from services.sandbox.tripletex.invoicing import NewInvoice

FIRST_CUSTOMER = 10_000


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """A customer to be; an empty address line or country leaves the address empty."""

    name: str
    organization_number: str = ""
    is_private_individual: bool = False
    email: str = ""
    invoice_email: str = ""
    overdue_notice_email: str = ""
    phone: str = ""
    mobile: str = ""
    language: str = "NO"
    address_line1: str = "Storgata 1"
    address_line2: str = ""
    postal_code: str = "0155"
    city: str = "Oslo"
    country: str = "NO"
    is_factoring: bool = False
    is_inactive: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """An invoice to be; ``amount`` includes VAT and is in kroner.

    Attributes:
        amount_currency: The amount in a foreign currency, when ``currency`` is not NOK.
    """

    customer_id: int
    amount: Decimal
    invoice_date: date
    due_date: date
    with_kid: bool = True
    currency: str = "NOK"
    amount_currency: Decimal | None = None
    comment: str = ""


def new_customer(company: Company, order: CustomerOrder, today: date) -> Customer:
    """Add a customer to a company."""
    customer = Customer(
        id=next(company.ids.customer),
        number=FIRST_CUSTOMER + company.next_number("customer"),
        name=order.name,
        organization_number=order.organization_number,
        is_private_individual=order.is_private_individual,
        email=order.email,
        invoice_email=order.invoice_email,
        overdue_notice_email=order.overdue_notice_email,
        phone=order.phone,
        mobile=order.mobile,
        language=order.language,
        postal_address=new_address(company, order),
        physical_address=new_address(company, order),
        ledger_account=company.account(RECEIVABLES),
        currency=NOK,
        is_factoring=order.is_factoring,
        is_inactive=order.is_inactive,
        changed_on=today,
    )
    company.customers[customer.id] = customer
    return customer


def new_address(company: Company, order: CustomerOrder) -> Address:
    """Make an address record."""
    return Address(
        id=next(company.ids.address),
        line1=order.address_line1,
        line2=order.address_line2,
        postal_code=order.postal_code,
        city=order.city,
        country=_country(order.country),
    )


def new_invoice(company: Company, order: InvoiceOrder) -> NewInvoice:
    """Return the invoice an order means.

    Raises:
        AdminRefused: The customer or the currency does not exist.
    """
    customer = company.customers.get(order.customer_id)
    currency = next((c for c in CURRENCIES if c.code == order.currency), None)
    if customer is None or currency is None:
        raise AdminRefused("there is no such customer, or no such currency")
    foreign = order.amount_currency
    return NewInvoice(
        customer=customer,
        invoice_date=order.invoice_date,
        due_date=order.due_date,
        amount=to_ore(order.amount),
        amount_currency=None if foreign is None else to_ore(foreign),
        currency=currency,
        with_kid=order.with_kid,
        comment=order.comment,
    )


def _country(code: str) -> Country | None:
    if not code:
        return None
    country = next((c for c in COUNTRIES if c.alpha2 == code), None)
    if country is None:
        raise AdminRefused(f"country {code} is not among {[c.alpha2 for c in COUNTRIES]}")
    return country
