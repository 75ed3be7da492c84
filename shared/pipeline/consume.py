"""What happens to a batch of deliveries, top to bottom: the straight line.

    receive → decode → drop what was handled → handle → judge → commit once → ack → publish

The commit comes before the ack, so a crash between them brings the messages again and the inbox
drops them. Publishing comes after the commit, so a crash between them leaves rows in the outbox
for the next sweep. Two more stations have their place in this line: deliveries that came back
(``delivery_count``) leave for the quarantine after *receive*, and the breaker stands before
*handle*.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

import structlog

from shared.bus.port import Delivery, Subscription
from shared.clock import Clock
from shared.faults import Bug
from shared.pipeline.copies import Place
from shared.pipeline.isolation import outcomes_of
from shared.pipeline.outcomes import Dead, Handler
from shared.pipeline.patience import Patience
from shared.pipeline.relay import Relay
from shared.pipeline.settled import Committed, Settled, bury, bury_illegible, commit, settle
from shared.pipeline.taken import Taken, read
from shared.pipeline.tally import count_answered, count_held
from shared.pipeline.verdict import judge
from shared.store import inbox
from shared.store.engine import Store

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Means:
    """What the line works with; shared by the consumers of a process."""

    store: Store
    relay: Relay
    clock: Clock
    random: Random


class BatchLine:
    """Takes one queue's batches from delivery to ack; batches may run side by side."""

    def __init__(
        self, queue: str, handler: Handler, means: Means, *, service: str, stopping: asyncio.Event
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._means = means
        self._place = Place(service, handler_name(handler))
        self._patiently = Patience(stopping, lambda: count_held(queue))

    async def run(self, deliveries: Sequence[Delivery], subscription: Subscription) -> None:
        """Take a batch from delivery to ack.

        Raises:
            Interrupted: The process is to stop and the database does not answer.
        """
        now = self._means.clock.now()
        taken, illegible = read(deliveries, now=now)
        fresh, repeated = await self._without_handled(taken)
        settled = await self._handle(fresh)
        settled += [bury_illegible(one, self._place, now=now) for one in illegible]
        committed = await self._commit(settled)
        await subscription.ack(deliveries)
        count_answered(self._queue, committed, repeated, now=self._means.clock.now())
        await self._means.relay.offer(committed.fresh)

    async def _without_handled(
        self, taken: Sequence[Taken]
    ) -> tuple[Sequence[Taken], Sequence[Delivery]]:
        if not taken:
            return (), ()
        ids = [one.incoming.message.id for one in taken]
        handled = await self._patiently(lambda: inbox.handled(self._means.store, self._queue, ids))
        return split_handled(taken, handled)

    async def _handle(self, taken: Sequence[Taken]) -> list[Settled]:
        if not taken:
            return []
        outcomes = await outcomes_of(self._handler, [one.incoming for one in taken])
        now = self._means.clock.now()
        settled: list[Settled] = []
        for one, outcome in zip(taken, outcomes, strict=True):
            verdict = judge(outcome, one.incoming, now=now, draw=self._means.random.random())
            settled.append(settle(one, verdict, self._place, now=now))
        return settled

    async def _commit(self, settled: Sequence[Settled]) -> Committed:
        if not settled:
            return Committed()
        try:
            return await self._commit_together(settled)
        except Bug:
            return await self._commit_apart(settled)

    async def _commit_together(self, settled: Sequence[Settled]) -> Committed:
        now = self._means.clock.now()
        return await self._patiently(
            lambda: commit(self._means.store, self._queue, settled, now=now)
        )

    async def _commit_apart(self, settled: Sequence[Settled]) -> Committed:
        committed = Committed()
        for one in settled:
            committed += await self._commit_alone(one)
        return committed

    async def _commit_alone(self, settled: Settled) -> Committed:
        try:
            return await self._commit_together([settled])
        except Bug as bug:
            now = self._means.clock.now()
            buried = bury(settled.delivery, Dead(bug), self._place, now=now)
        try:
            return await self._commit_together([buried])
        except Bug as bug:
            _log.error("a dead letter cannot be kept", queue=self._queue, reason=bug.message)
            if not await self._means.relay.carry(buried.rows):
                raise  # it stays on the queue, and the process ends for a person to look at
            return Committed(kept=(buried,))


def split_handled(
    taken: Iterable[Taken], handled: frozenset[UUID]
) -> tuple[Sequence[Taken], Sequence[Delivery]]:
    """Part what is to be handled from what was, in the inbox or earlier in this batch."""
    seen = set(handled)
    fresh: list[Taken] = []
    repeated: list[Delivery] = []
    for one in taken:
        if one.incoming.message.id in seen:
            repeated.append(one.delivery)
        else:
            seen.add(one.incoming.message.id)
            fresh.append(one)
    return fresh, repeated


def handler_name(handler: Handler) -> str:
    """Return what a handler is called on dead letters."""
    return getattr(handler, "__qualname__", type(handler).__qualname__)
