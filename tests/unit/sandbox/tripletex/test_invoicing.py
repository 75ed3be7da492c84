from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.sandbox.admin import AdminRefused
from services.sandbox.tripletex.orders import CustomerOrder, InvoiceOrder
from tests.harness.books import DUE, Books


def test_an_invoice_is_booked_with_vat(books: Books) -> None:
    invoice = books.invoice("1250.00")

    assert invoice.amount_excluding_vat == 100_000
    assert (books.balance(1500), books.balance(3000), books.balance(2700)) == (
        125_000,
        -100_000,
        -25_000,
    )


def test_a_company_outside_vat_sells_without(books: Books) -> None:
    company = books.world.add_company("Lag", vat_registered=False)
    customer = books.world.add_customer(company.id, CustomerOrder("Kari"))
    order = InvoiceOrder(customer.id, Decimal(100), DUE, DUE)

    invoice = books.world.add_invoice(company.id, order)

    assert invoice.amount_excluding_vat == 10_000
    assert company.account(3200).balance == -10_000


def test_credit_notes_share_the_series(books: Books) -> None:
    invoice = books.invoice()

    note = books.world.credit(books.id, invoice.id)

    assert (invoice.number, note.number) == (1, 2)
    assert note.original is invoice


def test_a_credit_settles_both(books: Books) -> None:
    invoice = books.invoice()

    note = books.world.credit(books.id, invoice.id)

    assert (invoice.outstanding, note.outstanding, books.balance(1500)) == (0, 0, 0)
    assert invoice.postings[0].close_group is note.postings[0].close_group is not None


def test_a_reminded_invoice_is_not_matched_with_its_credit(books: Books) -> None:
    invoice = books.invoice()
    books.world.remind(books.id, invoice.id)

    note = books.world.credit(books.id, invoice.id)

    assert (invoice.outstanding, note.outstanding) == (1_000_000, -1_000_000)
    assert invoice.is_credited


def test_a_reminder_books_nothing(books: Books) -> None:
    invoice = books.invoice()
    before = len(books.company.vouchers)

    books.world.remind(books.id, invoice.id, charge=Decimal(38))

    assert len(books.company.vouchers) == before
    assert (invoice.outstanding, invoice.outstanding_total) == (1_000_000, 1_003_800)


def test_a_foreign_invoice_has_two_amounts(books: Books) -> None:
    invoice = books.invoice("11000", currency="EUR", amount_currency=Decimal(1000))

    assert (invoice.amount, invoice.amount_currency) == (1_100_000, 100_000)
    assert invoice.in_currency(invoice.outstanding) == 100_000


def test_a_draft_is_in_no_index(books: Books) -> None:
    draft = books.world.add_draft(
        books.id, InvoiceOrder(books.customer.id, Decimal(100), DUE, DUE)
    )

    assert not draft.is_charged
    assert list(books.company.invoices_by_date.between(date.min, date.max)) == []


def test_an_invoice_needs_a_customer_of_the_company(books: Books) -> None:
    with pytest.raises(AdminRefused):
        books.world.add_invoice(books.id, InvoiceOrder(1, Decimal(100), DUE, DUE))


def test_a_country_must_be_known(books: Books) -> None:
    with pytest.raises(AdminRefused, match="XX"):
        books.world.add_customer(books.id, CustomerOrder("Kari", country="XX"))
