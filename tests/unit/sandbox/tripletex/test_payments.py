from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.sandbox.admin import AdminRefused
from services.sandbox.tripletex.payments import register_payment
from tests.harness.books import DUE, Books


def _groups(books: Books) -> int:
    return len(books.company.close_groups)


def test_a_part_payment_closes_nothing(books: Books) -> None:
    invoice = books.invoice()

    books.world.pay(books.id, invoice.id, Decimal(4000))

    assert (invoice.outstanding, _groups(books)) == (600_000, 0)


def test_the_last_part_closes_all(books: Books) -> None:
    invoice = books.invoice()
    for amount in (4000, 6000):
        books.world.pay(books.id, invoice.id, Decimal(amount))

    group = invoice.postings[0].close_group

    assert group is not None
    assert group.postings == invoice.postings


def test_too_much_leaves_a_negative_rest(books: Books) -> None:
    invoice = books.invoice("10845")

    books.world.pay(books.id, invoice.id, Decimal("118104.05"))

    assert (invoice.outstanding, _groups(books)) == (-10_725_905, 0)


def test_a_second_payment_stays_open_beside_the_first(books: Books) -> None:
    invoice = books.invoice()
    for _ in range(2):
        books.world.pay(books.id, invoice.id, Decimal(10000))

    open_posts = books.company.open_posts[books.company.account(1500).id]

    assert invoice.outstanding == -1_000_000
    assert list(open_posts.values()) == [invoice.postings[2]]


def test_a_reversal_reopens_what_was_closed(books: Books) -> None:
    invoice = books.invoice()
    voucher = books.world.pay(books.id, invoice.id, Decimal(10000))

    books.world.reverse(books.id, voucher.id)

    assert (invoice.outstanding, _groups(books)) == (1_000_000, 0)
    assert books.balance(1920) == 0


def test_a_reversal_undoes_a_matched_credit(books: Books) -> None:
    invoice = books.invoice()
    voucher = books.world.pay(books.id, invoice.id, Decimal(8000))
    note = books.world.partial_credit(books.id, invoice.id, Decimal(2000), match=True)

    books.world.reverse(books.id, voucher.id)

    assert (invoice.outstanding, note.outstanding) == (1_000_000, -200_000)


def test_a_credited_invoice_that_was_paid_owes_the_payment_back(books: Books) -> None:
    invoice = books.invoice()
    books.world.pay(books.id, invoice.id, Decimal(10000))

    note = books.world.credit(books.id, invoice.id)

    assert (invoice.outstanding, note.outstanding) == (0, -1_000_000)


def test_a_foreign_payment_settles_in_the_foreign_currency(books: Books) -> None:
    invoice = books.invoice("11000", currency="EUR", amount_currency=Decimal(1000))
    bank = books.company.account(1920)

    register_payment(books.company, invoice, DUE, 1_150_000, debit=bank, amount_currency=100_000)

    assert invoice.outstanding == 0
    assert (books.balance(1920), books.balance(8060)) == (1_150_000, -50_000)


def test_a_write_off_needs_something_open(books: Books) -> None:
    invoice = books.invoice()
    books.world.write_off(books.id, invoice.id)

    with pytest.raises(AdminRefused):
        books.world.write_off(books.id, invoice.id)

    assert (invoice.outstanding, books.balance(7830)) == (0, 1_000_000)


def test_a_partial_credit_is_matched_only_when_even(books: Books) -> None:
    invoice = books.invoice()

    with pytest.raises(AdminRefused):
        books.world.partial_credit(books.id, invoice.id, Decimal(2000), match=True)

    assert len(books.company.invoices) == 1


def test_the_voucher_of_an_invoice_is_not_reversed(books: Books) -> None:
    voucher = books.invoice().voucher
    assert voucher is not None

    with pytest.raises(AdminRefused):
        books.world.reverse(books.id, voucher.id)


def test_a_payment_by_an_unknown_channel_is_refused(books: Books) -> None:
    invoice = books.invoice()

    with pytest.raises(AdminRefused, match="pigeon"):
        books.world.pay(books.id, invoice.id, Decimal(1), channel="pigeon")


def test_a_payment_is_dated_when_told(books: Books) -> None:
    invoice = books.invoice()

    voucher = books.world.pay(books.id, invoice.id, Decimal(1), on=date(2026, 1, 1))

    assert voucher.number_as_string == "1-2026"
    assert voucher.postings[0].date == date(2026, 1, 1)
