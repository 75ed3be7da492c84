"""Idempotency keys."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from shared.providers.ecpay.keys import idempotency_key
from shared.providers.ecpay.requests import PaymentCreate


def payment(reference: str = "tt:1:posting:7", amount: str = "10.00") -> PaymentCreate:
    return PaymentCreate(
        payment_reference=reference,
        claim_reference="tt:1:inv:1",
        amount=Decimal(amount),
        currency="NOK",
        payment_date=date(2026, 9, 10),
    )


def test_the_same_content_gives_the_same_key() -> None:
    assert idempotency_key("payments", [payment()]) == idempotency_key("payments", [payment()])


def test_other_content_order_operation_or_refusals_give_other_keys() -> None:
    first, second = payment(), payment("tt:1:posting:8")

    keys = {
        idempotency_key("payments", [first, second]),
        idempotency_key("payments", [second, first]),
        idempotency_key("payments", [first]),
        idempotency_key("payments", [payment(amount="10.01")]),
        idempotency_key("credits", [first]),
        idempotency_key("payments", [first], refusals=1),
    }

    assert len(keys) == 6


def test_a_key_fits_the_header() -> None:
    assert re.fullmatch(r"[\x21-\x7e]{1,128}", idempotency_key("payments", [payment()]))
