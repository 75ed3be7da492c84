"""Puts the booking-writer together."""

from __future__ import annotations

from services.booking_writer.handlers import BookingWriter
from shared.pipeline.service import Consumer, Service
from shared.pipeline.single import one_by_one
from shared.runtime.resources import Resources

QUEUE = "booking-writer"
CONCURRENCY = 8


def build(resources: Resources) -> Service:
    """Build the service from what the process has opened."""
    writer = BookingWriter(
        resources.store,
        resources.clock,
        sealer=resources.sealer,
        tripletex=resources.tripletex,
        ecpay=resources.ecpay,
        random=resources.random,
    )
    handler = one_by_one(writer, concurrency=CONCURRENCY)
    return Service(name=QUEUE, consumers=(Consumer(QUEUE, handler, batch=25, prefetch=50),))
