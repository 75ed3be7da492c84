"""The world behind the stand-in for Tripletex: companies and what happens in them.

The same methods serve the admin API, the demo and tests in process. Amounts are Decimals of
kroner; companies, customers and invoices are named by their ids. Nothing waits, so in one event
loop every method is atomic.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from services.sandbox.admin import AdminRefused
from services.sandbox.day import Day
from services.sandbox.tripletex import actors
from services.sandbox.tripletex.amounts import to_ore
from services.sandbox.tripletex.audit import audit
from services.sandbox.tripletex.company import Company
from services.sandbox.tripletex.disturbances import Disturbance, Disturbances
from services.sandbox.tripletex.entities import Customer, Invoice, Reminder, Voucher
from services.sandbox.tripletex.founding import add_payment_type, found
from services.sandbox.tripletex.ids import Ids
from services.sandbox.tripletex.invoicing import credit, draft, issue
from services.sandbox.tripletex.orders import (
    CustomerOrder,
    InvoiceOrder,
    new_customer,
    new_invoice,
)
from services.sandbox.tripletex.rate_limit import RateLimit
from services.sandbox.tripletex.rules import Rules
from services.sandbox.tripletex.tokens import EmployeeToken, Tokens


class TripletexWorld:
    """All companies, tokens and injected faults of one stand-in."""

    def __init__(
        self,
        day: Day,
        *,
        rules: Rules | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.day = day
        self.rules = rules or Rules()
        self.ids = Ids()
        self.companies: dict[int, Company] = {}
        self.tokens = Tokens(self.ids)
        self.disturbances = Disturbances()
        self.rate_limit = RateLimit(self.rules, monotonic)

    def company(self, company_id: int) -> Company:
        """Return a company.

        Raises:
            AdminRefused: There is none with this id.
        """
        company = self.companies.get(company_id)
        if company is None:
            raise AdminRefused(f"there is no company {company_id}")
        return company

    def add_company(
        self,
        name: str,
        *,
        organization_number: str = "999999999",
        vat_registered: bool = True,
        clearing: bool = True,
        module: bool = True,
        language: str = "no",
    ) -> Company:
        """Found a company, with a token of its own (``employee_token`` gives it).

        Args:
            name: Its name.
            organization_number: Its organisation number.
            vat_registered: Whether VAT is split off; else every account is locked to code 0.
            clearing: Whether the payment type that debits 1579 exists.
            module: Whether the API module is on.
            language: The language of its user, ``no`` or ``en``.
        """
        company = Company(
            id=next(self.ids.company),
            name=name,
            organization_number=organization_number,
            is_vat_registered=vat_registered,
            language=language,
            employee_id=next(self.ids.employee),
            ids=self.ids,
            is_module_on=module,
        )
        found(company, today=self.day.today, with_clearing=clearing)
        self.companies[company.id] = company
        self.tokens.add(f"employee-{company.id}", company.id, None)
        return company

    def add_office(self, name: str, clients: Iterable[int]) -> Company:
        """Found an accounting office whose token opens the books of its clients only."""
        office = self.add_company(name)
        self.employee_token(office.id).clients = {self.company(one).id for one in clients}
        return office

    def employee_token(self, company_id: int) -> EmployeeToken:
        """Return the token made in a company or office."""
        self.company(company_id)
        return self.tokens.employees[f"employee-{company_id}"]

    def add_clearing(self, company_id: int, description: str = "Oppgjør inkasso") -> int:
        """Make the payment type that debits 1579 and return its id."""
        return add_payment_type(self.company(company_id), description, 1579).id

    def set_module(self, company_id: int, *, on: bool) -> None:
        """Switch the API module of a company on or off."""
        self.company(company_id).is_module_on = on

    def set_account(
        self,
        company_id: int,
        number: int,
        *,
        inactive: bool = False,
        requires_department: bool = False,
        requires_project: bool = False,
    ) -> None:
        """Set how an account of a chart behaves."""
        account = actors.account_of(self.company(company_id), number)
        account.is_inactive = inactive
        account.requires_department = requires_department
        account.requires_project = requires_project

    def remove_account(self, company_id: int, number: int) -> None:
        """Take an account that has no postings out of a chart."""
        actors.remove_account(self.company(company_id), number)

    def add_customer(self, company_id: int, order: CustomerOrder) -> Customer:
        """Add a customer."""
        return new_customer(self.company(company_id), order, self.day.today)

    def edit_customer(self, company_id: int, customer_id: int, order: CustomerOrder) -> Customer:
        """Replace what is known of a customer; id and number stay."""
        return actors.edit_customer(
            self.company(company_id), customer_id, order, today=self.day.today
        )

    def add_invoice(self, company_id: int, order: InvoiceOrder) -> Invoice:
        """Issue an invoice."""
        company = self.company(company_id)
        return issue(company, new_invoice(company, order))

    def add_draft(self, company_id: int, order: InvoiceOrder) -> Invoice:
        """Keep a draft of an invoice."""
        company = self.company(company_id)
        return draft(company, new_invoice(company, order))

    def invoice(self, company_id: int, invoice_id: int) -> Invoice:
        """Return an invoice.

        Raises:
            AdminRefused: There is none with this id.
        """
        return actors.invoice_of(self.company(company_id), invoice_id)

    def pay(
        self,
        company_id: int,
        invoice_id: int,
        amount: Decimal,
        *,
        on: date | None = None,
        channel: str = "kid",
    ) -> Voucher:
        """Let a debtor pay into the creditor's bank: by ``kid`` (OCR) or ``manual``."""
        company, invoice = self._named(company_id, invoice_id)
        return actors.pay(company, invoice, to_ore(amount), on or self.day.today, channel=channel)

    def refund(
        self, company_id: int, invoice_id: int, amount: Decimal, *, on: date | None = None
    ) -> Voucher:
        """Pay money back to a debtor; the invoice is reopened by as much."""
        company, invoice = self._named(company_id, invoice_id)
        return actors.refund(company, invoice, to_ore(amount), on or self.day.today)

    def reverse(self, company_id: int, voucher_id: int, *, on: date | None = None) -> Voucher:
        """Reverse a voucher, for example a payment booked on the wrong invoice."""
        return actors.reverse_voucher(self.company(company_id), voucher_id, on or self.day.today)

    def credit(self, company_id: int, invoice_id: int, *, on: date | None = None) -> Invoice:
        """Credit a whole invoice and return the credit note."""
        company, invoice = self._named(company_id, invoice_id)
        return credit(
            company, invoice, on or self.day.today, automatch=self.rules.autoclose_credits
        )

    def partial_credit(
        self,
        company_id: int,
        invoice_id: int,
        amount: Decimal,
        *,
        on: date | None = None,
        match: bool = False,
    ) -> Invoice:
        """Credit a part by hand: a negative invoice, matched to the other or not."""
        company, invoice = self._named(company_id, invoice_id)
        return actors.partial_credit(
            company, invoice, to_ore(amount), on or self.day.today, match=match
        )

    def write_off(self, company_id: int, invoice_id: int, *, on: date | None = None) -> Voucher:
        """Write the open rest of an invoice off on 7830 and match it."""
        company, invoice = self._named(company_id, invoice_id)
        return actors.write_off(company, invoice, on or self.day.today)

    def remind(
        self,
        company_id: int,
        invoice_id: int,
        *,
        kind: str = "SOFT_REMINDER",
        on: date | None = None,
        charge: Decimal = Decimal(0),
    ) -> Reminder:
        """Send a reminder from the pages of Tripletex."""
        company, invoice = self._named(company_id, invoice_id)
        return actors.remind_by_hand(
            company, invoice, kind, on or self.day.today, charge=to_ore(charge)
        )

    def postpone_reminders(self, company_id: int, invoice_id: int, until: date) -> None:
        """Put a remark on an invoice that stops Tripletex's own reminders."""
        company, invoice = self._named(company_id, invoice_id)
        actors.postpone(company, invoice, until)

    def payout(
        self, company_id: int, amount: Decimal, *, on: date | None = None, text: str = ""
    ) -> Voucher:
        """Let the collector's payout arrive: debit 1920, credit 1579."""
        return actors.payout(
            self.company(company_id), to_ore(amount), on or self.day.today, text=text
        )

    def close_period(self, company_id: int, until: date) -> None:
        """Close every accounting period that ends on or before the first of a month."""
        for period in self.company(company_id).periods.values():
            if period.end <= until:
                period.is_closed = True

    def open_periods(self, company_id: int) -> None:
        """Reopen every accounting period."""
        for period in self.company(company_id).periods.values():
            period.is_closed = False

    def revoke_token(self, company_id: int, *, revoked: bool = True) -> None:
        """Revoke the token made in a company, or give it back."""
        self.employee_token(company_id).is_revoked = revoked

    def disturb(self, disturbance: Disturbance) -> None:
        """Let the next matching calls meet a fault."""
        self.disturbances.add(disturbance)

    def audit(self) -> list[str]:
        """Return every broken invariant of the books; empty when all is well."""
        return [line for company in self.companies.values() for line in audit(company)]

    def _named(self, company_id: int, invoice_id: int) -> tuple[Company, Invoice]:
        company = self.company(company_id)
        return company, actors.invoice_of(company, invoice_id)
