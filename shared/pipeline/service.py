"""What a service is made of: the consumers and tickers its bootstrap declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from shared.pipeline.outcomes import Handler


@dataclass(frozen=True, slots=True)
class Consumer:
    """One queue and what handles it.

    Attributes:
        batch: Most messages handled and committed together.
        linger: Seconds to wait for a batch to fill after its first message.
        prefetch: Unanswered deliveries the broker may have out to one replica.
        concurrency: Batches of this queue in flight at once in one replica.
    """

    queue: str
    handler: Handler
    batch: int = 100
    linger: float = 0.005
    prefetch: int = 300
    concurrency: int = 1


@dataclass(frozen=True, slots=True)
class Ticker:
    """Something done every so often, safe to run in every replica.

    Attributes:
        tick: Does it once; True only when more is left to do at once: the next tick then follows
            without a wait.
    """

    name: str
    every: timedelta
    tick: Callable[[], Awaitable[bool]]


async def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Service:
    """A service as its bootstrap built it; the runtime gives it life.

    Attributes:
        round: Queues everything the service looks at by itself, once (polls of every active
            client, feeds); what ``run --until-idle`` calls at its start.
        close: Releases what the bootstrap opened.
    """

    name: str
    consumers: tuple[Consumer, ...]
    tickers: tuple[Ticker, ...] = ()
    round: Callable[[], Awaitable[None]] = _nothing
    close: Callable[[], Awaitable[None]] = _nothing
