"""Waiting for a database that does not answer, with the deliveries in hand.

Giving them back instead would count as a failed delivery on RabbitMQ before 4.3, and an outage
would then fill the dead letters with messages that nothing is wrong with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from shared.faults import Fault, Retryable

FIRST_SECONDS = 0.05
CEILING_SECONDS = 5.0

Result = TypeVar("Result")

_log = structlog.get_logger()


class Interrupted(Exception):
    """The process is to stop before the database answered."""


class Patience:
    """Does something until the database lets it happen.

    Args:
        stopping: Ends every wait.
        held: Is told of every wait.
    """

    def __init__(self, stopping: asyncio.Event, held: Callable[[], None]) -> None:
        self._stopping = stopping
        self._held = held

    async def __call__(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do something that is safe to repeat.

        Raises:
            Interrupted: The process is to stop.
        """
        seconds = FIRST_SECONDS
        while True:
            try:
                return await work()
            except Retryable as fault:
                _tell(fault, seconds)
            self._held()
            if await _set_within(self._stopping, seconds):
                raise Interrupted
            seconds = min(seconds * 2, CEILING_SECONDS)


def _tell(fault: Fault, seconds: float) -> None:
    _log.warning(
        "holding a batch until the database answers",
        code=fault.code,
        reason=fault.message,
        wait_seconds=seconds,
    )


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
