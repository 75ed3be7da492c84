"""How fast one client's agreement may be called: 600 requests per minute, then 429.

Counts the calls of this process in a sliding minute. Other replicas are not seen, so a 429 stays
possible; the wait it asks for then holds back every call of the client in this process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.faults import Transient
from shared.providers.ecpay.problems import DEPENDENCY

PER_MINUTE = 600
_MINUTE = timedelta(minutes=1)
_SHORT = timedelta(seconds=2)
"""A call waits this long for its turn; beyond that the message is tried again later."""


class Pace:
    """The turn-taking of one client; safe to share between tasks."""

    def __init__(self, clock: Clock, per_minute: int = PER_MINUTE) -> None:
        self._clock = clock
        self._limit = per_minute
        self._calls: deque[datetime] = deque()
        self._held_until: datetime | None = None

    async def turn(self) -> None:
        """Count one call, after a short wait if that is enough.

        Raises:
            Transient: The minute is used up, or ECPay asked us to wait; says for how long.
        """
        wait = self._wait()
        if timedelta(0) < wait <= _SHORT:
            await asyncio.sleep(wait.total_seconds())
            wait = self._wait()
        if wait > timedelta(0):
            msg = f"ECPay takes {self._limit} calls a minute of one client; none is left now"
            raise Transient(msg, code="RATE_LIMITED", dependency=DEPENDENCY, retry_after=wait)
        self._calls.append(self._clock.now())

    def hold(self, wait: timedelta) -> None:
        """Hold every call back for as long as a 429 asked."""
        self._held_until = self._clock.now() + wait

    def _wait(self) -> timedelta:
        now = self._clock.now()
        while self._calls and self._calls[0] <= now - _MINUTE:
            self._calls.popleft()
        held = (self._held_until or now) - now
        full = len(self._calls) >= self._limit
        queued = self._calls[-self._limit] + _MINUTE - now if full else timedelta(0)
        return max(held, queued, timedelta(0))
