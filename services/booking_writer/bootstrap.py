"""Puts the booking-writer together."""

from __future__ import annotations

from services.booking_writer.handlers import BookingWriter
from services.booking_writer.late_statements import EVERY, ask_again, slot
from services.booking_writer.turns import in_turns
from shared.pipeline.service import Consumer, Service, Ticker
from shared.runtime.resources import Resources

QUEUE = "booking-writer"
CLIENTS_AT_ONCE = 8


def build(resources: Resources) -> Service:
    """Build the service from what the process has opened."""
    store, clock = resources.store, resources.clock
    writer = BookingWriter(
        store,
        clock,
        sealer=resources.sealer,
        tripletex=resources.tripletex,
        ecpay=resources.ecpay,
        random=resources.random,
    )
    handler = in_turns(writer, clients=CLIENTS_AT_ONCE)

    async def look() -> None:
        await ask_again(store, moment=clock.now(), now=clock.now())

    async def tick() -> bool:
        await ask_again(store, moment=slot(clock.now()), now=clock.now())
        return False  # all of them were asked for

    return Service(
        name=QUEUE,
        consumers=(Consumer(QUEUE, handler, batch=25, prefetch=50),),
        tickers=(Ticker("late-statements", EVERY, tick),),
        round=look,
    )
