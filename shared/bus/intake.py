"""Deliveries that have arrived and wait to be taken in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from shared.bus.port import Delivery


class Intake:
    """What a subscription has received and nobody has taken yet.

    Belongs to one event loop. Several tasks may take batches; they take turns, so every batch is
    a run of deliveries in the order of their arrival. A cancelled taker loses nothing.
    """

    def __init__(self) -> None:
        self._waiting: deque[Delivery] = deque()
        self._turn = asyncio.Lock()
        self._enough: asyncio.Future[None] | None = None
        self._wanted = 1
        self._stopped = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, delivery: Delivery) -> None:
        """Add a delivery that arrived."""
        self._waiting.append(delivery)
        if self._enough is not None and len(self._waiting) >= self._wanted:
            self._wake()

    def stop(self) -> None:
        """Expect no more; whoever waits gets what is here."""
        self._stopped = True
        self._wake()

    def clear(self) -> Sequence[Delivery]:
        """Take everything away: those deliveries will come again, over another connection."""
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken

    async def batch(self, *, size: int, linger: float) -> Sequence[Delivery]:
        """Wait for a first delivery, then for more, at most ``linger`` seconds.

        Returns nothing only when it is stopped: what is taken away during the wait is waited for
        again.
        """
        async with self._turn:
            await self._arrived(size, linger)
            while not self._waiting and not self._stopped:
                await self._arrived(size, linger)
            return [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]

    async def _arrived(self, size: int, linger: float) -> None:
        while not self._waiting and not self._stopped:
            await self._wait_for(1, None)
        if linger > 0 and len(self._waiting) < size and not self._stopped:
            await self._wait_for(size, linger)

    async def _wait_for(self, wanted: int, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._wanted, self._enough = wanted, loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, self._wake)
        try:
            await self._enough
        finally:
            self._enough = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._enough is not None and not self._enough.done():
            self._enough.set_result(None)
