"""A whole batch of the forwarder's rows in one commit, on both databases."""

from __future__ import annotations

from dataclasses import replace

from shared.store.claims import ClaimState, claims_of, save_claim
from shared.store.engine import Store
from shared.store.reported import (
    CreditState,
    PaymentState,
    credits_on,
    payments_on,
    reverse_payment,
    save_credit,
    save_payment,
)
from tests.harness.forwarded_rows import CLAIM, CREDIT, NOW, PAYMENT, TODAY

MANY = range(1, 201)


async def test_two_hundred_claims_are_kept_and_none_is_undone(store: Store) -> None:
    claims = [replace(CLAIM, invoice_id=one, claim_reference=f"c:{one}") for one in MANY]
    undone = [replace(one, state=ClaimState.REJECTED) for one in claims]

    await store.commit([save_claim(one) for one in claims])
    await store.commit([save_claim(one) for one in undone])

    assert await claims_of(store, "acme") == tuple(claims)


async def test_two_hundred_payments_are_kept_and_taken_back(store: Store) -> None:
    payments = [replace(PAYMENT, payment_reference=f"p:{one}") for one in MANY]
    refused = [replace(one, state=PaymentState.REFUSED) for one in payments]

    await store.commit([save_payment(one) for one in (*refused, *payments, *refused)])
    await store.commit(
        [reverse_payment("acme", one.payment_reference, on=TODAY, now=NOW) for one in payments]
    )

    states = {one.state for one in await payments_on(store, "acme", {"c:1"})}
    assert states == {PaymentState.REVERSED}


async def test_two_hundred_credits_are_kept_and_none_is_undone(store: Store) -> None:
    credits_ = [replace(CREDIT, credit_reference=f"k:{one}") for one in MANY]

    await store.commit([save_credit(one) for one in credits_])
    await store.commit([save_credit(replace(one, state=CreditState.REFUSED)) for one in credits_])

    assert {one.state for one in await credits_on(store, "acme", {"c:1"})} == {
        CreditState.REPORTED
    }
