from __future__ import annotations

import pytest

from services.sandbox.tripletex.chart import VAT_BY_ID
from services.sandbox.tripletex.vat import NO_SPLIT, vat_of
from tests.harness.books import Books


@pytest.mark.parametrize(
    ("vat_id", "account", "vat"),
    [(1, 2710, 2500), (11, 2711, 1630), (12, 2712, 1339), (3, 2700, 2500), (550, 2700, 2500)],
)
def test_vat_is_within_the_gross_amount(books: Books, vat_id: int, account: int, vat: int) -> None:
    split = vat_of(books.company, books.company.account(6790), VAT_BY_ID[vat_id], 12_500)

    assert (split.account and split.account.number, split.amount) == (account, vat)


@pytest.mark.parametrize("vat_id", [0, 5, 6, 13, 34])
def test_other_types_split_nothing(books: Books, vat_id: int) -> None:
    split = vat_of(books.company, books.company.account(6790), VAT_BY_ID[vat_id], 12_500)

    assert split == NO_SPLIT


def test_a_company_outside_vat_has_only_code_0(books: Books) -> None:
    company = books.world.add_company("Lag", vat_registered=False)

    assert company.account(6790).vat_locked
    assert [vat_type.id for vat_type in company.account(6790).legal_vat_types] == [0]
