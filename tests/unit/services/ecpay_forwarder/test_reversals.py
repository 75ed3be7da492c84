"""Taking payments back when the payment or the day is not as it should be."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.messages.invoices import EarlierPayment
from shared.pipeline.outcomes import Done
from shared.store.reported import PaymentState, find_payments
from tests.harness.forwarding import Forwarding, credited, direct, direct_reversed, overdue

PAID = "tt:4711:posting:7"
CLAIM = "tt:4711:inv:1"


@pytest.fixture
async def paid(forwarding: Forwarding) -> Forwarding:
    await forwarding.settle(overdue())
    await forwarding.settle(direct())
    return forwarding


async def state(forwarding: Forwarding) -> PaymentState:
    return (await find_payments(forwarding.store, "acme", {PAID}))[PAID].state


async def test_a_payment_from_before_the_hand_over_is_taken_back_by_a_person(
    forwarding: Forwarding,
) -> None:
    before = EarlierPayment(
        payment_reference=PAID, payment_date=date(2026, 8, 1), amount=Decimal("4000.00")
    )
    await forwarding.settle(overdue(outstanding=Decimal("6000.00"), payments_before=(before,)))

    (outcome,) = await forwarding.settle(direct_reversed())

    assert isinstance(outcome, Done)
    assert forwarding.office.fake.calls("/reversal") == []
    (task,) = await forwarding.tasks()
    assert task.amount == Decimal("4000.00")


async def test_a_reversal_dated_in_the_future_is_reported_on_its_day(paid: Forwarding) -> None:
    await paid.settle(direct_reversed(payment_date=date(2026, 8, 20)))
    nothing_yet = paid.office.fake.calls("/reversal")
    paid.clock.advance(timedelta(days=2))

    await paid.settle(*await paid.due())

    assert nothing_yet == []
    assert await state(paid) is PaymentState.REVERSED


async def test_a_date_that_only_ecpay_finds_early_is_tried_again_tomorrow(
    paid: Forwarding,
) -> None:
    fake = paid.office.fake
    fake.refusals[PAID] = "DATE_IN_FUTURE"
    await paid.settle(direct_reversed())
    fake.refusals.clear()
    paid.clock.advance(timedelta(days=1))

    await paid.settle(*await paid.due())

    assert await state(paid) is PaymentState.REVERSED
    assert await paid.tasks() == []


async def test_what_follows_a_claim_that_waits_comes_again_tomorrow(
    forwarding: Forwarding,
) -> None:
    forwarding.office.fake.refusals[CLAIM] = "NOT_OVERDUE_ENOUGH"
    await forwarding.settle(overdue())

    outcomes = await forwarding.settle(direct_reversed(), credited())
    forwarding.clock.advance(timedelta(days=1))

    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert len(await forwarding.due()) == 3
