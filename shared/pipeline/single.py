"""Handlers that take one message at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from shared.pipeline.isolation import outcome_of
from shared.pipeline.outcomes import HandleOne, Handler, Incoming, Outcome


def one_by_one(handle_one: HandleOne, *, concurrency: int = 1) -> Handler:
    """Return a batch handler that handles each message by itself.

    What goes wrong with one message is that message's outcome only.

    Args:
        handle_one: Handles one message.
        concurrency: How many messages of a batch are handled at once.
    """

    async def handle(batch: Sequence[Incoming]) -> Sequence[Outcome]:
        places = asyncio.Semaphore(concurrency)

        async def one(incoming: Incoming) -> Outcome:
            async with places:
                return await outcome_of(lambda: handle_one(incoming))

        return await asyncio.gather(*(one(incoming) for incoming in batch))

    handle.__qualname__ = getattr(handle_one, "__qualname__", type(handle_one).__qualname__)
    return handle
