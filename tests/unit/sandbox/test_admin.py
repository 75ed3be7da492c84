from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.sandbox.admin import AdminRefused, amount_of, day_of

TODAY = date(2026, 11, 2)


def test_a_date_is_read() -> None:
    assert day_of({"date": "2026-11-03"}, "date") == date(2026, 11, 3)


def test_a_date_left_out_is_the_default() -> None:
    assert day_of({}, "date", TODAY) == TODAY


@pytest.mark.parametrize("given", [None, "tomorrow", 3])
def test_anything_else_is_no_date(given: object) -> None:
    with pytest.raises(AdminRefused, match="date"):
        day_of({"date": given}, "date")


def test_an_amount_is_read_exactly() -> None:
    assert amount_of({"amount": "9981.46"}, "amount") == Decimal("9981.46")


def test_a_word_is_no_amount() -> None:
    with pytest.raises(AdminRefused, match="amount"):
        amount_of({"amount": "much"}, "amount")
