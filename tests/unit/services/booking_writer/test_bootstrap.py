from __future__ import annotations

from services.booking_writer.bootstrap import build
from shared.runtime.resources import Resources
from shared.store import bookings, settlements
from shared.store.bookings import Booking, BookingState, Lease, Step, StepKind, StepState
from shared.store.engine import Store
from shared.store.outbox import counts
from shared.store.settlements import JudgedSettlement, SettlementState, content_digest
from tests.harness.building import STARTED
from tests.harness.settlement_makers import CLIENT, settlement

LEASE = Lease(CLIENT, "mine")


async def book_without_statement(store: Store) -> None:
    body = settlement()
    judged = JudgedSettlement(
        client_id=CLIENT,
        settlement_id=body.settlement_id,
        settlement_number=body.settlement_number,
        state=SettlementState.RECONCILED,
        content=content_digest(body),
        body=body,
        matches=(),
        broken_rules=(),
        judged_at=STARTED,
    )
    await store.commit(settlements.save(judged))
    await bookings.take_lease(store, LEASE, now=STARTED)
    booking = Booking(
        client_id=CLIENT,
        settlement_id=body.settlement_id,
        settlement_number=body.settlement_number,
        state=BookingState.BOOKED,
        booking_date=body.settlement_date,
        updated_at=STARTED,
        booked_at=STARTED,
    )
    await bookings.write_booking(store, LEASE, booking, now=STARTED)
    voucher = Step(
        client_id=CLIENT,
        settlement_id=body.settlement_id,
        key="ECPAY-1",
        kind=StepKind.RESIDUAL_VOUCHER,
        state=StepState.DONE,
        intended_at=STARTED,
    )
    await bookings.write_step(store, LEASE, voucher, now=STARTED)


async def test_a_tick_asks_once_for_every_missing_statement_and_waits_for_the_next(
    resources: Resources,
) -> None:
    await book_without_statement(resources.store)
    (ticker,) = build(resources).tickers

    more_at_once = await ticker.tick()

    assert not more_at_once
    assert (await counts(resources.store, now=STARTED)).due == 1


async def test_a_tick_asks_for_nothing_when_every_statement_is_there(resources: Resources) -> None:
    (ticker,) = build(resources).tickers

    await ticker.tick()

    assert (await counts(resources.store, now=STARTED)).due == 0
