"""Decisions on payments under a lock, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from services.payment_reconciler.origins import decide_payment
from shared.faults import Fault
from shared.messages.ids import InvoiceId
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from shared.store.engine import Store
from shared.store.payments import DecidedPayment, Decision, decide, forwarded_on, payments_of
from tests.harness.settlement_makers import CLIENT, NOON, kroner

CLAIM = "tt:4711:inv:1"


def payment(reference: str, origin: PaymentOrigin = PaymentOrigin.TRIPLETEX) -> Payment:
    return Payment(
        client_id=CLIENT,
        claim_reference=CLAIM,
        invoice_id=InvoiceId(1),
        payment_reference=reference,
        amount=kroner("1000.10"),
        currency="NOK",
        payment_date=date(2026, 9, 10),
        received_by=ReceivedBy.CREDITOR,
        origin=origin,
        observed_at=NOON,
    )


def choose(of: Payment, known: Sequence[DecidedPayment]) -> DecidedPayment | Fault:
    return decide_payment(of, known, now=NOON)


async def decided(store: Store, *payments: Payment) -> list[Decision]:
    found = await decide(store, payments, choose, now=NOON)
    return [one.decision for one in found if isinstance(one, DecidedPayment)]


async def test_a_decision_is_read_back_as_it_was_made(store: Store) -> None:
    (made,) = await decide(store, [payment("p:1")], choose, now=NOON)

    (read,) = await payments_of(store, CLIENT, CLAIM)

    assert made == read


async def test_a_second_attempt_keeps_the_first_decision(store: Store) -> None:
    await decided(store, payment("p:1"))

    again = await decided(store, payment("shop:1", PaymentOrigin.EXTERNAL), payment("p:1"))

    assert again == [Decision.KNOWN, Decision.FORWARDED]


async def test_two_workers_tell_the_same_money_once(store: Store) -> None:
    sightings = [payment("p:1"), payment("shop:1", PaymentOrigin.EXTERNAL)]

    found = await asyncio.gather(*(decided(store, one) for one in sightings))

    assert sorted(decision for one in found for decision in one) == [
        Decision.FORWARDED,
        Decision.KNOWN,
    ]
    assert len(await forwarded_on(store, CLIENT, [CLAIM])) == 1


async def test_many_workers_on_many_claims_do_not_block_each_other(store: Store) -> None:
    batches = [[payment(f"p:{worker}:{number}") for number in range(5)] for worker in range(4)]

    found = await asyncio.gather(*(decided(store, *batch) for batch in batches))

    assert [len(one) for one in found] == [5] * 4
