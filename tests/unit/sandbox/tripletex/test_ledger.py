from __future__ import annotations

from datetime import date

import pytest

from services.sandbox.tripletex.audit import audit
from services.sandbox.tripletex.chart import VAT_BY_ID
from services.sandbox.tripletex.ledger import SALE_TYPE, Line, Unbalanced, book, discard, enter
from tests.harness.books import Books

DAY = date(2026, 10, 1)


def _lines(books: Books, gross: int = 100) -> list[Line]:
    account = books.company.account
    return [Line(account(1579), gross), Line(account(3900), -gross)]


def test_what_does_not_balance_is_never_made(books: Books) -> None:
    with pytest.raises(Unbalanced):
        book(books.company, DAY, "Feil", [Line(books.company.account(1579), 1)])

    assert books.company.vouchers == {}


def test_vouchers_and_invoices_have_series_of_their_own(books: Books) -> None:
    sale = books.invoice().voucher

    voucher = book(books.company, DAY, "Bilag", _lines(books))

    assert sale is not None
    assert (sale.number, voucher.number) == (1_000_001, 1)


def test_numbers_start_anew_each_year(books: Books) -> None:
    first = book(books.company, date(2025, 12, 31), "Bilag", _lines(books))

    second = book(books.company, date(2026, 1, 1), "Bilag", _lines(books))

    assert (first.number_as_string, second.number_as_string) == ("1-2025", "1-2026")


def test_a_draft_counts_once_it_is_entered(books: Books) -> None:
    draft = book(books.company, DAY, "Bilag", _lines(books), to_ledger=False)
    before = books.balance(1579)

    enter(books.company, draft)

    assert (before, books.balance(1579)) == (0, 100)
    assert draft.number == 1


def test_a_discarded_draft_is_forgotten(books: Books) -> None:
    draft = book(books.company, DAY, "Bilag", _lines(books), external_number="E", to_ledger=False)

    discard(books.company, draft)

    assert books.company.vouchers == {}
    assert books.company.vouchers_by_external["E"] == []


def test_vat_rows_stand_behind_their_posting(books: Books) -> None:
    account = books.company.account
    fee = Line(account(6790), 12_500, vat_type=VAT_BY_ID[1])

    voucher = book(books.company, DAY, "Salær", [fee, Line(account(1579), -12_500)])

    assert [(p.row, p.amount) for p in voucher.postings] == [(1, 10_000), (0, 2500), (2, -12_500)]


def test_a_type_of_voucher_is_kept(books: Books) -> None:
    voucher = books.invoice().voucher

    assert voucher is not None
    assert voucher.voucher_type is not None
    assert voucher.voucher_type.name == SALE_TYPE


def test_the_audit_finds_a_wrong_balance(books: Books) -> None:
    books.invoice()
    books.company.account(1500).balance += 1

    problems = audit(books.company)

    books.company.account(1500).balance -= 1
    assert any("account 1500" in problem for problem in problems)


def test_the_audit_finds_a_voucher_that_does_not_balance(books: Books) -> None:
    voucher = book(books.company, DAY, "Bilag", _lines(books))
    voucher.postings[0].amount += 1

    problems = audit(books.company)

    voucher.postings[0].amount -= 1
    assert f"voucher {voucher.id} does not sum to zero" in problems
