"""The relay: from the outbox to the broker, at least once.

Rows that were just committed take the fast path: they are published from memory and deleted
when the broker has confirmed them. The sweep takes whatever is due and free: retries, messages
queued outside a handler, and what a crash left. Rows of the fast path are leased, so no sweep of
any replica takes them while they are on their way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from shared.bus.port import Link, Outgoing, Published
from shared.clock import Clock
from shared.faults import Fault, Invalid, Retryable
from shared.pipeline.lookout import Lookout
from shared.pipeline.tally import count_published
from shared.store import outbox
from shared.store.engine import Store
from shared.store.outbox import OutboxRow

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RelayPolicy:
    """How the relay goes about it.

    Attributes:
        window: Most rows published together.
        room: Rows that may wait in memory; who offers more waits.
        publishers: Windows on their way at once.
        lease: How long rows are ours.
        pause: Seconds between sweeps that found nothing.
        nacked: When a row is due again that the broker refused or did not answer for.
        returned: When a row is due again that no queue would take.
    """

    window: int = 500
    room: int = 5000
    publishers: int = 2
    lease: timedelta = timedelta(seconds=30)
    pause: float = 0.25
    nacked: timedelta = timedelta(seconds=1)
    returned: timedelta = timedelta(minutes=5)


class Relay:
    """Publishes the outbox; one per process, shared by its consumers."""

    def __init__(
        self, store: Store, link: Link, clock: Clock, policy: RelayPolicy | None = None
    ) -> None:
        self._store = store
        self._link = link
        self._clock = clock
        self._policy = policy or RelayPolicy()
        self._fresh: deque[OutboxRow] = deque()
        self._on_the_way = 0
        self._changed = asyncio.Condition()
        self._nudged = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._lookout = Lookout()
        self._stopped = False

    @property
    def in_flight(self) -> int:
        """Return how many rows of this process are waiting for or on their way to the broker."""
        return len(self._fresh) + self._on_the_way

    async def start(self) -> None:
        """Begin to publish."""
        work = [self._publish_fresh() for _ in range(self._policy.publishers)]
        self._tasks = [asyncio.create_task(one) for one in (*work, self._sweep())]
        for task in self._tasks:
            self._lookout.watch(task)

    async def crashed(self) -> None:
        """Wait until something broke that nobody foresaw, and raise it."""
        await self._lookout.broken()

    def check(self) -> None:
        """Raise what broke that nobody foresaw, if anything did."""
        self._lookout.check()

    async def offer(self, rows: Sequence[OutboxRow]) -> None:
        """Publish rows that were just committed and are leased; waits while there is no room."""
        if not rows:
            return
        async with self._changed:
            await self._changed.wait_for(
                lambda: len(self._fresh) < self._policy.room or self._stopped
            )
            self._fresh.extend(rows)
            self._changed.notify_all()

    async def carry(self, rows: Sequence[OutboxRow]) -> bool:
        """Publish rows that the database would not keep; tell whether the broker has them."""
        outcomes = await self._publish(rows)
        count_published(rows, outcomes)
        return all(outcome is Published.CONFIRMED for outcome in outcomes)

    def nudge(self) -> None:
        """Sweep now instead of at the end of the pause."""
        self._nudged.set()

    async def flush(self) -> int:
        """Publish everything that is due and return how many rows the sweeps took."""
        swept = 0
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self.in_flight == 0)
            taken = await self._sweep_once()
            if not taken:
                return swept
            swept += taken

    async def stop(self) -> None:
        """Publish what is on its way and end; what is left is swept by others."""
        async with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._nudged.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # 'crashed' tells of those
        self._tasks = []

    async def _publish_fresh(self) -> None:
        while rows := await self._next_window():
            try:
                await self._dispatch(rows)
            finally:
                async with self._changed:
                    self._on_the_way -= len(rows)
                    self._changed.notify_all()

    async def _next_window(self) -> Sequence[OutboxRow]:
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._fresh) or self._stopped)
            size = min(self._policy.window, len(self._fresh))
            rows = [self._fresh.popleft() for _ in range(size)]
            self._on_the_way += size
            return rows

    async def _sweep(self) -> None:
        while not self._stopped:
            self._nudged.clear()
            if not await self._sweep_quietly():
                await self._pause()

    async def _sweep_quietly(self) -> int:
        try:
            return await self._sweep_once()
        except Retryable as fault:
            _log.warning("the outbox cannot be swept", code=fault.code, reason=fault.message)
            return 0

    async def _sweep_once(self) -> int:
        if not self._link.is_ready:
            return 0
        rows = await outbox.take_due(
            self._store,
            now=self._clock.now(),
            lease=self._policy.lease,
            limit=self._policy.window,
        )
        await self._dispatch(rows)
        return len(rows)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._nudged.wait(), self._policy.pause)
        except TimeoutError:
            return

    async def _dispatch(self, rows: Sequence[OutboxRow]) -> None:
        if not rows:
            return
        outcomes = await self._publish(rows)
        count_published(rows, outcomes)
        by_outcome: dict[Published, list[UUID]] = {}
        for row, outcome in zip(rows, outcomes, strict=True):
            by_outcome.setdefault(outcome, []).append(row.id)
        for outcome, ids in by_outcome.items():
            await self._answer(outcome, ids)

    async def _publish(self, rows: Sequence[OutboxRow]) -> Sequence[Published]:
        try:
            return await self._link.publish([as_outgoing(row) for row in rows])
        except Invalid as fault:
            if len(rows) == 1:
                _log.error("a message cannot be published", code=fault.code, reason=fault.message)
                return [Published.RETURNED]
        return [outcome for row in rows for outcome in await self._publish([row])]

    async def _answer(self, outcome: Published, ids: Sequence[UUID]) -> None:
        try:
            if outcome is Published.CONFIRMED:
                await outbox.remove(self._store, ids)
            else:
                await self._keep(outcome, ids)
        except Fault as fault:  # the lease runs out, and the rows are swept and published again
            _log.warning("the outbox cannot be told", code=fault.code, reason=fault.message)

    async def _keep(self, outcome: Published, ids: Sequence[UUID]) -> None:
        returned = outcome is Published.RETURNED
        if returned:
            _log.error("messages are kept that no queue takes", number=len(ids))
        wait = self._policy.returned if returned else self._policy.nacked
        await outbox.postpone(self._store, ids, until=self._clock.now() + wait)


def as_outgoing(row: OutboxRow) -> Outgoing:
    """Return a row as the broker takes it."""
    return Outgoing(
        exchange=row.exchange,
        routing_key=row.routing_key,
        body=row.body,
        message_id=row.message_id,
        content_type=row.content_type,
        type=row.type,
        correlation_id=row.correlation_id,
        headers=row.headers,
    )
