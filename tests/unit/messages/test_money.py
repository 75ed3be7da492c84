from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.messages.money import Money, grouped, to_ore

amounts = st.decimals(-(10**9), 10**9, places=2)


def test_json_carries_a_string_with_two_places() -> None:
    money = Money(amount=Decimal("1234.5"))

    assert money.model_dump_json() == '{"amount":"1234.50","currency":"NOK"}'


@pytest.mark.parametrize(
    "amount", ["0.001", "NaN", "Infinity", "1e13"], ids=["three places", "nan", "inf", "huge"]
)
def test_what_is_not_money_is_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount=Decimal(amount))


def test_two_currencies_are_never_added() -> None:
    kroner, euro = Money(amount=Decimal(1)), Money(amount=Decimal(1), currency="EUR")

    with pytest.raises(ValueError, match="NOK and EUR"):
        kroner + euro


def test_half_an_ore_rounds_up() -> None:
    assert to_ore(Decimal("0.005")) == Decimal("0.01")


def test_nothing_has_no_sign() -> None:
    assert str(Money(amount=Decimal("-0.00"))) == "0.00 NOK"


@given(left=amounts, right=amounts)
def test_what_is_added_can_be_taken_away(left: Decimal, right: Decimal) -> None:
    first, second = Money(amount=left), Money(amount=right)

    assert (first + second) - second == first


@given(amount=amounts)
def test_money_survives_json(amount: Decimal) -> None:
    money = Money(amount=amount)

    assert Money.model_validate_json(money.model_dump_json()) == money


def test_people_read_thousands_apart() -> None:
    assert grouped(Decimal("1234567.5")) == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567.50"
