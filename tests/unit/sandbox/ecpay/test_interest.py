from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.sandbox.ecpay.interest import accrued, rate_on
from shared.faults import Misconfigured

TEN_THOUSAND = Decimal("10000.00")


def interest(since: str, until: str, principal: Decimal = TEN_THOUSAND) -> Decimal:
    return accrued([(date.fromisoformat(since), principal)], date.fromisoformat(until))


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2026-08-18", "50.34"), ("2026-09-10", "127.53"), ("2026-09-14", "140.96")],
)
def test_interest_of_the_worked_examples(until: str, expected: str) -> None:
    assert interest("2026-08-03", until) == Decimal(expected)


def test_interest_is_split_where_the_rate_changes() -> None:
    assert interest("2026-06-15", "2026-07-20") == Decimal("116.37")


def test_the_day_of_payment_bears_no_interest() -> None:
    assert interest("2026-08-03", "2026-08-03") == 0


def test_interest_follows_a_principal_that_changes() -> None:
    changes = [(date(2026, 8, 3), TEN_THOUSAND), (date(2026, 8, 18), Decimal(-4000))]

    total = accrued(changes, date(2026, 9, 3))

    assert total == Decimal("50.34") + Decimal("32.22")


def test_a_change_taken_back_leaves_no_trace() -> None:
    paid, taken_back = Decimal(-4000), Decimal(4000)
    day = date(2026, 8, 18)
    changes = [(date(2026, 8, 3), TEN_THOUSAND), (day, paid), (day, taken_back)]

    assert accrued(changes, date(2026, 9, 14)) == Decimal("140.96")


def test_no_interest_on_a_principal_that_is_paid() -> None:
    changes = [(date(2026, 8, 3), TEN_THOUSAND), (date(2026, 8, 10), -TEN_THOUSAND)]

    assert accrued(changes, date(2026, 9, 14)) == accrued(changes, date(2026, 8, 10))


def test_a_half_year_without_a_rate_fails_loudly() -> None:
    with pytest.raises(Misconfigured, match="2027-01-01"):
        interest("2026-12-01", "2027-01-02")


def test_an_announced_rate_is_used() -> None:
    rates = {date(2027, 1, 1): Decimal("11.75")}

    assert rate_on(date(2027, 3, 1), rates) == Decimal("11.75")
