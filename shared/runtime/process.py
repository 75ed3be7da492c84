"""Services at work in one process: started, run for rounds, settled, stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from shared.bus.port import Link
from shared.clock import SteppedClock
from shared.faults import Outage
from shared.pipeline.consume import Means
from shared.pipeline.idle import LOOKS, Idleness, Load
from shared.pipeline.relay import Relay
from shared.pipeline.retention import forgetting
from shared.pipeline.runner import ConsumerRunner
from shared.pipeline.service import Service
from shared.pipeline.tally import watching_outbox
from shared.runtime.resources import Resources
from shared.runtime.signals import StopSignal
from shared.runtime.tickers import run_tickers
from shared.store import outbox

_log = structlog.get_logger()

HORIZON = timedelta(seconds=60)
"""Work due within it is waited for before a process calls itself idle."""
PAUSE = 0.02
"""Seconds between two looks at whether anything is left."""


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
        self._idleness = Idleness(
            self._runners, self._relay, link, store=resources.store, clock=resources.clock
        )

    @property
    def link(self) -> Link:
        """Return the link to the broker."""
        return self._link

    @property
    def is_consuming(self) -> bool:
        """Tell whether every consumer takes deliveries."""
        return all(runner.is_taking for runner in self._runners)

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
        """Run every service's tickers, and those of the pipeline, until the process is to stop."""
        resources = self._resources
        tickers = [ticker for service in self._services for ticker in service.tickers]
        own = [make(resources.store, resources.clock) for make in (forgetting, watching_outbox)]
        await run_tickers([*tickers, *own], stop)

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
        quiet: list[Load] = []
        while len(quiet) < LOOKS and not stop.is_set:
            load = await self._load(horizon)
            if load is not None and load.is_idle and load in (quiet or [load]):
                quiet.append(load)
            else:
                quiet = []
                await self._step(load)
            await stop.wait(PAUSE)
        return await outbox.counts(self._resources.store, now=self._resources.clock.now())

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

    async def _load(self, horizon: timedelta) -> Load | None:
        with suppress(Outage):  # a broker that does not answer may hold anything
            return await self._idleness.load(horizon)
        return None

    async def _step(self, load: Load | None) -> None:
        """Step simulated time to what is due next, when that is all that is left."""
        clock = self._resources.clock
        if load is None or load.ready or load.in_flight or not isinstance(clock, SteppedClock):
            return
        counts = await outbox.counts(self._resources.store, now=clock.now())
        if not counts.due and counts.next_due is not None:
            clock.advance_to(counts.next_due)
            self._relay.nudge()
