"""The intent journal and its lease, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.faults import NotYet
from shared.store import bookings
from shared.store.bookings import (
    LEASE,
    Booking,
    BookingState,
    Lease,
    Step,
    StepKind,
    StepState,
    give_back,
    take_lease,
    write_booking,
    write_step,
)
from shared.store.engine import Store
from tests.harness.settlement_makers import CLIENT, NOON, kroner

MINE, OTHER = Lease(CLIENT, "mine"), Lease(CLIENT, "other")
STEP = Step(
    client_id=CLIENT,
    settlement_id="stl_1",
    key="lin_1",
    kind=StepKind.INVOICE_PAYMENT,
    state=StepState.INTENDED,
    intended_at=NOON,
    invoice_id=2147541923,
    amount=kroner("-3362.10"),
    booking_date=date(2026, 9, 14),
    seen={"postings": [1, 2]},
)


async def test_one_of_many_workers_gets_the_lease(store: Store) -> None:
    leases = [Lease(CLIENT, f"worker {number}") for number in range(4)]

    results = await asyncio.gather(
        *(take_lease(store, lease, now=NOON) for lease in leases), return_exceptions=True
    )

    assert [type(one) for one in results if one is not None] == [NotYet] * 3


async def test_a_lease_that_was_given_back_can_be_taken(store: Store) -> None:
    await take_lease(store, MINE, now=NOON)

    await give_back(store, MINE)

    await take_lease(store, OTHER, now=NOON)


async def test_giving_back_a_lost_lease_leaves_the_others_alone(store: Store) -> None:
    await take_lease(store, MINE, now=NOON)
    await take_lease(store, OTHER, now=NOON + LEASE)

    await give_back(store, MINE)

    with pytest.raises(NotYet):
        await take_lease(store, MINE, now=NOON + LEASE)


async def test_a_step_renews_the_lease(store: Store) -> None:
    await take_lease(store, MINE, now=NOON)

    await write_step(store, MINE, STEP, now=NOON + timedelta(seconds=60))

    with pytest.raises(NotYet):
        await take_lease(store, OTHER, now=NOON + LEASE)


async def test_a_step_without_the_lease_is_not_written(store: Store) -> None:
    await take_lease(store, OTHER, now=NOON)

    with pytest.raises(NotYet):
        await write_step(store, MINE, STEP, now=NOON)

    assert await bookings.steps(store, CLIENT, "stl_1") == []


async def test_a_completed_step_replaces_its_intent(store: Store) -> None:
    await take_lease(store, MINE, now=NOON)
    done = replace(STEP, state=StepState.DONE, found={"postings": [3]}, done_at=NOON)

    await write_step(store, MINE, STEP, now=NOON)
    await write_step(store, MINE, done, now=NOON)

    assert await bookings.steps(store, CLIENT, "stl_1") == [done]
    assert await bookings.payments_on(store, CLIENT, 2147541923) == [done]


async def test_a_booking_is_read_back_as_it_was_written(store: Store) -> None:
    await take_lease(store, MINE, now=NOON)
    booking = Booking(
        client_id=CLIENT,
        settlement_id="stl_1",
        settlement_number=1,
        state=BookingState.HELD,
        booking_date=date(2026, 9, 14),
        updated_at=NOON,
        reason="the books are closed",
    )

    await write_booking(store, MINE, booking, now=NOON)

    assert await bookings.find(store, CLIENT, "stl_1") == booking
    assert await bookings.states(store, CLIENT, ["stl_1", "stl_2"]) == [booking]
