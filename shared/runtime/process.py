"""Services at work in one process: started, run for rounds, settled, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from shared.bus.port import Link
from shared.clock import SteppedClock
from shared.faults import Outage
from shared.pipeline.consume import Means
from shared.pipeline.relay import Relay
from shared.pipeline.runner import ConsumerRunner
from shared.pipeline.service import Service
from shared.runtime.resources import Resources
from shared.runtime.signals import StopSignal
from shared.runtime.tickers import run_tickers
from shared.store import outbox

_log = structlog.get_logger()

HORIZON = timedelta(seconds=60)
"""Work due within it is waited for before a process calls itself idle."""
LOOK = 0.02
"""Seconds between two looks at whether anything is left."""
QUIET_LOOKS = 3
"""Looks in a row that must find nothing; a message may be between outbox and queue."""


class Process:
    """What runs here: the consumers and tickers of some services, and one relay.

    Args:
        services: As their bootstraps built them.
        link: Opened by the caller, who also closes it.
    """

    def __init__(self, resources: Resources, services: Sequence[Service], link: Link) -> None:
        self._resources = resources
        self._services = services
        self._link = link
        self._relay = Relay(resources.store, link, resources.clock)
        means = Means(resources.store, self._relay, resources.clock, resources.random)
        self._runners = [
            ConsumerRunner(consumer, link, means, service=service.name)
            for service in services
            for consumer in service.consumers
        ]

    @property
    def link(self) -> Link:
        """Return the link to the broker."""
        return self._link

    async def start(self) -> None:
        """Begin to publish and to consume.

        Raises:
            Outage: The broker does not answer.
        """
        await self._relay.start()
        for runner in self._runners:
            await runner.start()
        _log.info("process started", services=[service.name for service in self._services])

    async def tick(self, stop: StopSignal) -> None:
        """Run every service's tickers until the process is to stop."""
        await run_tickers([t for service in self._services for t in service.tickers], stop)

    async def round(self) -> None:
        """Queue everything the services look at by themselves, once."""
        for service in self._services:
            await service.round()
        self._relay.nudge()

    async def settle(
        self, stop: StopSignal, *, horizon: timedelta = HORIZON
    ) -> outbox.OutboxCounts:
        """Work until nothing is queued, in flight or due within the horizon.

        Returns what is due later than that.
        """
        quiet = 0
        while True:
            counts = await outbox.counts(self._resources.store, now=self._resources.clock.now())
            quiet = 0 if await self._is_busy(counts, horizon) else quiet + 1
            if quiet >= QUIET_LOOKS or await stop.wait(LOOK):
                return counts

    async def crashed(self) -> None:
        """Wait until a consumer or the relay broke in a way nobody foresaw, and raise that."""
        consumers = (runner.crashed() for runner in self._runners)
        await asyncio.gather(*consumers, self._relay.crashed())

    async def stop(self) -> None:
        """Drain: finish what runs within the drain time, hand back the rest."""
        seconds = self._resources.settings.drain_seconds
        await asyncio.gather(*(runner.drain(seconds) for runner in self._runners))
        await self._relay.stop()
        for service in self._services:
            await service.close()
        _log.info("process stopped")

    async def _is_busy(self, counts: outbox.OutboxCounts, horizon: timedelta) -> bool:
        if any(runner.in_flight for runner in self._runners) or self._relay.in_flight:
            return True
        if counts.due or self._is_soon(counts.next_due, horizon):
            return True
        return await self._is_queued()

    def _is_soon(self, due: datetime | None, horizon: timedelta) -> bool:
        if due is None or due > self._resources.clock.now() + horizon:
            return False
        clock = self._resources.clock
        if isinstance(clock, SteppedClock):  # simulated time need not be waited for
            clock.advance_to(due)
            self._relay.nudge()
        return True

    async def _is_queued(self) -> bool:
        queues = {runner.queue for runner in self._runners}
        with suppress(Outage):
            return any([(await self._link.state(queue)).ready for queue in queues])
        return True  # a broker that does not answer may hold anything
