"""Payments through the reconciler: told to ECPay once, or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.faults import NotYet
from shared.messages.catalog import PAYMENT_RECEIVED, PAYMENT_REVERSED, AnyEvent, EventType, event
from shared.messages.ids import InvoiceId
from shared.messages.payments import Payment, PaymentOrigin, ReceivedBy
from tests.harness.settlement_makers import CLIENT, NOON, kroner
from tests.harness.settling import SettlingDesk

REFERENCE = "tt:4711:posting:1"


def seen(kind: EventType = PAYMENT_RECEIVED, **given: Any) -> AnyEvent:
    values: dict[str, Any] = {
        "client_id": CLIENT,
        "claim_reference": "tt:4711:inv:900123",
        "invoice_id": InvoiceId(900123),
        "payment_reference": REFERENCE,
        "amount": kroner(1000),
        "currency": "NOK",
        "payment_date": date(2026, 9, 10),
        "received_by": ReceivedBy.CREDITOR,
        "origin": PaymentOrigin.TRIPLETEX,
        "observed_at": NOON,
    }
    body = Payment(**values | given)
    return event(kind, body, subject=body.payment_reference, system="tripletex", time=NOON)


def reversal(**given: Any) -> AnyEvent:
    given = {"payment_reference": "tt:4711:posting:2", "reverses": REFERENCE} | given
    return seen(PAYMENT_REVERSED, **given)


async def test_money_of_the_creditor_goes_on(settling: SettlingDesk) -> None:
    await settling.run(seen())

    assert settling.names() == ["payments.direct"]


async def test_money_of_the_collector_stays(settling: SettlingDesk) -> None:
    await settling.run(seen(received_by=ReceivedBy.AGENCY))

    assert settling.names() == []


async def test_the_same_payment_again_gives_the_same_message(settling: SettlingDesk) -> None:
    await settling.run(seen())
    settling.forget()

    await settling.run(seen())

    first, second = settling.told
    assert first.id == second.id


async def test_money_told_by_another_system_is_told_once(settling: SettlingDesk) -> None:
    told = seen(payment_reference="shop:1", origin=PaymentOrigin.EXTERNAL)

    await settling.run(told, seen())

    assert settling.names() == ["payments.direct"]


async def test_a_reversal_waits_for_its_payment(settling: SettlingDesk) -> None:
    await settling.run(reversal(), seen())

    assert settling.names() == ["payments.direct", "payments.direct-reversed"]


async def test_a_reversal_of_nothing_fails_in_the_end(settling: SettlingDesk) -> None:
    await settling.run(reversal())

    assert [type(fault) for fault in settling.faults] == [NotYet]


async def test_a_reversal_names_what_ecpay_was_told(settling: SettlingDesk) -> None:
    told = seen(payment_reference="shop:1", origin=PaymentOrigin.EXTERNAL)

    await settling.run(told, seen(), reversal())

    assert settling.told[-1].data.reverses == "shop:1"


async def test_a_batch_decides_payments_before_their_reversals(settling: SettlingDesk) -> None:
    outcomes = await settling.reconcile(reversal(), seen())

    kinds = [outcome.messages[0].type for outcome in outcomes]
    assert kinds == ["no.restanse.payment.direct-reversed.v1", "no.restanse.payment.direct.v1"]
