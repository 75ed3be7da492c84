"""Every rule of a posted voucher, in the words recorded from the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.sandbox.tripletex.chart import VAT_BY_ID
from services.sandbox.tripletex.ledger import Line
from services.sandbox.tripletex.voucher_rules import NO_POSTINGS, ROW_ZERO, complaints
from tests.harness.books import Books

DAY = date(2026, 5, 13)


def _line(books: Books, row: int, account: int, gross: int) -> Line:
    return Line(books.company.account(account), gross, row=row)


def _said(books: Books, *lines: Line) -> list[tuple[str | None, str]]:
    return [(c.field, c.message) for c in complaints(books.company, lines, DAY)]


def test_a_good_voucher_is_not_complained_about(books: Books) -> None:
    assert _said(books, _line(books, 1, 1579, 100), _line(books, 2, 3900, -100)) == []


def test_a_voucher_needs_postings(books: Books) -> None:
    assert _said(books) == [("postings", NO_POSTINGS)]


def test_row_0_is_the_systems(books: Books) -> None:
    said = _said(books, _line(books, 0, 1579, 100), _line(books, 1, 3900, -100))

    assert said == [("postings.row", ROW_ZERO)]


def test_rows_have_no_gaps(books: Books) -> None:
    rows = (1, 2, 4)

    said = _said(books, *(_line(books, row, 1579, 0) for row in rows))

    text = (
        "Det mangler posteringer for rad 3. Radnumrene må starte på 1 og fortsette i stigende "
        "rekkefølge uten mellomrom."
    )
    assert said == [("postings", text)]


def test_a_voucher_balances_on_each_date(books: Books) -> None:
    second = replace(_line(books, 2, 3900, -100), date=date(2026, 5, 14))

    said = _said(books, _line(books, 1, 1579, 100), second)

    assert [message for _, message in said] == [
        "Summen av posteringene for 2026-05-13 er ikke lik 0.",
        "Summen av posteringene for 2026-05-14 er ikke lik 0.",
    ]


def test_a_pair_has_opposite_signs(books: Books) -> None:
    pair = _line(books, 1, 1579, 100), _line(books, 1, 3900, 100)

    said = _said(books, *pair, _line(books, 2, 1579, -200))

    text = "Posteringene på rad (guiRow) 1 kan ikke ha samme fortegn."
    assert said == [("Internt felt (position)", text)]


def test_a_pair_has_equal_amounts(books: Books) -> None:
    pair = _line(books, 1, 1579, 6_772_000), _line(books, 1, 3900, -8_465_000)

    said = _said(books, *pair, _line(books, 2, 1579, 1_693_000))

    text = "Beløpene 67720 og -84650 på rad 1 må til sammen være 0."
    assert said == [("postings.amountGross", text)]


def test_a_pair_has_one_description(books: Books) -> None:
    first = replace(_line(books, 1, 1579, 100), description="a")

    said = _said(books, first, _line(books, 1, 3900, -100))

    assert said == [("postings.description", "Beskrivelsene på rad 1 må være like.")]


def test_a_pair_has_one_party(books: Books) -> None:
    first = replace(_line(books, 1, 1500, 100), customer=books.customer)

    said = _said(books, first, _line(books, 1, 3900, -100))

    text = "Debet- og kreditposteringer på samme rad kan ikke ha ulike dimensjoner."
    assert said == [("postings.customer.id", text)]


@pytest.mark.parametrize(
    ("account", "field", "message"),
    [
        (1500, "postings.customer.id", "Kunde mangler."),
        (2400, "postings.supplier.id", "Leverandør mangler."),
        (2910, "postings.employee.id", "Ansatt mangler."),
    ],
)
def test_a_ledger_account_needs_its_party(
    books: Books, account: int, field: str, message: str
) -> None:
    said = _said(books, _line(books, 1, account, 100), _line(books, 2, 3900, -100))

    assert said == [(field, message)]


def test_a_locked_account_keeps_its_vat_type(books: Books) -> None:
    locked = replace(_line(books, 1, 3900, -100), vat_type=VAT_BY_ID[7])

    said = _said(books, locked, _line(books, 2, 1579, 100))

    text = (
        "Kontoen 3900 Annen driftsrelatert inntekt er låst til mva-kode 0: "
        "Ingen avgiftsbehandling."
    )
    assert said == [("postings.vatType.id", text)]


def test_a_free_account_takes_legal_vat_types_only(books: Books) -> None:
    fee = replace(_line(books, 1, 6790, 100), vat_type=VAT_BY_ID[3])

    said = _said(books, fee, _line(books, 2, 1579, -100))

    assert said == [("postings.vatType.id", "Ugyldig mva-kode.")]


@pytest.mark.parametrize(
    ("flag", "field"),
    [
        ("requires_department", "postings.department.id"),
        ("requires_project", "postings.project.id"),
    ],
)
def test_an_account_may_require_a_dimension(books: Books, flag: str, field: str) -> None:
    setattr(books.company.account(6790), flag, True)

    said = _said(books, _line(books, 1, 6790, 100), _line(books, 2, 1579, -100))

    assert [name for name, _ in said] == [field]
