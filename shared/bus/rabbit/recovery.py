"""Keep a connection open: dial again after a loss, with backoff and full jitter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

import structlog

from shared.bus.rabbit.address import Address
from shared.bus.rabbit.line import Line, dial
from shared.bus.signals import Observe, Signal
from shared.faults import Fault, Outage

FIRST_WAIT: Final = 0.2
LONGEST_WAIT: Final = 5.0
PATIENCE: Final = 2.0

log = structlog.get_logger()


def wait_before(attempt: int, *, draw: float) -> float:
    """Return the seconds to wait before an attempt to connect.

    Args:
        attempt: Number of attempts that failed in a row.
        draw: A random number in [0, 1).
    """
    ceiling: float = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempt, 16)))
    return ceiling * draw


class Recovery:
    """Owns one line at a time; every line has a number of its own, its epoch.

    Args:
        on_open: Sets up what lives on a line (channels, consumers); a fault it raises counts as
            a lost line.
        on_lost: Is told that the line is gone, before another is dialled.
    """

    def __init__(
        self,
        address: Address,
        *,
        on_open: Callable[[Line, int], Awaitable[None]],
        on_lost: Callable[[], None],
        observe: Observe,
        random: Random,
    ) -> None:
        self.epoch = 0
        self.line: Line | None = None
        self._connected = asyncio.Event()
        self._address = address
        self._on_open = on_open
        self._on_lost = on_lost
        self._observe = observe
        self._random = random
        self._keeping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect for the first time, and keep connected from then on.

        Raises:
            Outage: The broker does not answer; nothing is kept.
            NotAllowed: It refuses the credentials or the virtual host.
        """
        line = await self._connect()
        self._keeping = asyncio.create_task(self._keep(line), name=f"keep {self._address.name}")
        self._keeping.add_done_callback(self._tell_of_a_bug)

    async def open_line(self) -> Line:
        """Return the open line, waiting a moment for one that is being dialled.

        Raises:
            Outage: There is none.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                await self._connected.wait()
        except TimeoutError:
            raise Outage("the broker is away", dependency="broker") from None
        if self.line is None or not self.line.is_open:
            raise Outage("the connection to the broker is lost", dependency="broker")
        return self.line

    async def close(self) -> None:
        """Close the line and keep it no longer."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
            self._keeping = None
        self._connected.clear()
        line, self.line = self.line, None
        if line is not None:
            await line.close()
            self._on_lost()

    def new_epoch(self) -> int:
        """Return a new epoch on the same line, for a channel whose tags begin anew."""
        self.epoch += 1
        return self.epoch

    def _tell_of_a_bug(self, keeping: asyncio.Task[None]) -> None:
        error = None if keeping.cancelled() else keeping.exception()
        if error is not None:  # nobody awaits this task; readiness fails from now on
            log.error("broker connection is no longer kept", exc_info=error)

    async def _keep(self, line: Line) -> None:
        while True:
            reason = await asyncio.shield(line.lost)
            self._lose(reason)
            line = await self._connect_again()

    def _lose(self, reason: Fault) -> None:
        self.line = None
        self._connected.clear()
        log.warning("broker connection lost", name=self._address.name, reason=reason.message)
        self._observe(Signal.LOST, 1)
        self._on_lost()

    async def _connect_again(self) -> Line:
        attempt = 0
        while True:
            await asyncio.sleep(wait_before(attempt, draw=self._random.random()))
            try:
                return await self._connect()
            except Fault as fault:
                attempt += 1
                self._observe(Signal.DIAL_FAILED, 1)
                log.warning("broker does not answer", attempt=attempt, reason=fault.message)

    async def _connect(self) -> Line:
        line = await dial(self._address, self._observe)
        self.line = line
        try:
            await self._on_open(line, self.new_epoch())
        except (Fault, asyncio.CancelledError):
            self.line = None
            await line.close()
            self._on_lost()
            raise
        self._connected.set()
        self._observe(Signal.CONNECTED, 1)
        log.info("broker connection open", name=self._address.name, epoch=self.epoch)
        return line
