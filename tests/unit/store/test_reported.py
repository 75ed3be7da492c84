"""Reported payments and credits: what ECPay knows is never replaced by anything less."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shared.store.engine import Store
from shared.store.reported import (
    CreditState,
    PaymentState,
    credits_on,
    find_credits,
    find_payments,
    payments_on,
    reverse_payment,
    save_credit,
    save_payment,
)
from tests.harness.forwarded_rows import CREDIT, NOW, PAYMENT, TODAY


async def test_a_payment_is_found_by_itself_and_by_its_claim(sqlite_store: Store) -> None:
    await sqlite_store.commit([save_payment(PAYMENT)])

    assert await find_payments(sqlite_store, "acme", {"p:1"}) == {"p:1": PAYMENT}
    assert await payments_on(sqlite_store, "acme", {"c:1"}) == (PAYMENT,)
    assert await payments_on(sqlite_store, "acme", ()) == ()


@pytest.mark.parametrize("first", [PaymentState.REPORTED, PaymentState.BEFORE])
async def test_what_ecpay_knows_of_a_payment_stays(
    sqlite_store: Store, first: PaymentState
) -> None:
    known = replace(PAYMENT, state=first)

    await sqlite_store.commit([save_payment(known)])
    await sqlite_store.commit([save_payment(replace(PAYMENT, state=PaymentState.REFUSED))])
    await sqlite_store.commit([save_payment(replace(PAYMENT, amount=Decimal("1.00")))])

    assert await payments_on(sqlite_store, "acme", {"c:1"}) == (known,)


async def test_a_reversed_payment_stays_reversed(sqlite_store: Store) -> None:
    await sqlite_store.commit([save_payment(PAYMENT)])
    await sqlite_store.commit([reverse_payment("acme", "p:1", on=TODAY, now=NOW)])

    await sqlite_store.commit([save_payment(PAYMENT)])

    (kept,) = await payments_on(sqlite_store, "acme", {"c:1"})
    assert (kept.state, kept.reversed_on) == (PaymentState.REVERSED, TODAY)


async def test_a_refused_payment_may_be_reported_later(sqlite_store: Store) -> None:
    refused = replace(PAYMENT, state=PaymentState.REFUSED, refusals=1)

    await sqlite_store.commit([save_payment(refused), save_payment(PAYMENT)])

    assert await payments_on(sqlite_store, "acme", {"c:1"}) == (PAYMENT,)


async def test_a_reported_credit_stays(sqlite_store: Store) -> None:
    await sqlite_store.commit([save_credit(CREDIT)])
    await sqlite_store.commit([save_credit(replace(CREDIT, state=CreditState.REFUSED))])

    assert await find_credits(sqlite_store, "acme", {"k:1"}) == {"k:1": CREDIT}
    assert await credits_on(sqlite_store, "acme", {"c:1"}) == (CREDIT,)
