"""One consumer of one queue in this process: its intake, its batches in flight, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from shared.bus.port import Delivery, Link, Subscription
from shared.pipeline.consume import BatchLine, Means
from shared.pipeline.lookout import Lookout
from shared.pipeline.patience import Interrupted
from shared.pipeline.service import Consumer
from shared.telemetry import metrics

_log = structlog.get_logger()


class ConsumerRunner:
    """Runs a consumer: ``start``, then ``drain``; ``crashed`` tells of what nobody foresaw."""

    def __init__(self, consumer: Consumer, link: Link, means: Means, *, service: str) -> None:
        self._consumer = consumer
        self._link = link
        self._stopping = asyncio.Event()
        self._line = BatchLine(
            consumer.queue, consumer.handler, means, service=service, stopping=self._stopping
        )
        self._slots = asyncio.Semaphore(consumer.concurrency)
        self._running: dict[asyncio.Task[None], Sequence[Delivery]] = {}
        self._lookout = Lookout()
        self._subscription: Subscription | None = None
        self._intake: asyncio.Task[None] | None = None
        self._answered = 0

    @property
    def queue(self) -> str:
        """Return the name of the queue."""
        return self._consumer.queue

    @property
    def is_taking(self) -> bool:
        """Tell whether deliveries are taken: it was started and has neither ended nor broken."""
        return self._intake is not None and not self._intake.done()

    @property
    def in_flight(self) -> int:
        """Return how many deliveries are here: being handled, or waiting to be."""
        waiting = self._subscription.waiting if self._subscription else 0
        return waiting + sum(len(batch) for batch in self._running.values())

    @property
    def answered(self) -> int:
        """Return how many deliveries were handled to their end since the start."""
        return self._answered

    async def start(self) -> None:
        """Subscribe and begin to handle.

        Raises:
            Outage: The broker does not answer.
        """
        self._subscription = await self._link.subscribe(
            self.queue, prefetch=self._consumer.prefetch
        )
        self._intake = asyncio.create_task(self._take_in(self._subscription))
        self._lookout.watch(self._intake)

    async def crashed(self) -> None:
        """Wait until something broke that nobody foresaw, and raise it."""
        await self._lookout.broken()

    def check(self) -> None:
        """Raise what broke that nobody foresaw, if anything did."""
        self._lookout.check()

    async def drain(self, seconds: float) -> None:
        """Stop the intake, let what runs finish for so long, and hand back the rest."""
        self._stopping.set()
        if self._subscription is None or self._intake is None:
            return
        await self._subscription.stop()
        await asyncio.wait([self._intake, *self._running], timeout=seconds)
        await self._hand_back_running(self._subscription)
        await asyncio.wait([self._intake])
        await self._subscription.close()

    async def _take_in(self, subscription: Subscription) -> None:
        while True:
            await self._slots.acquire()
            batch = await subscription.batch(
                size=self._consumer.batch, linger=self._consumer.linger
            )
            if not batch:
                return
            if self._stopping.is_set():
                await subscription.hand_back(batch)
                self._slots.release()
            else:
                self._begin(batch, subscription)

    def _begin(self, batch: Sequence[Delivery], subscription: Subscription) -> None:
        task = asyncio.create_task(self._run(batch, subscription))
        self._running[task] = batch
        metrics.WORKER_IN_FLIGHT.labels(self.queue).inc(len(batch))
        task.add_done_callback(self._end)
        self._lookout.watch(task)

    def _end(self, task: asyncio.Task[None]) -> None:
        batch = self._running.pop(task)
        self._answered += len(batch)
        metrics.WORKER_IN_FLIGHT.labels(self.queue).dec(len(batch))
        self._slots.release()

    async def _run(self, batch: Sequence[Delivery], subscription: Subscription) -> None:
        metrics.BATCH_MESSAGES.labels(self.queue).observe(len(batch))
        with metrics.BATCH_SECONDS.labels(self.queue).time():
            try:
                await self._line.run(batch, subscription)
            except Interrupted:
                await subscription.hand_back(batch)

    async def _hand_back_running(self, subscription: Subscription) -> None:
        left = dict(self._running)
        for task in left:
            task.cancel()
        if not left:
            return
        await asyncio.wait(left)
        unfinished = [
            delivery for task, batch in left.items() if task.cancelled() for delivery in batch
        ]
        _log.warning("handing back what did not finish", queue=self.queue, number=len(unfinished))
        await subscription.hand_back(unfinished)
