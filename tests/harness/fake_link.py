"""A link whose answers the test writes down; what it was asked is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.bus.limits import check
from shared.bus.port import Outgoing, Published, QueueState, Subscription

Answer = Callable[[Outgoing], Published]


def confirm(_: Outgoing) -> Published:
    """Answer as a healthy broker does."""
    return Published.CONFIRMED


class FakeLink:
    """Answers publishes by a function; has no queues."""

    def __init__(self, answer: Answer = confirm) -> None:
        self.answer = answer
        self.is_ready = True
        self.published: list[str] = []

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Published]:
        for message in messages:
            check(message)
        outcomes = [self.answer(message) for message in messages]
        self.published += [message.message_id for message in messages]
        return outcomes

    async def subscribe(self, queue: str, *, prefetch: int) -> Subscription:
        raise AssertionError(f"nobody subscribes to {queue} with {prefetch} here")

    async def state(self, queue: str) -> QueueState:
        return QueueState(queue, 0, 0)

    async def close(self) -> None:
        self.is_ready = False
