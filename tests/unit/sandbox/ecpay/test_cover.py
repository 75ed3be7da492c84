from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sandbox.ecpay.cover import Parts, allocate, check_order, money, share
from services.sandbox.ecpay.terms import Terms
from shared.faults import Misconfigured

ORDER = Terms("x").coverage_order
OWED = Parts(
    principal=Decimal("10000.00"),
    interest=Decimal("140.96"),
    reminder_fee=Decimal("38.00"),
    collection_fee=Decimal("600.00"),
)
ore = st.integers(0, 3_000_000).map(lambda amount: Decimal(amount) / 100)


def test_costs_are_covered_before_principal() -> None:
    covered = allocate(Decimal("4000.00"), OWED, ORDER)

    assert covered.principal == Decimal("3362.00")
    assert covered.interest == 0
    assert covered.reminder_fee + covered.collection_fee == Decimal("638.00")


def test_money_beyond_the_claim_is_overpayment() -> None:
    assert allocate(Decimal("11278.96"), OWED, ORDER).overpayment == Decimal("500.00")


@given(amount=ore)
def test_every_ore_is_allocated_and_nothing_beyond_what_is_owed(amount: Decimal) -> None:
    covered = allocate(amount, OWED, ORDER)

    assert covered.total == amount
    assert covered.principal <= OWED.principal


@given(
    amount=ore,
    percent=st.integers(0, 100).map(Decimal),
    own=st.integers(0, 38).map(Decimal),
)
def test_client_and_agency_share_all_of_every_component(
    amount: Decimal, percent: Decimal, own: Decimal
) -> None:
    covered = allocate(amount, OWED, ORDER)
    raised = min(own, covered.reminder_fee)

    client = share(covered, {"reminder_fee": percent}, raised_by_client=raised)

    agency = covered - client
    assert client.total + agency.total == amount
    assert raised <= client.reminder_fee <= covered.reminder_fee


def test_letters_of_the_client_belong_to_the_client() -> None:
    fees = Parts(reminder_fee=Decimal("76.00"))

    client = share(fees, {"reminder_fee": Decimal(0)}, raised_by_client=Decimal("38.00"))

    assert client.reminder_fee == Decimal("38.00")


def test_zero_is_written_without_a_sign() -> None:
    assert money(-Decimal("0.00")) == "0.00"


@pytest.mark.parametrize("order", [ORDER[1:], (*ORDER, "principal"), (*ORDER[1:], "tips")])
def test_a_cover_order_names_every_component_once(order: tuple[str, ...]) -> None:
    with pytest.raises(Misconfigured, match="once"):
        check_order(order)
