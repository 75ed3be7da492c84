from __future__ import annotations

from datetime import date

import pytest

from services.sandbox.ecpay.banking_days import (
    after_banking_days,
    banking_day_from,
    easter_sunday,
    is_banking_day,
)


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28)]
)
def test_easter_falls_where_the_almanac_says(year: int, month: int, day: int) -> None:
    assert easter_sunday(year) == date(year, month, day)


@pytest.mark.parametrize(
    "holiday",
    ["2026-04-02", "2026-04-03", "2026-04-06", "2026-05-14", "2026-05-25", "2026-05-01"],
)
def test_banks_rest_on_public_holidays(holiday: str) -> None:
    assert not is_banking_day(date.fromisoformat(holiday))


def test_banks_rest_on_weekends() -> None:
    assert banking_day_from(date(2026, 9, 5)) == date(2026, 9, 7)


def test_grace_over_easter_counts_only_banking_days() -> None:
    assert after_banking_days(date(2026, 4, 1), 2) == date(2026, 4, 8)
