"""Is there anything left to do: what ``run --until-idle`` asks.

A message is always in one of three places: on a queue, in the hands of a consumer, or in the
outbox. Between two of them it is seen in both or, for a moment, in neither; so quiet is only
believed when it was seen several times in a row with nothing answered in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.bus.port import Link
from shared.clock import Clock
from shared.pipeline.relay import Relay
from shared.pipeline.runner import ConsumerRunner
from shared.store import outbox
from shared.store.engine import Store

LOOKS = 3
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Load:
    """What is left to do, seen once.

    Attributes:
        ready: Messages on the consumers' queues.
        in_flight: Deliveries being handled and rows on their way to the broker.
        due: Rows of the outbox that are due within the horizon.
        answered: Deliveries handled since the start; tells whether anything moved.
    """

    ready: int
    in_flight: int
    due: int
    answered: int

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is left to do."""
        return not (self.ready or self.in_flight or self.due)


class Idleness:
    """Looks at the consumers, the queues and the outbox of a process."""

    def __init__(
        self,
        runners: Sequence[ConsumerRunner],
        relay: Relay,
        link: Link,
        *,
        store: Store,
        clock: Clock,
    ) -> None:
        self._runners = runners
        self._relay = relay
        self._link = link
        self._store = store
        self._clock = clock

    async def load(self, horizon: timedelta = timedelta(0)) -> Load:
        """Return what is left to do.

        Args:
            horizon: Rows that are due later than this from now are not waited for.

        Raises:
            Outage: The broker or the database does not answer.
        """
        self._relay.check()
        for runner in self._runners:
            runner.check()  # one that broke would look idle for ever
        waiting = await outbox.counts(self._store, now=self._clock.now() + horizon)
        states = [await self._link.state(runner.queue) for runner in self._runners]
        return Load(
            ready=sum(state.ready for state in states),
            in_flight=sum(runner.in_flight for runner in self._runners) + self._relay.in_flight,
            due=waiting.due,
            answered=sum(runner.answered for runner in self._runners),
        )

    async def wait(self, horizon: timedelta = timedelta(0)) -> None:
        """Wait until nothing is left to do within the horizon.

        Raises:
            Outage: The broker or the database does not answer.
        """
        quiet: list[Load] = []
        while len(quiet) < LOOKS:
            load = await self.load(horizon)
            quiet = [*quiet, load] if load.is_idle and load in (quiet or [load]) else []
            await asyncio.sleep(PAUSE_SECONDS)
