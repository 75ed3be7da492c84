from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.sandbox.ecpay.costs import base_rate_on, collection_fee, letter_fee
from shared.faults import Misconfigured

DAY = date(2026, 9, 4)


def fee(principal: str, *, business: bool = False, vat_registered: bool = True) -> Decimal:
    return collection_fee(
        Decimal(principal), DAY, business=business, vat_registered=vat_registered
    )


@pytest.mark.parametrize(
    ("principal", "simple", "with_vat", "of_business"),
    [
        ("500.00", "187.50", "234.38", "281.25"),
        ("1000.00", "262.50", "328.13", "393.75"),
        ("2500.00", "300.00", "375.00", "450.00"),
        ("10000.00", "600.00", "750.00", "900.00"),
        ("50000.00", "1200.00", "1500.00", "1800.00"),
        ("250000.00", "2700.00", "3375.00", "4050.00"),
        ("250000.01", "5400.00", "6750.00", "8100.00"),
    ],
)
def test_fees_are_those_of_the_table_of_2026(
    principal: str, simple: str, with_vat: str, of_business: str
) -> None:
    assert fee(principal) == Decimal(simple)
    assert fee(principal, vat_registered=False) == Decimal(with_vat)
    assert fee(principal, business=True) == Decimal(of_business)


def test_a_band_begins_above_its_limit() -> None:
    assert fee("10000.01") == Decimal("1200.00")


@pytest.mark.parametrize(("day", "expected"), [("2025-12-31", 35), ("2026-01-01", 38)])
def test_a_letter_costs_a_twentieth_in_whole_kroner_up(day: str, expected: int) -> None:
    assert letter_fee(date.fromisoformat(day)) == expected


def test_a_day_before_the_known_rates_fails_loudly() -> None:
    with pytest.raises(Misconfigured):
        base_rate_on(date(2019, 12, 31))
