from __future__ import annotations

from decimal import Decimal

import pytest

from services.sandbox.ecpay.cover import Parts
from services.sandbox.ecpay.settling import canonical, checksum, vat_on
from services.sandbox.ecpay.terms import Terms
from tests.harness.openapi import ecpay_contract

EXAMPLES = (
    "SettlementPaidInFull",
    "SettlementDirectPayment",
    "SettlementPartial",
    "SettlementReversal",
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_checksum_is_that_of_the_contracts_examples(name: str) -> None:
    settlement = ecpay_contract().example(name)

    assert checksum(settlement["lines"]["items"]) == settlement["checksum"]


def test_canonical_json_sorts_members_and_keeps_letters() -> None:
    assert canonical({"b": "ø", "a": None}) == '{"a":null,"b":"ø"}'.encode()


def test_vat_is_set_off_for_a_creditor_who_deducts_it() -> None:
    vat = vat_on(Decimal("638.00"), Terms("x"))

    assert (vat.amount, vat.set_off) == (Decimal("159.50"), Decimal("159.50"))


def test_a_fee_with_vat_in_it_holds_its_vat_and_sets_nothing_off() -> None:
    vat = vat_on(Decimal("750.00"), Terms("x"), includes_vat=True)

    assert (vat.base, vat.amount) == (Decimal("600.00"), Decimal("150.00"))
    assert vat.set_off == 0


def test_parts_are_negated_and_subtracted_by_component() -> None:
    parts = Parts(principal=Decimal("3362.00"), collection_fee=Decimal("600.00"))

    assert (-parts).total == Decimal("-3962.00")
    assert (parts - parts).total == 0
