"""Statements that were not ready when their settlement was booked.

A booking does not wait for its statement. Until it is attached, the settlement is sent through
the booking again now and then, where every step but the missing one is done; after two weeks a
person is asked instead.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta

from shared.messages.catalog import AnyEvent
from shared.store import bookings, settlements
from shared.store.bookings import Booking
from shared.store.engine import Store
from shared.store.outbox import enqueue

EVERY = timedelta(minutes=30)
PATIENCE = timedelta(days=14)


async def ask_again(store: Store, *, moment: datetime, now: datetime) -> None:
    """Queue every booking whose statement is missing once more.

    Args:
        store: Where bookings and outbox are.
        moment: What tells one asking from another.
        now: The present instant.
    """
    late = await bookings.without_statement(store, since=now - PATIENCE - EVERY)
    messages = [one async for one in _messages(store, late, moment)]
    await enqueue(store, messages, now=now)


def slot(now: datetime) -> datetime:
    """Return the start of the half hour: replicas that tick in it ask the same."""
    return now - timedelta(seconds=now.timestamp() % EVERY.total_seconds())


def is_overdue(booking: Booking, now: datetime) -> bool:
    """Tell whether it is time to ask a person for the statement of a booking."""
    return booking.booked_at is not None and now - booking.booked_at >= PATIENCE


async def _messages(
    store: Store, late: Iterable[Booking], moment: datetime
) -> AsyncIterator[AnyEvent]:
    for booking in late:
        judged = await settlements.find(store, booking.client_id, booking.settlement_id)
        if judged is not None:
            mark = f":statement {moment.isoformat()}"
            yield settlements.to_booking(judged, now=moment, mark=mark)
